import Contracts
import Foundation
import Ledger
import SharingModel
import SignedEnvelopes
import Testing

/// A department that tells each of the others something else. It is one of four, so the other three are a quorum.
@Suite("Cosignatures of trees that the ledger never had", .serialized)
struct StrayCosignatureTests {
    private let honest = ["site1", "site2", "site3"]

    private func accused(_ cluster: TestCluster, _ name: String) throws -> [String] {
        try cluster[name].told.events.compactMap {
            if case .equivocation(let proof) = $0 { proof.party.text } else { nil }
        }
    }

    /// Waits until a department's node has proof against site4.
    private func untilProven(_ cluster: TestCluster, at name: String) async throws {
        while try accused(cluster, name).isEmpty { try await Task.sleep(for: TestCluster.beat) }
    }

    /// Submits until the ledger itself names site4.
    private func untilOnLedger(_ cluster: TestCluster) async throws {
        for round in 0..<40 {
            let names = try cluster["site1"].ledger.read { try LedgerState($0).equivocations().map(\.party.text) }
            if names == ["site4"] { return }
            #expect(names.isEmpty)
            _ = try await cluster.submit(try cluster.request("round \(round)"), at: honest[round % 3])
            _ = try await cluster.settle(honest)
        }
        Issue.record("not within forty blocks")
    }

    @Test("Told a tree each, and none twice, the others find out with the block, and it comes on the ledger")
    func eachAnother() async throws {
        try await TestCluster.run { cluster in
            cluster.partition(["site4"])
            let head = try #require(try await cluster.settle(honest))
            let trees = try cluster.trees(["a", "b", "c"], after: head, by: "site4")
            for (name, tree) in zip(honest, trees) { try await cluster[name].node.take(tree) }
            for name in honest { #expect(try accused(cluster, name).isEmpty, "nothing has met yet") }
            _ = try await cluster.submit(try cluster.request(), at: "site1")
            for name in honest { try await untilProven(cluster, at: name) }
            try await untilOnLedger(cluster)
            for name in honest { #expect(try accused(cluster, name) == ["site4"], "\(name) says it once") }
        }
    }

    @Test("Told after the block, or of a size between two blocks, each is held against what the others were told")
    func late() async throws {
        try await TestCluster.run { cluster in
            cluster.partition(["site4"])
            let before = try #require(try await cluster.settle(honest))
            _ = try await cluster.submit(try cluster.request(), at: "site1")
            let head = try #require(try await cluster.settle(honest))
            for (place, size) in [head.size, head.size - 1].enumerated() {
                for (name, root) in zip(honest, ["a", "b", "c"]) {
                    let tree = try cluster.cosignature(
                        of: .sha256(Data(root.utf8)), size: size, height: before.height + 1, by: "site4")
                    try await cluster[name].node.take(tree)
                }
                for name in honest {
                    while try accused(cluster, name).count <= place { try await Task.sleep(for: TestCluster.beat) }
                }
            }
        }
    }

    @Test("Who is told another tree has proof as soon as the department's cosignature of the true one turns up")
    func againstFinal() async throws {
        try await TestCluster.run { cluster in
            cluster.partition(["site4"])
            let head = try #require(try await cluster.settle(honest))
            try await cluster["site1"].node.take(cluster.trees(["a"], after: head, by: "site4")[0])
            _ = try await cluster.submit(try cluster.request(), at: "site2")
            let final = try #require(try await cluster.settle(honest))
            #expect(try accused(cluster, "site1").isEmpty)
            // To another than the one that was told something else, which has sent that on.
            try await cluster["site3"].node.take(
                cluster.cosignature(of: final.root, size: final.size, height: final.height, by: "site4"))
            for name in honest { try await untilProven(cluster, at: name) }
            try await untilOnLedger(cluster)
        }
    }

    @Test("The cosignatures that the next batch carries are proof, too")
    func carried() async throws {
        try await TestCluster.run { cluster in
            cluster.partition(["site4"])
            let head = try #require(try await cluster.settle(honest))
            for name in honest { try await cluster[name].node.take(cluster.trees(["a"], after: head, by: "site4")[0]) }
            _ = try await cluster.submit(try cluster.request(), at: "site2")
            let final = try #require(try await cluster.settle(honest))
            for name in honest { #expect(try accused(cluster, name).isEmpty) }
            // site4 shows its cosignature of the true tree in its batch, and to nobody else.
            let own = try cluster.cosignature(of: final.root, size: final.size, height: final.height, by: "site4")
            let known = try cluster["site1"].ledger.read { try $0.cosignatures(height: final.height) }
            let batch = try Batch.sign(
                by: name("site4"), height: final.height + 1, ledger: cluster.consortium.identity, parent: final.root,
                previous: known.filter { $0.party.text != "site4" } + [own.cosignature],
                envelopes: [cluster.request("site4's").canonicalBytes()], key: cluster.consortium.key("site4"))
            try await cluster.write(batch, height: final.height + 1, as: "site4")
            for name in honest { try await untilProven(cluster, at: name) }
            #expect(try #require(try await cluster.settle(honest)).record.proposer.text == "site4")
        }
    }

    @Test("One that shows the same again and again, or trees without end, is named so often and no more")
    func flood() async throws {
        try await TestCluster.run { cluster in
            cluster.partition(["site4"])
            let head = try #require(try await cluster.settle(honest))
            let node = try cluster["site1"].node
            let two = try cluster.trees(after: head, by: "site4")
            for _ in 0..<50 { for tree in two { try await node.take(tree) } }
            #expect(try accused(cluster, "site1") == ["site4"])
            // Two trees of every size that is to come, of which it keeps a few.
            for size in head.size + 3..<head.size + 200 {
                for root in [two[0].root, two[1].root] {
                    try await node.take(
                        cluster.cosignature(of: root, size: size, height: head.height + 2, by: "site4"))
                }
            }
            #expect(try accused(cluster, "site1").count <= 64)
            _ = try await cluster.submit(try cluster.request(), at: "site1")
            _ = try await cluster.settle(honest)
        }
    }
}
