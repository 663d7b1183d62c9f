import BlobStore
import CanonicalJSON
import Foundation
import Multiprecision
import Paillier
import QueryPlans
import SealedTables
import SharingModel
import TestSupport
import Testing

@Suite("A plan over sealed tables")
struct PlanExecutorTests {
    @Test("gives the sums, means, counts and variances of the plain table, to the last digit")
    func exactness() async throws {
        let fixture = try await HealthFixture.shared.value
        let table = try fixture.table(
            """
            SELECT year, SUM(meddol), AVG(meddol), VARIANCE(meddol), VAR_POP(ghindx), AVG(ghindx), COUNT(ghindx), COUNT(*),
            SUM(mdvis), AVG(income) FROM health GROUP BY year
            """, k: 2)
        #expect(table.columns.prefix(3) == ["year", "sum(meddol)", "avg(meddol)"])
        #expect(table.rows.count == 5 && table.refused.isEmpty)
        for (row, year) in zip(table.rows, 1...5) {
            let rows = fixture.rows.filter { $0.integer("year") == year }
            let care = PlainColumn("meddol", decimals: 7, of: rows)
            let health = PlainColumn("ghindx", decimals: 1, of: rows)
            #expect(
                row == [
                    .integer(Int64(year)), .string(care.sum), .string(care.mean()),
                    .string(care.variance(divisor: rows.count - 1)),
                    .string(health.variance(divisor: health.values.count)), .string(health.mean()),
                    .integer(Int64(health.values.count)), .integer(Int64(rows.count)),
                    .string(PlainColumn("mdvis", decimals: 0, of: rows).sum),
                    .string(PlainColumn("income", decimals: 5, of: rows).mean()),
                ])
        }
    }

    @Test("filters, groups by expressions and reads parameters")
    func filterAndExpression() async throws {
        let fixture = try await HealthFixture.shared.value
        let plan = try fixture.plan(
            "SELECT female, year / 2 AS pair, SUM(mdvis) AS s FROM health WHERE site <> :site GROUP BY female, pair",
            parameters: ["site": .integer(3)])
        let result = try fixture.executor(k: 2).run(plan, key: fixture.key.publicKey, history: [])
        let table = try fixture.opened(result, of: plan)
        #expect(table.rows.count == 6 && table.refused.isEmpty)
        for row in table.rows {
            let rows = fixture.rows.filter {
                $0.site != 3 && Int64($0.integer("female")) == row[0].integerValue
                    && Int64($0.integer("year") / 2) == row[1].integerValue
            }
            #expect(row[2] == .string(PlainColumn("mdvis", decimals: 0, of: rows).sum))
        }
    }

    @Test("weighs with positive and negative integers")
    func weightedSum() async throws {
        let fixture = try await HealthFixture.shared.value
        let table = try fixture.table(
            "SELECT WSUM(mdvis, CASE WHEN year = 1 THEN 3 WHEN year = 2 THEN -2 ELSE 0 END) AS w, "
                + "WSUM(ghindx, female + 1) AS h FROM health")
        let weighted = fixture.rows.reduce(0) { sum, row in
            sum + row.integer("mdvis") * [1: 3, 2: -2, 3: 0, 4: 0, 5: 0][row.integer("year"), default: 0]
        }
        let twice = fixture.rows.filter { $0.integer("female") == 1 }
        let health = PlainColumn("ghindx", decimals: 1, of: fixture.rows + twice)
        #expect(table.rows == [[.string(String(weighted)), .string(health.sum)]])
    }

    @Test("drops small groups before computing, and lists them")
    func refusedGroups() async throws {
        let fixture = try await HealthFixture.shared.value
        let plan = try fixture.plan("SELECT plan, SUM(mdvis) FROM health GROUP BY plan")
        let result = try fixture.executor().run(plan, key: fixture.key.publicKey, history: [])
        // Under different pseudonym keys the largest site counts.
        let expected = Set(
            Dictionary(grouping: fixture.rows, by: { $0.integer("plan") }).filter { _, rows in
                let bySite = Dictionary(grouping: rows, by: \.site).values.map { Set($0.map { $0["zper"] }).count }
                return (bySite.max() ?? 0) < 5
            }.keys)
        #expect(!expected.isEmpty)
        #expect(Set(result.refusedGroups) == Set(expected.map { GroupKey([.integer(Int64($0))]) }))
        #expect(result.ciphertexts.count == result.releasedGroups.count)
        let table = try fixture.opened(result, of: plan)
        #expect(table.refused.allSatisfy { $0.reason == "fewer than 5 subjects" })
        #expect(table.refused.count == expected.count)
    }

    @Test("comes out in the same bytes whatever the threads, and whatever is opened before")
    func determinism() async throws {
        let fixture = try await HealthFixture.shared.value
        let plan = try fixture.plan(
            "SELECT year, AVG(meddol), WSUM(mdvis, female + 1) AS w, COUNT(ghindx) FROM health GROUP BY year")
        let reference = try fixture.executor(workers: 1).run(plan, key: fixture.key.publicKey, history: [])
        let past = fixture.opening(reference, of: plan, origin: "result 1")
        for workers in [2, 3, 7] {
            let again = try fixture.executor(workers: workers).run(
                plan, key: fixture.key.publicKey, history: workers == 7 ? [past] : [])
            #expect(again.block == reference.block)
            #expect(again.ciphertextBlocks == reference.ciphertextBlocks)
        }
    }

    @Test("is stored, linked, read back and refused when altered")
    func storage() async throws {
        let fixture = try await HealthFixture.shared.value
        let plan = try fixture.plan("SELECT year, SUM(mdvis) FROM health GROUP BY year")
        let result = try fixture.executor().run(plan, key: fixture.key.publicKey, history: [])
        let store = MemoryBlobStore()
        try result.store(in: store)
        let content = try ResultContent(store.get(result.cid))
        #expect(content == result.content)
        #expect(try content.loadCiphertexts(from: store, key: fixture.key.publicKey) == result.ciphertexts)
        let links = try DAGJSON.links(in: result.block)
        #expect(links.contains(plan.cid) && result.ciphertextBlocks.allSatisfy { links.contains($0.cid) })

        let bound = try fixture.executor().bind(plan)
        let other = try fixture.executor().bind(fixture.plan("SELECT year, AVG(mdvis) FROM health GROUP BY year"))
        #expect(throws: QueryPlanError.result(.notOfThisPlan)) { try content.check(against: other) }
        let plaintexts = try result.ciphertexts.map { try fixture.key.decrypt($0) }
        #expect(throws: QueryPlanError.self) {
            _ = try OpenedTable(content, of: bound, plaintexts: plaintexts.dropLast())
        }
        #expect(throws: QueryPlanError.result(.unsoundPlaintext(ciphertext: 0))) {
            _ = try OpenedTable(
                content, of: bound, plaintexts: [plaintexts[0] + (BigInteger(1) << 60)] + plaintexts.dropFirst())
        }
    }

    @Test("is refused under another key, and with packs that it does not name")
    func mismatches() async throws {
        let fixture = try await HealthFixture.shared.value
        let plan = try fixture.plan("SELECT SUM(mdvis) FROM health")
        let other = try #require(
            (1...1_000).lazy.compactMap { step in
                try? PublicKey(insecureModulusForTesting: fixture.key.publicKey.modulus + BigInteger(2 * step))
            }.first)
        #expect(
            throws: QueryPlanError.result(
                .poolKeyMismatch(
                    dataset: plan.content.datasets.first.flatMap { cid in
                        fixture.datasets.first { $0.cid == cid }?.manifest.name.text
                    } ?? ""))
        ) { _ = try fixture.executor().run(plan, key: other, history: []) }
        let text = String(decoding: plan.block.data, as: UTF8.self)
        let wider = try Plan(data: Data(text.replacing("[\"care\"]", with: "[\"care\",\"profile\"]").utf8))
        #expect(throws: QueryPlanError.plan(.packs(named: ["care", "profile"], needed: ["care"]))) {
            _ = try fixture.executor().bind(wider)
        }
    }

    @Test("comes out in the same bytes from a store of files, whose shards stay mapped")
    func mappedShards() async throws {
        let fixture = try await HealthFixture.shared.value
        let folder = TestFolder()
        let files = try FileBlobStore(directory: folder.directory)
        for cid in try fixture.store.cids() { try files.put(fixture.store.get(cid)) }
        let plan = try fixture.plan("SELECT year, AVG(meddol), AVG(income) FROM health GROUP BY year")
        let reference = try fixture.executor().run(plan, key: fixture.key.publicKey, history: [])
        let executor = PlanExecutor(store: files, minimumSubjects: 5, workers: 2)
        let prepared = try executor.prepare(plan, key: fixture.key.publicKey, history: [])
        #expect(prepared.report == reference.report)
        // The guard's reading is the only one: what was hashed is what is added.
        try FileManager.default.removeItem(at: folder.url("blocks"))
        let computed = try executor.run(prepared)
        #expect(computed.block == reference.block && computed.ciphertextBlocks == reference.ciphertextBlocks)
    }

    @Test("is refused where one row's ciphertext is out of range or shares a factor with n; the row is named")
    func unsoundCiphertexts() async throws {
        let fixture = try await HealthFixture.shared.value
        let key = fixture.key.publicKey
        let dataset = fixture.datasets[2]
        let shard = try #require(dataset.shards.last)
        let profile = try #require(PackName("profile"))
        for value in [BigInteger(0), key.modulusSquared, key.modulus, key.modulus * 3] {
            let width = key.ciphertextByteCount
            // The last section holds the pack, and its last ciphertext the last row.
            let bytes =
                try fixture.store.get(shard.cid).data.dropLast(width) + value.bigEndianBytes(count: width).reversed()
            let changed = try fixture.store.put(Data(bytes), codec: .raw)
            let text = String(decoding: try fixture.store.get(dataset.cid).data, as: UTF8.self)
                .replacing(shard.cid.text, with: changed.text)
            let manifest = try fixture.store.put(Data(text.utf8), codec: .dagJSON)
            let bad = try SealedDataset(loading: manifest, from: fixture.store)
            let datasets = [fixture.datasets[0], bad]
            let plan = try SelectStatement.parse("SELECT year, AVG(income) FROM health GROUP BY year").bind(
                source: .pool(fixture.pool), datasets: datasets.map(\.cid), scope: ColumnScope(datasets.map(\.manifest))
            ).instantiate()
            let expected = DatasetFault(
                manifest: manifest, name: bad.manifest.name,
                cause: .content(.shard(.ciphertext(pack: profile, row: shard.rows - 1))))
            #expect(throws: QueryPlanError.dataset(expected)) {
                _ = try fixture.executor(k: 2).run(plan, key: key, history: [])
            }
        }
    }

    @Test("names a dataset whose shard is missing, before anything is computed")
    func missingShard() async throws {
        let fixture = try await HealthFixture.shared.value
        let shard = try #require(fixture.datasets[1].shards.first)
        let store = MemoryBlobStore()
        for cid in try fixture.store.cids() where cid != shard.cid { try store.put(fixture.store.get(cid)) }
        let plan = try fixture.plan("SELECT year, AVG(income) FROM health GROUP BY year")
        let expected = DatasetFault(
            manifest: fixture.datasets[1].cid, name: fixture.datasets[1].manifest.name,
            cause: .block(.blockMissing(shard.cid)))
        #expect(throws: QueryPlanError.dataset(expected)) {
            _ = try PlanExecutor(store: store, minimumSubjects: 5).prepare(
                plan, key: fixture.key.publicKey, history: [])
        }
        let manifestless = MemoryBlobStore()
        let error = try #require(throws: QueryPlanError.self) {
            _ = try PlanExecutor(store: manifestless, minimumSubjects: 5).assess(plan, history: [])
        }
        #expect("\(error)".contains("the dataset with the manifest \(plan.content.datasets[0]) is not whole here"))
    }

    @Test("refuses weights beyond the pool's capacity before it runs")
    func capacity() async throws {
        let fixture = try await HealthFixture.shared.value
        let plan = try fixture.plan("SELECT WSUM(mdvis, 1000000000) AS w FROM health")
        let error = try #require(throws: QueryPlanError.self) {
            _ = try fixture.executor().run(plan, key: fixture.key.publicKey, history: [])
        }
        #expect("\(error)".contains("add up to \(fixture.rows.count)000000000, more than the pool's capacity of 2^32"))
    }
}

