import BlobStore
import Contracts
import Foundation
import Gateway
import Ledger
import QueryPlans
import SealedTables
import SharingModel
import Testing

@Suite("A pool with a dataset that cannot be had")
struct UnreadableDatasetTests {
    @Test("A manifest that nobody has is named with its department, takes no use, and can be left out")
    func phantom() async throws {
        let consortium = try await TestConsortium.published()
        let phantom = try await consortium.publish("phantom", manifest: CID(of: Data("nobody".utf8), codec: .dagJSON))
        let token = try await consortium.grant()
        let size = try consortium.session("statistics").ledger.head()?.size
        let unreadable = try await consortium.expectUnreadable(.leaveOut) {
            _ = try await consortium.query(token: token)
        }
        #expect(unreadable.map(\.dataset) == [phantom])
        #expect(unreadable.map(\.owners) == [[try name("site3")]])
        #expect(throws: GatewayError.self) {
            try RunQuery(.statement(TestConsortium.byYear), token: token).assess(as: consortium.session("statistics"))
        }
        #expect(try consortium.session("statistics").ledger.head()?.size == size)

        let computed = try await consortium.query(of: .without([phantom]), token: token)
        let names: [DatasetName] = try TestConsortium.departments.map { try name("health-\($0)") }
        #expect(computed.inputs == names && computed.leftOut == [phantom])
        let published = try consortium.session("site1").state { state in
            try names.map { try state.knownDataset($0).manifest }
        }
        #expect(computed.plan.content.datasets == published.sorted())
        _ = try await consortium.open(computed.id)
        #expect(try consortium.session("statistics").show(result: computed.id.hex).table != nil)
    }

    @Test("All that is missing is said at once, and whoever brings the blocks mends it")
    func severalAtOnce() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let session = try consortium.session("statistics")
        let manifests = try session.state { state in
            try ["health-site1", "health-site2"].map { try state.knownDataset(name($0)).manifest }
        }
        let shard = try #require(try SealedDataset(loading: manifests[0], from: session.blobs).shards.first).cid
        let blocks = try [shard, manifests[1]].map { try session.blobs.get($0) }
        for block in blocks { try consortium.removeBlob(block.cid) }
        let unreadable = try await consortium.expectUnreadable(.leaveOut) {
            _ = try await consortium.query(token: token)
        }
        #expect(unreadable.map(\.dataset.text) == ["health-site1", "health-site2"])
        #expect(
            unreadable.map(\.fault) == [.shardsMissing(first: shard, count: 1, of: 1), .manifestMissing(manifests[1])])
        for block in blocks { try session.blobs.put(block) }
        #expect(try await consortium.query(token: token).inputs.count == 3)
    }

    @Test("A table that was published unusable is named with its department, and can be left out")
    func unusable() async throws {
        let consortium = try await TestConsortium.published()
        let session = try consortium.session("site3")
        let honest = try session.state { try $0.knownDataset(name("health-site3")) }
        let garbage = try session.blobs.put(Data("no shard".utf8), codec: .raw)
        let shard = try #require(try SealedDataset(loading: honest.manifest, from: session.blobs).shards.first)
        let text = String(decoding: try session.blobs.get(honest.manifest).data, as: UTF8.self)
            .replacing(shard.cid.text, with: garbage.text).replacing("health-site3", with: "broken")
        let broken = try await consortium.publish(
            "broken", manifest: session.blobs.put(Data(text.utf8), codec: .dagJSON))
        let token = try await consortium.grant()
        let unreadable = try await consortium.expectUnreadable(.leaveOut) {
            _ = try await consortium.query(token: token)
        }
        #expect(unreadable.map(\.dataset) == [broken] && unreadable.allSatisfy { !$0.isCurable })
        #expect(try session.state { try $0.token(matching: token) }.uses.taken == 0)
        #expect(try await consortium.query(of: .without([broken]), token: token).inputs.count == 3)
    }

    @Test("Datasets are chosen by name from those that the token covers, and a token can be asked for without some")
    func choice() async throws {
        let consortium = try await TestConsortium.published()
        let two: [DatasetName] = [try name("health-site1"), try name("health-site3")]
        let token = try await consortium.request(
            TokenWish(
                scope: .pool(name("health"), without: [name("health-site2")]), packs: [name("care")],
                purpose: "a choice", uses: 3, until: .after(seconds: 600)))
        let covered = try consortium.session("site1").state { try $0.token(matching: token) }.datasets.map(\.dataset)
        #expect(covered == two)
        try await consortium.approve(token, by: ["site1", "site3"])
        #expect(try await consortium.query(token: token).inputs == two)
        #expect(try await consortium.query(of: .only([two[1]]), token: token).inputs == [two[1]])
        let unknown = await #expect(throws: GatewayError.self) {
            _ = try await consortium.query(of: .without([name("health-site2")]), token: token)
        }
        guard case .unknownDataset(_, let known) = unknown else {
            Issue.record("refused otherwise: \(String(describing: unknown))")
            return
        }
        #expect(known == two)
        await #expect(throws: GatewayError.self) { _ = try await consortium.query(of: .without(two), token: token) }
        await #expect(throws: GatewayError.self) {
            _ = try await consortium.query("SELECT SUM(mdvis) FROM \"health-site1\"", of: .only(two), token: token)
        }
    }
}

extension TestConsortium {
    /// Publishes, as site3, what the ledger is told to be like site3's honest table.
    func publish(_ dataset: String, manifest: CID) async throws -> DatasetName {
        let honest = try session("site3").state { try $0.knownDataset(name("health-site3")) }.terms
        let receipt = try await submit(
            PublishDataset(
                name: name(dataset), pool: honest.pool, manifest: manifest, keyFingerprint: honest.keyFingerprint,
                rows: honest.rows, shards: honest.shards, bytes: honest.bytes, packs: honest.packs,
                publicColumns: honest.publicColumns, owners: honest.owners, approvals: 1),
            as: "site3")
        #expect(receipt.isAccepted)
        return try name(dataset)
    }

    func expectUnreadable(
        _ wayAround: WayAround, _ body: () async throws -> Void
    ) async throws -> [UnreadableDataset] {
        let error = await #expect(throws: GatewayError.self) { try await body() }
        guard case .datasetsUnreadable(let datasets, let offered) = error else {
            Issue.record("refused otherwise: \(String(describing: error))")
            return []
        }
        #expect(offered == wayAround)
        return datasets
    }
}
