import CanonicalJSON
package import Contracts
package import Foundation
package import SharingModel
package import SignedEnvelopes

/// What a department proposes for one height: envelopes, and the cosignatures of the height before.
///
/// It claims nothing about what executing it gives. Its bytes: `chancery-batch-v1` and a newline; then, each behind
/// its length in four bytes, big-endian: the signed ``BatchHeader`` as DSSE envelope, the cosignatures as canonical
/// JSON, and each envelope's canonical JSON. The header holds the digest of all that follows it.
package struct Batch {
    let header: BatchHeader
    let previous: [PartyCosignature]
    /// Canonical bytes of the envelopes: the ledger's leaves.
    let envelopes: [Data]

    /// Bytes of envelopes that a batch should not exceed; one envelope may always be in.
    static let softByteLimit = 512 << 10
    /// Batches of more bytes do not stand in the order: a ``BatchReference`` does. The others then get them directly, and
    /// execute them while the reference is written.
    static let largestInline = 16 << 10
    /// Larger ones are not read: it is what a block of the blob store holds.
    static let largestByteCount = 1 << 20

    /// Whether a batch of these certainly is above ``largestInline``.
    static func isLarge(_ transactions: [AdmittedTransaction]) -> Bool {
        transactions.reduce(0) { $0 + $1.envelope.bytes.count } > largestInline
    }

    private static let magic = Data("chancery-batch-v1\n".utf8)

    /// The bytes of a batch. Nothing of it is checked here; those who read it do that.
    package static func sign(
        by party: PartyName, height: Int, ledger: LedgerIdentity, parent: Digest, previous: [PartyCosignature],
        answer: [Int64]? = nil, envelopes: [Data], key: SigningKey
    ) throws -> Data {
        var content = Data()
        content.appendFrame(try CanonicalJSON.encode(previous))
        for envelope in envelopes { content.appendFrame(envelope) }
        let header = BatchHeader(
            answer: answer, by: party, content: .sha256(content), height: height, ledger: ledger, parent: parent)
        var bytes = magic
        bytes.appendFrame(
            try Envelope.sign(header, payloadType: BatchHeader.payloadType, with: [key]).canonicalBytes())
        return bytes + content
    }

    /// - Parameter signingKey: The key of the department whose batch it should be.
    /// - Throws: ``BatchFault``.
    package init(_ bytes: Data, by party: PartyName, signingKey: Data) throws(BatchFault) {
        guard bytes.count <= Batch.largestByteCount else { throw .tooLarge }
        guard bytes.starts(with: Batch.magic) else { throw .malformed }
        var rest = bytes.dropFirst(Batch.magic.count)
        guard let head = rest.popFrame() else { throw .malformed }
        let content = rest
        guard let previous = rest.popFrame() else { throw .malformed }
        var envelopes: [Data] = []
        while !rest.isEmpty {
            guard let envelope = rest.popFrame(), envelopes.count < BlockRecord.largestTransactionCount else {
                throw .malformed
            }
            envelopes.append(envelope)
        }
        do {
            let verified = try Envelope(canonicalBytes: head).verify(signers: [VerificationKey(ed25519: signingKey)])
            guard verified.payloadType == BatchHeader.payloadType else { throw BatchFault.malformed }
            header = try verified.payload(as: BatchHeader.self)
            self.previous = try CanonicalJSON.decode([PartyCosignature].self, from: previous)
        } catch {
            throw .wrongSignature
        }
        guard header.by == party else { throw .wrongSignature }
        guard header.content == .sha256(content) else { throw .malformed }
        self.envelopes = envelopes
    }
}

/// What the proposer signs.
struct BatchHeader: Codable, Hashable {
    /// Under ``SharingModel/AccountingMechanism/contest``: the numbers of the last incidents, sorted by time.
    let answer: [Int64]?
    let by: PartyName
    /// SHA-256 of everything behind the header.
    let content: Digest
    let height: Int
    let ledger: LedgerIdentity
    /// Root of the tree after the height before: the batch follows that history and no other.
    let parent: Digest

    static let payloadType = "application/vnd.chancery.batch.v1+json"
}

/// Why a batch is skipped. Every department finds the same fault, so all skip the same batches.
package enum BatchFault: Error, Hashable, Sendable {
    case tooLarge, malformed, wrongSignature, notADepartment
    case anotherHeight(Int), anotherHistory, empty
    /// A reference to a batch that so few departments state to hold.
    case tooFewHolders(stated: Int, needed: Int)
    case tooFewCosignatures(valid: Int, needed: Int)
    /// The accounting right asks for an answer that the batch does not give, or gives where none is asked for.
    case wrongAnswer
    /// The transaction at `place` may not be recorded, at this time or at all.
    case inadmissible(place: Int)
    /// The transaction at `place` is in the ledger already, or twice in the batch.
    case replay(place: Int)
}

extension Data {
    mutating func appendFrame(_ content: Data) {
        let count = UInt32(content.count)
        append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) })
        append(content)
    }

    /// How many bytes the frame at the front says it has, whether they are here or not.
    var frameLength: Int? {
        count >= 4 ? Int(prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) : nil
    }

    /// Takes one frame from the front; `nil` if there is no whole one.
    mutating func popFrame() -> Data? {
        guard let length = frameLength, count - 4 >= length else { return nil }
        let frame = dropFirst(4).prefix(length)
        self = dropFirst(4 + length)
        return Data(frame)
    }
}
