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

/// A party with other software than ours, in its own real home: it says what no command would.
struct DishonestParty {
    let session: PartySession
    private let vault: KeyVault

    init(_ name: String, in consortium: TestConsortium) throws {
        guard case .consortium(let local) = try HomeLocation(directory: URL(filePath: consortium.home)) else {
            throw GatewayError.notAHome(path: consortium.home)
        }
        var passphrase = Array(TestConsortium.passphrase.utf8)
        session = try PartySession(
            home: local.home(of: #require(PartyName(name))), passphrase: SecretBytes(wiping: &passphrase))
        vault = try consortium.vault(of: name)
    }

    func submit(_ body: some TransactionBody) async throws -> Receipt {
        var generator = SystemRandomNumberGenerator()
        let header = TransactionHeader(
            by: session.party, ledger: session.ledger.identity, nonce: .random(using: &generator),
            notAfter: Timestamp.now().adding(seconds: 600))
        let payload = TransactionPayload(header: header, body: body)
        let key = try vault.load("signing").withUnsafeBytes { try SigningKey(ed25519Secret: $0) }
        return try await session.ledger.submit(
            Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [key]))
    }

    /// Its present share of the pool's key, as it is in its vault.
    func poolShare() throws -> (KeyShare, under: ThresholdKey) {
        let pool = try #require(PoolName.init("health"))
        return try poolShare(of: session.state { try $0.knownPool(pool) })
    }

    private func poolShare(of pool: PoolRecord) throws -> (KeyShare, under: ThresholdKey) {
        let key = try ThresholdKey(#require(pool.sharing).key.key, of: pool.publicKey())
        let name = try #require(SecretName.share(of: pool.name, epoch: key.epoch, in: session.section))
        return (try vault.load(name).withUnsafeBytes { try KeyShare(serialized: $0, under: key) }, key)
    }

    /// A part of a result, changed by `change`, sealed to who asked and put on the ledger.
    func givePart(
        of result: String, with share: (KeyShare, under: ThresholdKey)? = nil, epoch: Int? = nil,
        change: (PartialDecryption) -> PartialDecryption = \.self
    ) async throws -> Receipt {
        try session.catchUp()
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let pool = try session.state { try $0.knownPool(recorded.record.pool) }
        let content = try ResultContent(session.blobs.get(recorded.record.result))
        let (share, key) = try share ?? poolShare(of: pool)
        let part = try share.decrypt(
            content.loadCiphertexts(from: session.blobs, key: key.publicKey), under: key,
            context: PartDocument.context(of: recorded.record.id))
        let document = PartDocument(
            result: recorded.record.id, computed: recorded.record.result, part: change(part))
        let sealed = try seal(
            CanonicalJSON.encode(document), to: recorded.record.executor, for: "chancery opening part v1",
            binding: Data(recorded.record.id.bytes))
        let root = try DAGJSON.encode(SealedParts(parts: [Link(sealed)], version: 1))
        try session.blobs.put(root)
        return try await submit(
            RecordPart(
                result: recorded.record.id, epoch: epoch ?? key.epoch, part: root.cid,
                commitment: document.commitment(), openingsSeen: recorded.begun?.number ?? 0))
    }

    /// Grants a request with any bytes at all in place of a part.
    func grant(_ request: String, with rubbish: Data) async throws -> Receipt {
        try session.catchUp()
        let known = try session.state { try $0.escrowRequest(matching: request) }
        let cid = try seal(
            rubbish, to: known.requester, for: "chancery escrow part v1", binding: Data(known.id.bytes))
        return try await submit(
            GrantOpening(request: known.id, grant: .init(part: .sha256(rubbish), sealed: cid)))
    }

    private func seal(_ plain: Data, to party: PartyName, for info: String, binding: Data) throws -> CID {
        let recipient = try #require(session.home.consortium.record.party(party))
        let message = try SealedMessage.seal(
            plain, to: SealingKey(x25519: recipient.sealingKey), info: Data(info.utf8), authenticating: binding)
        return try session.blobs.put(CanonicalJSON.encode(message), codec: .raw)
    }

    private struct SealedParts: Encodable {
        let parts: [Link]
        let version: Int
    }
}
