import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
import Gateway
import KeyVault
import Ledger
import Multiprecision
import Paillier
import QueryPlans
import SharingModel
import SignedEnvelopes
import Testing

extension TestConsortium {
    static let holders = ["site1", "site2", "audit"]

    /// A copy of a consortium whose pool `health` is in shares, two of three, with a computed result.
    static func shared() async throws -> (consortium: TestConsortium, result: String) {
        let (folder, result) = try await Templates.shared.shared()
        return (try TestConsortium(copying: folder, at: founded.adding(seconds: 3_600)), result)
    }

    func createSharedPool(acknowledgedBy holders: [String] = TestConsortium.holders) async throws {
        _ = try await CreatePoolKey(
            pool: name("health"), members: TestConsortium.departments.map { try name($0) },
            custodian: name("ministry"), bitCount: 2_048,
            holders: CreatePoolKey.Holders(
                TestConsortium.holders.map { try name($0) }, structure: AccessStructure(threshold: 2, of: 3)),
            draw: { _, _ in try TestPoolKey.key() }
        ).run(as: session("ministry"))
        for holder in holders { _ = try await acknowledge(holder) }
    }

    func acknowledge(_ holder: String) async throws -> AcknowledgePoolShare.Acknowledged {
        try await AcknowledgePoolShare(name("health")).run(as: session(holder))
    }

    func givePart(_ result: String, as holder: String) async throws -> OpenWithShares.Given {
        try await OpenWithShares(result).give(as: session(holder))
    }

    func combine(_ result: String, reports: Bool = false) async throws -> CombineParts.Combined {
        try await CombineParts(result, reports: reports).run(as: session("statistics"))
    }

    /// New shares for the same holders, dealt by all of them; nobody has acknowledged.
    func refresh(proposedBy party: String) async throws {
        let ceremony = try await RenewPoolShares(name("health")).run(as: session(party)).receipt.transaction.hex
        for holder in TestConsortium.holders {
            _ = try await DealPoolShares(name("health"), ceremony: ceremony).run(as: session(holder))
        }
    }

    /// New shares for `holders`, dealt by those whom the proposal names; nobody has acknowledged.
    func reshare(to holders: [String], threshold: Int, proposedBy party: String) async throws {
        let shared = CreatePoolKey.Holders(
            try holders.map { try name($0) },
            structure: try AccessStructure(threshold: threshold, of: holders.count))
        let proposed = try await RenewPoolShares(name("health"), holders: shared.parties, structure: shared.structure)
            .run(as: session(party))
        for dealer in proposed.dealers {
            _ = try await DealPoolShares(
                name("health"), ceremony: proposed.receipt.transaction.hex, holders: shared
            ).run(as: session(dealer.text))
        }
    }

    /// Deals any numbers with any commitments, as no use case would; sealed to the pool's holders.
    func deal(
        _ ceremony: Digest, as dealer: String, _ commitments: ShareCommitments, _ shares: [DealtShare]
    ) async throws {
        let session = try session(dealer)
        let pool = try session.state { try $0.knownPool(name("health")) }
        let blocks = try zip(try #require(pool.sharing).key.holders, shares).map { holder, share in
            let party = try #require(session.home.consortium.record.party(holder))
            let address = ShareAddress(
                ledger: session.ledger.identity, pool: pool.name, dealer: session.party, holder: holder,
                epoch: share.epoch, key: pool.keyFingerprint)
            let message = try SealedMessage.seal(
                share.withSerialized { Data($0) }, to: SealingKey(x25519: party.sealingKey),
                info: Data("chancery pool share v1".utf8), authenticating: CanonicalJSON.encode(address))
            return try session.blobs.put(CanonicalJSON.encode(message), codec: .raw)
        }
        let receipt = try await submit(
            DealShares(pool: pool.name, ceremony: ceremony, commitments: commitments, shares: blocks), as: dealer)
        #expect(receipt.isAccepted)
    }

    /// What a share is sealed for, as docs/formats.md has it.
    private struct ShareAddress: Encodable {
        let ledger: LedgerIdentity
        let pool: PoolName
        let dealer: PartyName
        let holder: PartyName
        let epoch: Int
        let key: Digest
    }

    /// What was opened is the plain table's.
    func expectOpened(_ result: String) throws {
        let shown = try session("statistics").show(result: result)
        let plain = try TestConsortium.table.get()
        let sums = try plain.groups(by: "year").map { try plain.sum("meddol", in: $0.rows, digits: 7) }
        #expect(shown.status == .opened)
        #expect(shown.table?.rows.map { $0[1] } == sums.map { .string($0) })
    }

    /// A part of a result as `holder` would record it, changed by `change`, sealed and on the ledger.
    func forgePart(
        _ result: String, as holder: String, change: (PartialDecryption) -> PartialDecryption
    ) async throws {
        let session = try session(holder)
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let pool = try session.state { try $0.knownPool(recorded.record.pool) }
        let sharing = try #require(pool.sharing)
        let key = try ThresholdKey(sharing.key.key, of: pool.publicKey())
        let name = try #require(SecretName("share.health.\(key.epoch).health"))
        let share = try vault(holder).load(name).withUnsafeBytes { try KeyShare(serialized: $0, under: key) }
        let content = try ResultContent(session.blobs.get(recorded.record.result))
        let part = try share.decrypt(
            content.loadCiphertexts(from: session.blobs, key: key.publicKey), under: key,
            context: PartDocument.context(of: recorded.record.id))
        let document = PartDocument(
            result: recorded.record.id, computed: recorded.record.result, part: change(part))
        let grantee = try #require(session.home.consortium.record.party(recorded.record.executor))
        let message = try SealedMessage.seal(
            CanonicalJSON.encode(document), to: SealingKey(x25519: grantee.sealingKey),
            info: Data("chancery opening part v1".utf8), authenticating: Data(recorded.record.id.bytes))
        let bytes = try session.blobs.put(CanonicalJSON.encode(message), codec: .raw)
        let root = try DAGJSON.encode(SealedParts(parts: [Link(bytes)], version: 1))
        try session.blobs.put(root)
        let receipt = try await submit(
            RecordPart(
                result: recorded.record.id, epoch: key.epoch, part: root.cid, commitment: document.commitment(),
                openingsSeen: recorded.begun?.number ?? 0),
            as: holder)
        #expect(receipt.isAccepted)
    }

    private struct SealedParts: Encodable {
        let parts: [Link]
        let version: Int
    }

    /// Names of the secrets in a party's vault.
    func secrets(_ party: String) throws -> [String] { try vault(party).names().map(\.text) }
}
