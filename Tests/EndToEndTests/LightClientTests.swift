import CanonicalJSON
import Foundation
import SharingModel
import TestSupport
import Testing
import TransparencyLog

/// `ledger follow --light`, and Go's x/mod, against nodes that run.
@Suite("Reading a node without trust", .serialized, .enabled(if: RunningCluster.isUsable))
struct LightClientTests {
    private static let departments = ["site1", "site2", "site3"]

    @Test("A light client follows, proves, and refuses a fork, a rollback and a node that does not answer")
    func follows() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 3).copy()
        let cluster = try await RunningCluster(prepared.consortium, departments: Self.departments, members: 1)
        let address = try cluster.address(of: "site2")
        let founding = prepared.consortium.home + "/consortium.json"
        let state = prepared.consortium.folder.path("light")
        func follow(_ more: String..., at address: String = address) async throws -> CommandRun {
            // No home: nothing but the founding record.
            try await prepared.consortium.run(
                ["ledger", "follow", "--light", address, "--consortium", founding, "--state", state] + more,
                environment: ["CHANCERY_HOME": prepared.consortium.folder.path("nowhere")])
        }
        let first = try await follow("--json").document()
        #expect(first["seenSize"] == .null && (first["cosigners"]?.arrayValue?.count ?? 0) >= 3)
        let transaction = try await cluster.run(
            "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1", "--until",
            "90d", "--as", "statistics", "--json", through: "site1"
        ).document().text("transaction")
        _ = try await cluster.commonCheckpoint(height: try await cluster.height())
        let second = try await follow("--prove", transaction, "--json").document()
        #expect(second["seenSize"] == first["size"] && second["proven"]?["accepted"] == true)
        #expect((second["requests"]?.integerValue ?? 99) <= 3)
        let bytes = try await follow().expectStatus(0).text
        #expect(bytes.contains("as seen before") && bytes.contains("in 1 request"))

        let kept = try Data(contentsOf: URL(filePath: state))
        try await expectRefusals(kept, state: state, follow: { try await follow(at: $0) }, address)
        try await cluster.kill("site2")
        #expect(try await follow().status == 3)
        #expect(try Data(contentsOf: URL(filePath: state)) == kept)
        try await follow(at: try cluster.address(of: "site3")).expectStatus(0)
        try await follow("--prove", String(repeating: "0", count: 64), at: try cluster.address(of: "site3"))
            .expectStatus(1)
        try await follow("--prove", "00ff", at: try cluster.address(of: "site3")).expectStatus(2)
    }

    /// What is kept is damaged, or is from elsewhere.
    private func expectRefusals(
        _ kept: Data, state: String, follow: (String) async throws -> CommandRun, _ address: String
    ) async throws {
        var damaged = kept
        damaged[damaged.count / 2] ^= 1
        try damaged.write(to: URL(filePath: state))
        let refused = try await follow(address)
        #expect(refused.status == 2 && refused.message.contains("cannot be compared"))
        try kept.write(to: URL(filePath: state))
        let other = try await TestConsortium.at(.pool, departments: 3).copy()
        let stranger = try await RunningCluster(other.consortium, departments: Self.departments, members: 1)
        let elsewhere = try await follow(try stranger.address(of: "site1"))
        // The same consortium, whose other copy has gone another way: shorter, or not continuing.
        #expect(elsewhere.status == 1, "\(elsewhere.message)")
        #expect(elsewhere.message.contains("seen:") && elsewhere.message.contains("shown:"))
        #expect(try Data(contentsOf: URL(filePath: state)) == kept)
    }

    @Test("Go's x/mod verifies what a node serves, and makes the same proof of a transaction")
    func goReads() async throws {
        guard try TlogPeer.isThere() else { return }
        let prepared = try await TestConsortium.at(.published, departments: 3).copy()
        let cluster = try await RunningCluster(prepared.consortium, departments: Self.departments, members: 1)
        let transaction = try await cluster.request(through: "site2")
        _ = try await cluster.commonCheckpoint(height: try await cluster.height(of: "site2"))
        let record = try CanonicalJSON.parse(
            try Data(contentsOf: URL(filePath: prepared.consortium.home + "/consortium.json")))
        let note = try SignedNote(parsing: try await cluster.get("/checkpoint", from: "site1").body)
        let origin = try #require(note.text.split(separator: "\n").first.map(String.init))
        let prefix = origin.split(separator: "/").prefix(2).joined(separator: "/")
        let keys = try (record["parties"]?.arrayValue ?? []).compactMap { party -> String? in
            guard let key = party["cosigningKey"]?.stringValue, let bytes = Data(base64Encoded: key) else { return nil }
            return try NoteKey(
                name: "\(prefix)/party/\(party.text("name"))", algorithm: .cosignature, publicKey: bytes
            ).verifierKey
        }
        #expect(keys.count == 3)
        // Of the transaction, and of its block's record.
        let proof = try CanonicalJSON.parse(
            try await cluster.get("/v1/transactions/\(transaction)", from: "site1").body)
        let inclusion = try #require(proof["inclusion"])
        let (index, size) = (try #require(proof["block"]?["index"]), try #require(inclusion["treeSize"]))
        let hashes = try #require(proof["block"]?["inclusion"]?.arrayValue)
        func check(_ hashes: [JSONValue]) throws -> TlogPeer.Answer {
            let record: JSONValue = ["hashes": .array(hashes), "index": index, "treeSize": size]
            return try TlogPeer.check(
                try cluster.address(of: "site3"), quorum: 3, origin: origin, keys: keys,
                proofs: CanonicalJSON.serialize(["consistency": [], "inclusion": [inclusion, record]]))
        }
        let answer = try check(hashes)
        #expect(answer.status == 0 && answer.output.contains(#""inclusion":2"#), "\(answer.message)")
        #expect(hashes.count > 1 && hashes != hashes.reversed())
        #expect(try check(hashes.reversed()).status == 1)
    }
}
