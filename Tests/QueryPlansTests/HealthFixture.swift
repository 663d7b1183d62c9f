import BlobStore
import Foundation
import Multiprecision
import Paillier
import QueryPlans
import SealedTables
import SharingModel
import Testing

/// Every 80th row of the demo's table as the departments of six sites publish them, under a key that is quick and insecure.
struct HealthFixture: Sendable {
    let store = MemoryBlobStore()
    let key: PrivateKey
    /// By site, 1 to 6.
    let datasets: [SealedDataset]
    let rows: [HealthRow]
    let pool: PoolName

    var manifests: [CID] { datasets.map(\.cid) }

    /// Sealed once for all tests.
    static let shared = Task { try await HealthFixture() }

    init() async throws {
        // `openssl prime -generate -safe -bits 512`
        key = try PrivateKey(
            insecurePForTesting: #require(
                BigInteger(
                    "10908419564221684207639445643707243725114170553673716211211404553411946196470786"
                        + "726528452424013430968820450567420216430885600855485004564063219490898991607")),
            q: #require(
                BigInteger(
                    "10858759801706676563657328996909472433943620389147421342755009170771198188999603"
                        + "966913751876139410978245778732922288231849769255322299545373167432978235227")))
        pool = try #require(PoolName("health"))
        rows = try HealthRow.all()
        let schema = try TableSchema(json: Data(Self.schema.utf8))
        let encryptor = try Encryptor(key: key.publicKey, randomness: .short(bits: 256), expectedCount: 500)
        var datasets = [SealedDataset]()
        for site in 1...6 {
            var limits = TableSealer.Limits(workers: 2)
            // Several shards each, so that the order of shards matters.
            limits.shardByteCount = 12_000
            let sealer = try TableSealer(
                name: #require(DatasetName("site\(site)")), schema: schema, encryptor: encryptor,
                weightCapacityBits: 32, pseudonymKey: PseudonymKey(bytes: Data(repeating: UInt8(site), count: 32)),
                store: store, limits: limits)
            let csv = HealthRow.csv(of: rows.filter { $0.site == site })
            datasets.append(try await sealer.seal(MemoryByteSource(csv.utf8, name: "site\(site).csv")).dataset)
        }
        self.datasets = datasets
    }

    private static let schema = """
        {"fields": [
          {"name": "site", "type": "integer", "protection": "public"},
          {"name": "plan", "type": "integer", "protection": "public"},
          {"name": "year", "type": "integer", "protection": "public"},
          {"name": "female", "type": "integer", "protection": "public"},
          {"name": "zper", "type": "integer", "protection": "pseudonym"},
          {"name": "meddol", "type": "number", "protection": "computable", "decimals": 7, "squares": true,
           "constraints": {"minimum": -10, "maximum": 200000}},
          {"name": "mdvis", "type": "integer", "protection": "computable",
           "constraints": {"minimum": 0, "maximum": 400}},
          {"name": "income", "type": "number", "protection": "computable", "decimals": 5,
           "constraints": {"minimum": 0, "maximum": 1000000}},
          {"name": "ghindx", "type": "number", "protection": "computable", "decimals": 1, "squares": true,
           "constraints": {"minimum": 0, "maximum": 100}}],
         "packs": {"care": ["meddol", "mdvis"], "profile": ["income", "ghindx"]},
         "subject": "zper", "missingValues": [""]}
        """

    func plan(_ text: String, sites: ClosedRange<Int> = 1...6, parameters: [String: GroupValue] = [:]) throws -> Plan {
        let datasets = datasets[(sites.lowerBound - 1)...(sites.upperBound - 1)]
        return try SelectStatement.parse(text).bind(
            source: .pool(pool), datasets: datasets.map(\.cid), scope: ColumnScope(datasets.map(\.manifest))
        ).instantiate(parameters)
    }

    func executor(k: Int = 5, workers: Int = 2) -> PlanExecutor {
        PlanExecutor(store: store, minimumSubjects: k, workers: workers)
    }

    /// The whole way: computed, opened with the private key, read.
    func table(_ text: String, k: Int = 5, digits: Int = OpenedTable.standardDigits) throws -> OpenedTable {
        let executor = executor(k: k)
        let plan = try plan(text)
        let result = try executor.run(plan, key: key.publicKey, history: [])
        return try opened(result, of: plan, digits: digits)
    }

    func opened(
        _ result: ComputedResult, of plan: Plan, digits: Int = OpenedTable.standardDigits
    ) throws -> OpenedTable {
        let plaintexts = try result.ciphertexts.map { try key.decrypt($0) }
        return try OpenedTable(result.content, of: executor().bind(plan), plaintexts: plaintexts, digits: digits)
    }

    func opening(_ result: ComputedResult, of plan: Plan, origin: String) -> PastOpening {
        PastOpening(origin: origin, plan: plan, released: result.releasedGroups)
    }
}

/// A row as it stands in the CSV: texts, so that no test computes with what the code under test parsed.
struct HealthRow: Sendable {
    let cells: [String: String]

    static let columns = ["site", "plan", "year", "female", "zper", "meddol", "mdvis", "income", "ghindx"]

    subscript(_ column: String) -> String { cells[column] ?? "" }

    func integer(_ column: String) -> Int { Int(self[column]) ?? 0 }

    var site: Int { integer("site") }

    static func all() throws -> [HealthRow] {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = package.appending(path: "Policies/demo/rand-hie/randhie.csv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
        let header = try #require(lines.first).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return stride(from: 1, to: lines.count, by: 80).map { index in
            let line = lines[index]
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return HealthRow(cells: Dictionary(uniqueKeysWithValues: zip(header, cells)))
        }
    }

    static func csv(of rows: [HealthRow]) -> String {
        let lines = rows.map { row in columns.map { row[$0] }.joined(separator: ",") }
        return ([columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
    }
}
