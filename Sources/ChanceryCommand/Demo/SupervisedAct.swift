import BlobStore
import Contracts
import Evidence
import Foundation
import Gateway
import Ledger
import Paillier
import SharingModel

/// The second act: a pool's key in shares, a sealed identity under escrow, and pseudonyms by a key that no department has.
/// Every refusal in it is a real one, and is found on the ledger at the end.
struct SupervisedAct {
    let stage: DemoStage
    static let holders = ["site1", "site2", "site3", "site4", "site5"]
    static let threshold = 3
    static let dataset = "patients"

    func run(_ story: inout Story, _ comparison: inout DemoComparison) async throws {
        try await found(&story)
        try await escrow(&story)
        let table = try SupervisedTable(stage)
        let pseudonyms = SupervisedPseudonyms(stage: stage, table: table)
        try await pseudonyms.obtain(&story)
        try await publish(table, &story)
        try await SupervisedOpening(stage: stage, table: table).run(&story, &comparison)
        try await SupervisedEscrow(stage: stage, table: table).run(&story)
        try await pseudonyms.identify(&story)
        try await pseudonyms.count(&story)
    }

    private func found(_ story: inout Story) async throws {
        try await story.step("The ministry deals a pool's key in shares to five departments, and keeps nothing") {
            _ = try await stage.found()
            let session = try stage.session("ministry")
            let holders: [PartyName] = try Self.holders.map { try DemoStage.name($0) }
            let receipt = try await searching { progress in
                try await CreatePoolKey(
                    pool: try DemoStage.name("health"), members: holders, custodian: session.party,
                    bitCount: stage.bits,
                    holders: CreatePoolKey.Holders(
                        holders, structure: try AccessStructure(threshold: Self.threshold, of: holders.count))
                ).run(as: session, progress: progress)
            }
            for holder in Self.holders {
                _ = try await AcknowledgePoolShare(try DemoStage.name("health")).run(as: stage.session(holder))
            }
            let pool = try stage.session("site1").state { try $0.pool(try DemoStage.name("health")) }
            guard pool?.isInForce == true else { throw DemoFailure(problem: "the shares are not in force") }
            return [
                "\(stage.bits)-bit key, \(Self.threshold) of \(Self.holders.count) open; what was published proves that "
                    + "the shares open it",
                "five holders checked their own shares and said so on the ledger; the pool is in force", receipt.line,
            ]
        }
    }

    private func escrow(_ story: inout Story) async throws {
        try await story.step("Site 1 draws a key for sealed columns, and deposits it in shares with its escrow") {
            let owner = try stage.session("site1")
            _ = try await searching { progress in
                try await CreateFieldKey(bitCount: stage.bits).run(as: owner, progress: progress)
            }
            let deposited = try await DepositKeyShares().run(as: owner)
            for holder in deposited.holders {
                let answers = try await AcknowledgeDeposits().run(as: stage.session(holder.text))
                guard answers.map(\.complaint) == [nil] else {
                    throw DemoFailure(problem: "\(holder) did not acknowledge its share")
                }
            }
            return [
                "two of \(deposited.holders.map(\.text).joined(separator: ", ")) open one record together, none alone",
                deposited.receipt.line,
            ]
        }
    }

    private func publish(_ table: SupervisedTable, _ story: inout Story) async throws {
        try await story.step("Site 1 publishes some rows with who they are, sealed: no query reaches that column") {
            let published = try await PublishTable(
                csv: table.file, schema: stage.policies.appending(path: "patients.schema.json"),
                pool: try DemoStage.name("health"), dataset: try DemoStage.name(Self.dataset)
            ).run(as: stage.session("site1"))
            return [
                "\(Quantity.counted(published.sealed.rows, "row")) as \(Quantity.bytes(published.sealed.bytes)), "
                    + "manifest \(published.sealed.manifest.text.prefix(20))…"
            ]
        }
    }

    private func searching<Value>(
        _ body: (@escaping @Sendable (PrivateKey.GenerationProgress) -> Void) async throws -> Value
    ) async throws -> Value {
        let bar = ProgressBar("searching safe primes", unit: "candidates", total: nil)
        defer { bar.finish() }
        return try await body { bar.update($0.testedCandidates) }
    }
}

/// The first rows of the real table's first site, with the person's number as its identity; and a few persons of them as
/// patients of two other sites.
struct SupervisedTable {
    let file: URL
    /// Of site 2 and site 3, three and two persons a year: in year 1 one of them is in both, in year 2 none is.
    let visits: [URL]
    private let plain: PlainTable

    private static let columns = ["year", "zper", "zper", "meddol"]
    private static let rows = 200

    init(_ stage: DemoStage) throws {
        let whole = try stage.split()
        let plain = try PlainTable(whole[0].file, columns: ["year", "zper", "meddol"])
        let lines = (0..<min(Self.rows, plain.rows)).map { row in
            Self.columns.map { plain.cell(row, $0) }.joined(separator: ",")
        }
        file = try stage.folder.file("patients.csv")
        try Data((["year,zper,identity,meddol"] + lines).joined(separator: "\n").appending("\n").utf8).write(to: file)
        let patients = try PlainTable(file, columns: ["year", "identity", "meddol"])
        self.plain = patients
        visits = try Self.visits(patients, stage)
    }

    private static func visits(_ patients: PlainTable, _ stage: DemoStage) throws -> [URL] {
        var rows: [String: [String: Int]] = ["1": [:], "2": [:]]
        var persons = [String]()
        for row in 0..<patients.rows {
            let person = patients.cell(row, "identity")
            rows[patients.cell(row, "year")]?[person] = row
            if !persons.contains(person) { persons.append(person) }
        }
        let both = persons.filter { rows["1"]?[$0] != nil && rows["2"]?[$0] != nil }
        guard both.count >= 5 else { throw DemoFailure(problem: "the table has no five persons in both years") }
        return try [[[0, 1, 2], [0, 1, 2]], [[2, 3], [3, 4]]].enumerated().map { number, years in
            let lines = zip(["1", "2"], years).flatMap { year, chosen in
                chosen.compactMap { rows[year]?[both[$0]] }.map { row in
                    "\(year),\(patients.cell(row, "identity")),\(patients.cell(row, "meddol"))"
                }
            }
            let file = try stage.folder.file("visits-site\(number + 2).csv")
            try Data((["year,zper,meddol"] + lines).joined(separator: "\n").appending("\n").utf8).write(to: file)
            return file
        }
    }

    func identity(_ row: Int) -> String { plain.cell(row, "identity") }

    var figures: [[Int]: PlainTable.Figures] { plain.figures(of: "meddol", decimals: 7, by: ["year"]) }
}