@Suite("The guard over sealed tables")
struct GuardedExecutionTests {
    private let grouped = "SELECT plan, SUM(mdvis) FROM health GROUP BY plan"

    @Test("refuses the total after the groups, whole, in words that name the result")
    func subtraction() async throws {
        let fixture = try await HealthFixture.shared.value
        let plan = try fixture.plan(grouped)
        let result = try fixture.executor().run(plan, key: fixture.key.publicKey, history: [])
        let past = fixture.opening(result, of: plan, origin: "result 3f opened at height 12")
        // Every plan with small groups together is large; so narrow the total to one refused plan and a released one.
        let (small, large) = try (#require(result.refusedGroups.first), #require(result.releasedGroups.first))
        let both = try fixture.plan(
            "SELECT AVG(meddol) FROM health WHERE plan IN (\(small.values[0]), \(large.values[0]))")
        #expect(try fixture.executor().assess(both, history: []).allows)
        let error = try #require(throws: QueryPlanError.self) {
            _ = try fixture.executor().run(both, key: fixture.key.publicKey, history: [past])
        }
        guard case .guarded(let report) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(report.subtractions.map(\.origins) == [["result 3f opened at height 12"]])
        #expect(report.subtractions.map(\.columns) == [["mdvis", "meddol"]], "the whole pack opens")
        #expect(
            "\(error)".contains("of fewer than 5 subjects would be given away by subtraction of group all rows from"))
        // The other pack has not been opened, so there it is harmless.
        let otherPack = try fixture.plan(
            "SELECT AVG(income) FROM health WHERE plan IN (\(small.values[0]), \(large.values[0]))")
        let report2 = try fixture.executor(k: 2).assess(otherPack, history: [past])
        #expect(report2.subtractions.isEmpty)
    }

    @Test("remembers an opening over other datasets that shares one with the query")
    func sharedDatasets() async throws {
        let fixture = try await HealthFixture.shared.value
        let plans = Dictionary(grouping: fixture.rows.filter { $0.site == 3 }) { $0.integer("plan") }
        let few = try #require(plans.filter { (1..<5).contains(Set($0.value.map { $0["zper"] }).count) }.keys.min())
        let three = try fixture.plan(
            "SELECT SUM(mdvis) FROM health WHERE site < 3 OR (site = 3 AND plan = \(few))", sites: 1...3)
        let result = try fixture.executor().run(three, key: fixture.key.publicKey, history: [])
        let past = fixture.opening(result, of: three, origin: "result 1")
        let two = try fixture.plan("SELECT SUM(mdvis) FROM health", sites: 1...2)
        let report = try fixture.executor().assess(two, history: [past])
        #expect(!report.allows, "what is left of site 3 would follow")
        #expect(try fixture.executor().assess(two, history: []).allows)
    }

    @Test("refuses a weight that singles out one person of a large group")
    func singlingOut() async throws {
        let fixture = try await HealthFixture.shared.value
        let bySiteYear = Dictionary(grouping: fixture.rows) { "\($0.site) \($0["plan"]) \($0["year"]) \($0["female"])" }
        let lonely = try #require(
            bySiteYear.sorted { $0.key < $1.key }.first { Set($0.value.map { $0["zper"] }).count == 1 }?.value.first)
        let condition = ["site", "plan", "year", "female"].map { "\($0) = \(lonely[$0])" }.joined(separator: " AND ")
        let plan = try fixture.plan("SELECT WSUM(mdvis, 1 + (\(condition)) * 1000) AS w FROM health")
        let error = try #require(throws: QueryPlanError.self) {
            _ = try fixture.executor().run(plan, key: fixture.key.publicKey, history: [])
        }
        guard case .guarded(let report) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(report.groups.map(\.verdict) == [.tooFewSubjects(.weight(column: "mdvis", 1001))])
    }
}
