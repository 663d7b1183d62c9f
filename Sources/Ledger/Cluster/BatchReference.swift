import CanonicalJSON
import Contracts
package import Foundation
package import SharingModel
import SignedEnvelopes

/// What stands in the order for a batch that is too large to stand there itself: its digest, as so many departments
/// state that they hold it that one of them is honest and there.
///
/// Its bytes: `chancery-batch-reference-v1` and a newline; then, each behind its length in four bytes, big-endian, the
/// statements as DSSE envelopes, sorted by department.
///
/// Whether a reference counts is read off these bytes and the membership, and never from who can be reached: one that
/// counts is waited for, and nothing behind it in the order overtakes it. With n members and a quorum of q, n − q + 1
/// statements are needed: of any quorum one department has made one, so that whenever a quorum is there, the batch is.
package struct BatchReference: Sendable {
    /// SHA-256 of the batch's bytes; as a raw block that is its CID.
    package let batch: Digest
    /// Who holds it, sorted.
    package let holders: [PartyName]
    private let statements: [Envelope]

    private static let magic = Data("chancery-batch-reference-v1\n".utf8)

    /// All departments skip a larger one.
    private static let largestByteCount = 72 << 10

    static func isReference(_ bytes: Data) -> Bool { bytes.starts(with: magic) }

    /// - Throws: ``BatchFault/malformed``.
    package init(_ bytes: Data) throws(BatchFault) {
        guard BatchReference.isReference(bytes), bytes.count <= BatchReference.largestByteCount else {
            throw .malformed
        }
        var rest = bytes.dropFirst(BatchReference.magic.count)
        var read: [(HeldBatch, Envelope)] = []
        while !rest.isEmpty {
            guard let frame = rest.popFrame(), let envelope = try? Envelope(canonicalBytes: frame),
                let statement = try? CanonicalJSON.decode(HeldBatch.self, from: envelope.payload)
            else { throw .malformed }
            read.append((statement, envelope))
        }
        guard let batch = read.first?.0.batch, read.allSatisfy({ $0.0.batch == batch }) else { throw .malformed }
        self.batch = batch
        holders = read.map(\.0.by)
        statements = read.map(\.1)
        guard zip(holders, holders.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .malformed }
    }

    /// The bytes of a reference, from statements that are valid.
    static func encode(_ statements: [PartyName: Data]) -> Data {
        var bytes = magic
        for statement in statements.sorted(by: { $0.key < $1.key }) { bytes.appendFrame(statement.value) }
        return bytes
    }

    /// Checks who has signed.
    /// - Parameter key: The signing key of a member at this height; `nil` for anybody else.
    func check(
        height: Int, ledger: LedgerIdentity, needed: Int, key: (PartyName) throws -> Data?
    ) throws {
        guard holders.count >= needed else {
            throw BatchFault.tooFewHolders(stated: holders.count, needed: needed)
        }
        for (holder, envelope) in zip(holders, statements) {
            guard let key = try key(holder), let verifier = try? VerificationKey(ed25519: key),
                let verified = try? envelope.verify(signers: [verifier]),
                verified.payloadType == HeldBatch.payloadType,
                let statement = try? verified.payload(as: HeldBatch.self),
                statement == HeldBatch(batch: batch, by: holder, height: height, ledger: ledger)
            else { throw BatchFault.wrongSignature }
        }
    }
}

/// A department's word that it holds a batch durably, and gives it to every other until its height is final.
struct HeldBatch: Codable, Hashable {
    let batch: Digest
    let by: PartyName
    let height: Int
    let ledger: LedgerIdentity

    static let payloadType = "application/vnd.chancery.batch-held.v1+json"
}
