import BlobStore
import CanonicalJSON
package import Contracts
package import Foundation
package import Ledger
package import SharingModel

/// An evidence file of a result as read: every block has the hash that names it, and nothing more is known yet.
package struct EvidenceFile: Sendable {
    package let content: EvidenceContent
    package let ledger: LedgerEvidence
    package let opening: OpeningDocument?
    package let granting: GrantingEvidence
    let blocks: MemoryBlobStore

    package var founding: FoundingRecord { ledger.founding }
    package var membership: [MembershipStep] { ledger.membership }
    package var transactions: [TransactionProof] { ledger.transactions }
    package var sharedKey: PublishedValues? { granting.sharedKey }

    /// Largest evidence file, in bytes.
    package static let byteLimit = 256 << 20

    /// - Throws: `BlobStoreError` naming the byte offset at which the file is no CAR, or a block not what its CID says;
    ///   ``EvidenceError``.
    package init(reading file: URL) throws {
        try self.init(EvidenceBlocks(reading: file))
    }

    init(_ file: EvidenceBlocks) throws {
        let blocks = file.store
        content = try DAGJSON.decode(EvidenceContent.self, from: file.root)
        guard content.version == 1 else { throw EvidenceError.malformed("version \(content.version) is not known") }
        let parts = content.opening ?? []
        guard parts.count <= OpeningDocument.mostBlocks else {
            throw EvidenceError.malformed("its opening has \(parts.count) blocks")
        }
        ledger = try LedgerEvidence(
            consortium: content.consortium, section: content.section, founding: content.founding,
            checkpoint: content.checkpoint, membership: content.membership ?? [], transactions: content.transactions,
            in: blocks)
        opening = try content.opening.map {
            try OpeningDocument(
                canonicalBytes: $0.reduce(into: Data()) { try $0.append(blocks.get($1.cid).data) })
        }
        granting = try GrantingEvidence(sharedKey: content.sharedKey, granted: content.granted, in: blocks)
        self.blocks = blocks
    }
}

/// Why an evidence file is none, or proves nothing.
package enum EvidenceError: Error, Hashable, Sendable {
    case tooLarge(byteCount: Int, limit: Int)
    case malformed(String)
    /// The consortium that was pinned is another one.
    case anotherConsortium(pinned: Digest, found: Digest)
    /// The part named does not hold; the text says which, and why.
    case doesNotHold(EvidencePart, String)
}

/// What an evidence file is made of, as a refusal names it.
package enum EvidencePart: String, Hashable, Sendable {
    case founding = "founding record"
    case membership
    case transaction
    case pool = "pool key"
    case dataset
    case token
    case redemption
    case contract = "registered plan"
    case plan
    case result
    case opening
    case shards
    case fieldKey = "key for fields"
    case cell
    case deposit
    case request
}

extension EvidenceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let byteCount, let limit): "it has \(byteCount) bytes, and at most \(limit) are read"
        case .malformed(let problem): "it is no evidence file: \(problem)"
        case .anotherConsortium(let pinned, let found):
            "it is of another consortium: pinned \(pinned), in the file \(found)"
        case .doesNotHold(let part, let problem): "the \(part.rawValue) does not hold: \(problem)"
        }
    }
}
