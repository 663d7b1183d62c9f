import CanonicalJSON
import Foundation
import SharingModel
import TestSupport
import Testing

/// A department's node that was killed; then one bit of one of its files is another, again and again.
@Suite("Flipped bits", .serialized, .enabled(if: RunningCluster.isUsable))
struct FlippedBitTests {
    private static let departments = ["site1", "site2", "site3", "site4"]
    private static let flips = Int(ProcessInfo.processInfo.environment["CHANCERY_FLIPS"] ?? "") ?? 60
    private static let seed = UInt64(ProcessInfo.processInfo.environment["CHANCERY_FLIPS_SEED"] ?? "") ?? 2026

    /// The home of a killed `site1` with ledgers and blobs of its own, and the cluster without it.
    /// - Parameter isCheckpointed: Whether its ledger's write-ahead log has gone into the database file, as SQLite does
    ///   it every thousand pages: what is altered there is then what is read.
    private func killedNode(
        isSecure: Bool = false, isCheckpointed: Bool = false
    ) async throws -> (RunningCluster, FlippedHome) {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(
            prepared.consortium, departments: Self.departments, members: 1, isSecure: isSecure)
        for department in ["site1", "site2", "site3", "site1"] {
            try await cluster.run(
                "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1",
                "--until", "90d", "--as", "statistics", through: department
            ).expectStatus(0)
        }
        _ = try await cluster.commonCheckpoint(height: try await cluster.height())
        try await cluster.kill("site1")
        return (cluster, try await FlippedHome(of: prepared.consortium, isCheckpointed: isCheckpointed))
    }

    @Test(
        "One flipped bit in a file of a node is found or harmless, and repaired from the others",
        arguments: [false, true])
    func everywhere(isCheckpointed: Bool) async throws {
        // Over TLS: nodes give shards to members only.
        let (cluster, home) = try await killedNode(isSecure: true, isCheckpointed: isCheckpointed)
        let node = try cluster.address(of: "site2")
        try await home.expectSound()
        var generator = SeededGenerator(seed: Self.seed)
        let count = Self.flips / 2
        let flips = try (0..<count).map { _ in try home.flip(using: &generator) }
        var tally = FlipTally()
        // Two at a time.
        try await withThrowingTaskGroup(of: FlipTally.Case.self) { group in
            var rest = Array(flips.enumerated())[...]
            func tryNext() {
                guard let (number, flip) = rest.popFirst() else { return }
                group.addTask { try await home.tryOut(flip, number: number, node: node) }
            }
            for _ in 0..<2 { tryNext() }
            while let result = try await group.next() {
                tally.count(result)
                tryNext()
            }
        }
        print("flipped bits, seed \(Self.seed), \(isCheckpointed ? "" : "not ")checkpointed: \(tally)")
        #expect(tally.total == count && tally.found > 0 && tally.harmless < count)
        #expect(tally.found == tally.repaired)
    }

    @Test("A node whose ledger was damaged while it was away repairs itself when it starts")
    func atStart() async throws {
        let (cluster, home) = try await killedNode()
        let before = try await cluster.commonCheckpoint()
        let ledger = cluster.consortium.home + "/parties/site1/node/health.sqlite"
        var bytes = try Data(contentsOf: URL(filePath: ledger))
        // Nothing of the file can be read any more.
        bytes.replaceSubrange(0..<100, with: Data(count: 100))
        try bytes.write(to: URL(filePath: ledger))
        try? FileManager.default.removeItem(atPath: ledger + "-wal")
        try await cluster.start("site1")
        #expect(try await cluster.commonCheckpoint() == before)
        let aside = cluster.consortium.home + "/parties/site1/node/set-aside"
        #expect(try FileManager.default.contentsOfDirectory(atPath: aside).count >= 1)
        try await cluster.run(
            "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1", "--until",
            "90d", "--as", "statistics", through: "site1"
        ).expectStatus(0)
        let refused = try await cluster.consortium.run(
            ["ledger", "fsck", "--repair", "--as", "site1"],
            environment: ["CHANCERY_NODE": cluster.address(of: "site2")])
        // Sound, so there is nothing to repair, and the running node is not disturbed.
        refused.expectStatus(0)
        withExtendedLifetime(home) {}
    }
}

/// One bit of one file.
private struct Flip: Sendable, CustomStringConvertible {
    let file: String
    let byte: Int
    let bit: UInt8

    var description: String { "bit \(bit) of byte \(byte) of \(file)" }
}

private struct FlipTally: CustomStringConvertible {
    struct Case: Sendable {
        let file: String
        let isFound: Bool
        let isRepaired: Bool
    }

    private var byKind: [String: (found: Int, harmless: Int, repaired: Int)] = [:]

    var found: Int { byKind.values.reduce(0) { $0 + $1.found } }
    var harmless: Int { byKind.values.reduce(0) { $0 + $1.harmless } }
    var repaired: Int { byKind.values.reduce(0) { $0 + $1.repaired } }
    var total: Int { found + harmless }

    mutating func count(_ one: Case) {
        let kind = one.file.hasPrefix("blobs/") ? "blobs" : one.file
        byKind[kind, default: (0, 0, 0)].found += one.isFound ? 1 : 0
        byKind[kind, default: (0, 0, 0)].harmless += one.isFound ? 0 : 1
        byKind[kind, default: (0, 0, 0)].repaired += one.isRepaired ? 1 : 0
    }

    var description: String {
        byKind.sorted { $0.key < $1.key }.map { kind, counts in
            "\(kind) \(counts.found) found (\(counts.repaired) repaired), \(counts.harmless) harmless"
        }.joined(separator: "; ")
    }
}

/// A home with nothing outside it, as a killed node left it, from which altered copies are made.
private struct FlippedHome: Sendable {
    private let folder = TemporaryFolder()
    private let files: [(name: String, count: Int)]
    private let rows: Data

