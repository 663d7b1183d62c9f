import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
import Gateway
import KeyVault
import Ledger
import Paillier
import QueryPlans
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

/// Three departments that publish under the ministry's key, which the policy has in escrow: two of the auditor, site1 and
/// site2 open a result without the ministry.
struct RecoveryConsortium {
    let base: TestConsortium
    /// A use of it was taken for `result`.
    let token: String
    let result: String

    static let holders = ["audit", "site1", "site2"]

    /// A copy of one with a computed result, whose custodian has lost its key.
    static func lost() async throws -> RecoveryConsortium {
        let (folder, token, result) = try await RecoveryTemplate.shared.computed()
        let base = try TestConsortium(copying: folder, at: TestConsortium.founded.adding(seconds: 3_600))
        try base.vault("ministry").remove("pool.health.health")
        return RecoveryConsortium(base: base, token: token, result: result)
    }

    /// Nothing but the pool, deposited and waiting for its holders.
    static func deposited() async throws -> TestConsortium {
        let consortium = try await Templates.found(escrow: escrow)
        try consortium.vault("ministry").store("pool.health.health", TestPoolKey.serialized())
        _ = try await CreatePoolKey(
            pool: name("health"), members: TestConsortium.departments.map { try name($0) },
            custodian: name("ministry"), bitCount: 2_048
        ).run(as: consortium.session("ministry"))
        return consortium
    }

    fileprivate static func compute() async throws -> (TestFolder, String, String) {
        let consortium = try await deposited()
        for holder in holders {
            let answers = try await AcknowledgeDeposits().run(as: consortium.session(holder))
            #expect(answers.map(\.complaint) == [nil] && answers.map(\.pool?.text) == ["health"])
        }
        for department in TestConsortium.departments { _ = try await consortium.publish(department) }
        let token = try await consortium.grant()
        let computed = try await consortium.query(token: token)
        return (consortium.folder, token, computed.id.hex)
    }

    func session(_ party: String) throws -> PartySession { try base.session(party) }

    /// Asks, and lets the waiting time pass.
    func request(_ result: String? = nil, by party: String = "statistics") async throws -> Digest {
        let asked = try await session(party).requestOpening(
            ofResult: result ?? self.result, reason: "the ministry has lost its key",
            until: base.clock.now.adding(seconds: 86_400))
        base.clock.advance(seconds: 3_600)
        return asked.receipt.transaction
    }

    func grant(_ request: Digest, by party: String) async throws -> GrantRecordOpening.Granted {
        try await GrantRecordOpening(request.hex).run(as: session(party))
    }

    func open(_ request: Digest) async throws -> OpenGrantedResult.Opened {
        try await OpenGrantedResult(request.hex).run(as: session("statistics"))
    }

    /// A part for `request` as `holder` would give it, changed by `change`, on the ledger and handed out at once.
    func forgeGrant(
        _ request: Digest, by holder: String, change: (PartialDecryption) -> PartialDecryption
    ) async throws {
        let session = try session(holder)
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let deposit = try #require(try session.state { try $0.deposit(of: name("ministry"), pool: name("health")) })
        let pool = try session.state { try $0.knownPool(name("health")) }
        let key = try ThresholdKey(deposit.record, of: pool.publicKey())
        let secret = try #require(SecretName("escrow.\(deposit.id.hex.prefix(32))"))
        let share = try base.vault(holder).load(secret).withUnsafeBytes { try KeyShare(serialized: $0, under: key) }
        let content = try ResultContent(session.blobs.get(recorded.record.result))
        let part = try share.decrypt(
            content.loadCiphertexts(from: session.blobs, key: key.publicKey), under: key, context: request.bytes)
        let document = PartDocument(result: recorded.record.id, computed: recorded.record.result, part: change(part))
        let grantee = try #require(session.home.consortium.record.party(name("statistics")))
        let message = try SealedMessage.seal(
            CanonicalJSON.encode(document), to: SealingKey(x25519: grantee.sealingKey),
            info: Data("chancery opening part v1".utf8), authenticating: Data(recorded.record.id.bytes))
        let bytes = try session.blobs.put(CanonicalJSON.encode(message), codec: .raw)
        let root = try DAGJSON.encode(SealedParts(parts: [Link(bytes)], version: 1))
        try session.blobs.put(root)
        let receipt = try await base.submit(
            GrantOpening(
                request: request, grant: .init(part: document.commitment(), sealed: root.cid),
                openingsSeen: recorded.begun?.number ?? 0),
            as: holder)
        #expect(receipt.isAccepted)
    }

    private struct SealedParts: Encodable {
        let parts: [Link]
        let version: Int
    }

    private static let escrow = """
        rules:
          - for: [ministry]
            holders: {threshold: 2, of: [audit, site1, site2]}
            waitingHours: 1
            told: [site3]
            grants: 3
            days: 30
        """
}

/// Takes seconds to make, and is made once; tests work on copies.
private actor RecoveryTemplate {
    static let shared = RecoveryTemplate()

    private var computing: Task<(TestFolder, String, String), any Error>?

    func computed() async throws -> (TestFolder, String, String) {
        let task = computing ?? Task { try await RecoveryConsortium.compute() }
        computing = task
        return try await task.value
    }
}
