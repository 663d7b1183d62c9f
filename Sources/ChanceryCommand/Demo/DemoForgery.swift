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

/// What a dishonest holder's own software could do: it signs a part of an opening that is not its share's.
struct DemoForgery {
    let stage: DemoStage

    func forge(partOf result: String, as holder: String) async throws -> Receipt {
        let session = try stage.session(holder)
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let pool = try session.state { try $0.knownPool(recorded.record.pool) }
        guard let sharing = pool.sharing,
            let name = SecretName.share(of: pool.name, epoch: sharing.key.key.epoch, in: session.section),
            let recipient = session.home.consortium.record.party(recorded.record.executor)
        else { throw DemoFailure(problem: "the pool's key is not in shares") }
        let key = try ThresholdKey(sharing.key.key, of: pool.publicKey())
        let share = try stage.vault(holder).load(name).withUnsafeBytes { try KeyShare(serialized: $0, under: key) }
        let ciphertexts = try ResultContent(session.blobs.get(recorded.record.result))
            .loadCiphertexts(from: session.blobs, key: key.publicKey)
        let context = PartDocument.context(of: recorded.record.id)
        let honest = try share.decrypt(ciphertexts, under: key, context: context)
        let forged = PartialDecryption(
            holder: honest.holder, epoch: honest.epoch, values: honest.values.map { $0 + BigInteger(1) },
            challenge: honest.challenge, response: honest.response)
        let document = PartDocument(result: recorded.record.id, computed: recorded.record.result, part: forged)
        let message = try SealedMessage.seal(
            CanonicalJSON.encode(document), to: SealingKey(x25519: recipient.sealingKey),
            info: Data("chancery opening part v1".utf8), authenticating: Data(recorded.record.id.bytes))
        let sealed = try session.blobs.put(CanonicalJSON.encode(message), codec: .raw)
        let root = try DAGJSON.encode(Parts(parts: [Link(sealed)], version: 1))
        try session.blobs.put(root)
        return try await submit(
            RecordPart(
                result: recorded.record.id, epoch: key.epoch, part: root.cid, commitment: document.commitment(),
                openingsSeen: recorded.begun?.number ?? 0),
            as: holder)
    }

    private func submit(_ body: some TransactionBody, as holder: String) async throws -> Receipt {
        let session = try stage.session(holder)
        var generator = SystemRandomNumberGenerator()
        let header = TransactionHeader(
            by: session.party, ledger: session.ledger.identity, nonce: .random(using: &generator),
            notAfter: Timestamp.now().adding(seconds: 600))
        let payload = TransactionPayload(header: header, body: body)
        let key = try stage.vault(holder).load("signing").withUnsafeBytes { try SigningKey(ed25519Secret: $0) }
        return try await session.ledger.submit(
            Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [key]))
    }

    private struct Parts: Encodable {
        let parts: [Link]
        let version: Int
    }
}