    private var original: String { folder.path("home") }

    init(of consortium: TestConsortium, isCheckpointed: Bool) async throws {
        let home = folder.path("home")
        for (from, to) in [("parties/site1", home), ("ledgers", home + "/ledgers"), ("blobs", home + "/blobs")] {
            try await CommandRun.run(URL(filePath: "/bin/cp"), ["-a", consortium.home + "/" + from, to])
                .expectStatus(0)
        }
        try Data(#"{"blobs":"blobs","ledgers":"ledgers","party":"site1"}"#.utf8)
            .write(to: URL(filePath: home + "/home.json"))
        if isCheckpointed {
            let program = """
                import sqlite3, sys
                database = sqlite3.connect(sys.argv[1])
                assert database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
                database.close()
                """
            try await CommandRun.run(
                URL(filePath: "/usr/bin/env"), ["python3", "-c", program, home + "/node/health.sqlite"]
            ).expectStatus(0)
        }
        let names = FileManager.default.enumerator(atPath: home)?.compactMap { $0 as? String } ?? []
        files = try names.sorted().compactMap { name in
            guard name.hasPrefix("node/") || name.hasPrefix("blobs/blocks/"), !name.hasSuffix(".lock") else {
                return nil
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: home + "/" + name)
            guard attributes[.type] as? FileAttributeType == .typeRegular, let count = attributes[.size] as? Int,
                count > 0
            else { return nil }
            return (name, count)
        }
        rows = try await FlippedHome.rows(in: home)
        let own = ["node/health.sqlite", "node/vote.json"] + (isCheckpointed ? [] : ["node/health.sqlite-wal"])
        try #require(Set(files.map(\.name)).isSuperset(of: own))
    }

    /// A file of the node's, each as likely as all blobs together; a place in it, each as likely.
    func flip(using generator: inout SeededGenerator) throws -> Flip {
        let blobs = files.filter { $0.name.hasPrefix("blobs/") }
        let own = files.filter { !$0.name.hasPrefix("blobs/") }
        let place = Int.random(in: 0...own.count, using: &generator)
        let file = try #require(place == own.count ? blobs.randomElement(using: &generator) : own[place])
        return Flip(
            file: file.name, byte: .random(in: 0..<file.count, using: &generator),
            bit: .random(in: 0...7, using: &generator))
    }

    private func copy() async throws -> TemporaryFolder {
        let copy = TemporaryFolder()
        try await CommandRun.run(URL(filePath: "/bin/cp"), ["-a", original, copy.path("home")]).expectStatus(0)
        return copy
    }

    private func check(_ home: String, node: String? = nil) async throws -> CommandRun {
        var environment = ["CHANCERY_HOME": home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase]
        environment["CHANCERY_NODE"] = node
        return try await CommandRun.run(
            Binary.chancery(), ["ledger", "fsck", "--json"] + (node == nil ? [] : ["--repair"]),
            environment: environment, in: folder.url, timeout: .seconds(240))
    }

    func expectSound() async throws {
        let copy = try await copy()
        try await check(copy.path("home")).expectStatus(0)
    }

    /// One run finds, repairs and checks again; every sixteenth flip is also looked at before and after by runs that
    /// repair nothing.
    func tryOut(_ flip: Flip, number: Int, node: String) async throws -> FlipTally.Case {
        let copy = try await copy()
        let home = copy.path("home")
        let file = URL(filePath: home + "/" + flip.file)
        let before = try Data(contentsOf: file)
        var bytes = before
        bytes[flip.byte] ^= 1 << flip.bit
        try bytes.write(to: file)
        let isWatched = number.isMultiple(of: 16)
        let looked = isWatched ? try await check(home).status : nil
        let run = try await check(home, node: node)
        run.expectStatus(0)
        #expect(run.status == 0, "\(flip): \(run.message)")
        let isFound = try CanonicalJSON.parse(run.standardOutput)["repaired"]?.arrayValue?.isEmpty == false
        #expect(looked.map { $0 == (isFound ? 1 : 0) } ?? true, "\(flip): fsck alone ends with \(looked ?? 0)")
        if isWatched { try await check(home).expectStatus(0) }
        let what = isFound ? "was repaired into something else" : "was not found, and the content is another"
        if flip.file.hasPrefix("blobs/") {
            // All of a block's bits count.
            #expect(try isFound && Data(contentsOf: file) == before, "\(flip) \(what)")
        } else {
            // Harmless: whoever reads the ledger reads what was there.
            #expect(try await FlippedHome.rows(in: home) == rows, "\(flip) \(what)")
        }
        return FlipTally.Case(file: flip.file, isFound: isFound, isRepaired: isFound && run.status == 0)
    }

    /// All rows of the node's ledger but the cosignatures, of which there may be more or fewer beyond a quorum, as Python's
    /// SQLite reads them. What is not even readable is no content.
    private static func rows(in home: String) async throws -> Data {
        let run = try await CommandRun.run(
            URL(filePath: "/usr/bin/env"),
            [
                "python3", "-c",
                """
                import shutil, sqlite3, sys, tempfile, os
                folder = tempfile.mkdtemp()
                for end in ("", "-wal"):
                    if os.path.exists(sys.argv[1] + end):
                        shutil.copy(sys.argv[1] + end, folder + "/ledger" + end)
                db = sqlite3.connect(folder + "/ledger")
                for table in ("meta", "entries", "outcomes", "hashes", "blocks", "state"):
                    for row in sorted(db.execute("SELECT * FROM " + table)):
                        print(table, row)
                shutil.rmtree(folder)
                """, home + "/node/health.sqlite",
            ])
        run.expectStatus(0)
        return run.standardOutput
    }
}
