import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
import Gateway
import Ledger
import Paillier
import QueryPlans
import SharingModel

/// The main job, step by step.
struct Demonstration {
    let stage: DemoStage
    /// `nil` for both.
    let act: Int?
    let secondAct: () throws -> SupervisedAct
    private let pool = "health"

    func run() async throws {
        var story = Story()
        try story.say("Chancery: six health departments share what they may not show each other.")
        try story.say("Data: RAND Health Insurance Experiment, a row for each person and year (public domain).")
        var comparison = DemoComparison(
            try PlainTable(stage.table, columns: ["plan", "year", "site", "meddol", "ghindx"]))
        if act != 2 { try await firstAct(&story, &comparison) }
        if act != 1 {
            try story.say("\nSecond act: no single party is trusted with a key.")
            try await secondAct().run(&story, &comparison)
        }
        try finish(story, comparison)
    }

    private func firstAct(_ story: inout Story, _ comparison: inout DemoComparison) async throws {
        try await prepare(&story)
        let token = try await grant(&story)
        let result = try await DemoQueries(stage: stage, token: token).run(&story, &comparison)
        try await DemoEvidence(stage: stage, result: result).run(&story)
    }

    private func prepare(_ story: inout Story) async throws {
        try await story.step(
            "A consortium is founded: six departments, their ministry, an auditor, a statistics office"
        ) {
            let local = try await stage.found()
            return [
                "\(local.consortium.record.parties.count) homes, each with keys of its own under a passphrase of its own",
                "all six departments signed the founding record, fingerprint \(local.consortium.digest.hex.prefix(16))…",
            ]
        }
        try await story.step("The ministry draws the pool's key and registers it with a proof that it is sound") {
            let session = try stage.session("ministry")
            let bar = ProgressBar("searching safe primes", unit: "candidates", total: nil)
            defer { bar.finish() }
            let receipt = try await CreatePoolKey(
                pool: try name(pool), members: DemoStage.departments, custodian: session.party, bitCount: stage.bits
            ).run(as: session) { bar.update($0.testedCandidates) }
            return ["\(stage.bits)-bit Paillier key; the private part never leaves the ministry's home", receipt.line]
        }
        try await story.step("Each department seals its own rows and publishes the ciphertext") { try await publish() }
    }

    private func publish() async throws -> [String] {
        var lines = [String]()
        var (rows, bytes) = (0, 0)
        for (party, file) in try stage.split() {
            let session = try stage.session(party.text)
            let progress = RowProgress("\(party) is sealing")
            defer { progress.finish() }
            let clock = ContinuousClock()
            let begin = clock.now
            let published = try await PublishTable(
                csv: file, schema: stage.schema, pool: try name(pool), dataset: try name(party.text)
            ).run(as: session) { progress.update($0, of: $1) }
            progress.finish()
            rows += published.sealed.rows
            bytes += published.sealed.bytes
            lines.append(
                "\(party): \(Quantity.counted(published.sealed.rows, "row")) as "
                    + "\(Quantity.bytes(published.sealed.bytes)) of ciphertext in "
                    + "\(Quantity.counted(published.sealed.shards, "shard")), manifest "
                    + "\(published.sealed.manifest.text.prefix(20))…, \(Quantity.duration(begin.duration(to: clock.now)))"
            )
        }
        lines.append(
            "crossed the boundary: \(Quantity.counted(rows, "row")), \(Quantity.bytes(bytes)); no name, no amount, no age"
        )
        return lines
    }

    private func grant(_ story: inout Story) async throws -> String {
        try await story.step("The statistics office asks for a token; every department approves for its own data") {
            let session = try stage.session("statistics")
            let requested = try await session.requestToken(
                TokenWish(
                    scope: .pool(try name(pool)), packs: [try name("care"), try name("profile")],
                    purpose: "medical spending and health by insurance plan", uses: 12,
                    until: .after(seconds: 90 * 86_400)))
            try requested.acknowledge()
            let token = requested.token.hex
            for department in DemoStage.departments {
                _ = try await stage.session(department.text).approveToken(token)
            }
            return (
                token,
                [
                    "token \(token.prefix(12)): packs care and profile, 12 uses, 90 days; columns of a pack open together",
                    "six approvals on the ledger; one missing would have left that department's data out",
                ]
            )
        }
    }

    private func finish(_ story: Story, _ comparison: DemoComparison) throws {
        try story.say("")
        guard comparison.differences.isEmpty else {
            throw DemoFailure(problem: comparison.differences.prefix(5).joined(separator: "; "))
        }
        try story.say(
            "Compared with the plain table: \(Quantity.count(comparison.groups)) groups, "
                + "\(Quantity.count(comparison.cells)) figures, all equal to the last digit.  (\(story.elapsed) in all)"
        )
        guard let home = stage.folder.isKept ? stage.folder.home.path(percentEncoded: false) : nil else {
            try story.say("Look next: run it again with --keep DIR, and ask your own questions with `chancery query`.")
            return
        }
        guard act != 2 else { return }
        try story.say(
            """
            Look next:
              export CHANCERY_HOME=\(home) CHANCERY_PASSPHRASE_FILE=\(stage.folder.passphrases.path(percentEncoded: false))
              chancery catalog
              chancery ledger log
              chancery verify \(try stage.folder.file("spending.evidence").path(percentEncoded: false))
            """)
    }

    private func name<Kind>(_ text: String) throws -> Name<Kind> { try DemoStage.name(text) }
}

extension DemoStage {
    static func name<Kind>(_ text: String) throws -> Name<Kind> {
        guard let name = Name<Kind>(text) else { throw DemoFailure(problem: "'\(text)' is not a name") }
        return name
    }
}

/// The demonstration did not come out as it must.
struct DemoFailure: Failure, CustomStringConvertible {
    let problem: String

    var exitStatus: ExitStatus { .refused }
    var description: String { "the demonstration failed: \(problem)" }
}
