import BlobStore
import CanonicalJSON
package import Contracts
package import Foundation
package import Ledger
package import SharingModel

/// The blocks of an evidence file, each with the hash that names it.
struct EvidenceBlocks {
    let root: Block
    let store: MemoryBlobStore

    /// - Throws: `BlobStoreError` naming the byte offset at which the file is no CAR, or a block not what its CID says;
    ///   ``EvidenceError``.
    init(reading file: URL) throws {
        let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
        guard size <= EvidenceFile.byteLimit else {
            throw EvidenceError.tooLarge(byteCount: size, limit: EvidenceFile.byteLimit)
        }
        store = MemoryBlobStore()
        let summary = try store.importCAR(from: file, completeness: .rootsOnly)
        guard let root = summary.roots.first, summary.roots.count == 1 else {
            throw EvidenceError.malformed("it has \(summary.roots.count) roots instead of one")
        }
        self.root = try store.get(root)
    }
}

/// What every evidence file has of the ledger: transactions with their proofs, and all that these are checked with.
package struct LedgerEvidence: Sendable {
    package let consortium: Digest
    package let section: SectionName
    package let founding: FoundingRecord
    package let checkpoint: String
    package let membership: [MembershipStep]
    package let transactions: [TransactionProof]

    init(
        consortium: Digest, section: SectionName, founding: Link, checkpoint: String, membership: [Link],
        transactions: [Link], in blocks: MemoryBlobStore
    ) throws {
        // A link that comes twice would have a small file read as a large one, again and again.
        for links in [transactions, membership] where Set(links).count != links.count {
            throw EvidenceError.malformed("it names a transaction twice")
        }
        self.consortium = consortium
        self.section = section
        self.checkpoint = checkpoint
        self.founding = try CanonicalJSON.decode(FoundingRecord.self, from: blocks.get(founding.cid).data)
        self.membership = try membership.map {
            try CanonicalJSON.decode(MembershipStep.self, from: blocks.get($0.cid).data)
        }
        self.transactions = try transactions.map {
            try CanonicalJSON.decode(TransactionProof.self, from: blocks.get($0.cid).data)
        }
    }
}

/// What an evidence file has of the shares that opened something, beside their holders' transactions.
package struct GrantingEvidence: Sendable {
    /// The published values of the shares' epoch.
    package let sharedKey: PublishedValues?
    /// What the transaction wrote by which a request was granted in full.
    package let writes: [StateWrite]?

    init(sharedKey: Link?, granted: Link?, in blocks: MemoryBlobStore) throws {
        self.sharedKey = try sharedKey.map {
            try CanonicalJSON.decode(PublishedValues.self, from: blocks.get($0.cid).data)
        }
        writes = try granted.map { try CanonicalJSON.decode([StateWrite].self, from: blocks.get($0.cid).data) }
    }
}

/// An evidence file of either kind.
package enum EvidenceSubject: Sendable {
    case result(EvidenceFile)
    case cell(CellEvidence)

    /// - Throws: As ``EvidenceFile/init(reading:)``.
    package init(reading file: URL) throws {
        let blocks = try EvidenceBlocks(reading: file)
        let members = try CanonicalJSON.parse(blocks.root.data).objectValue ?? [:]
        self = members["cell"] == nil ? .result(try EvidenceFile(blocks)) : .cell(try CellEvidence(blocks))
    }
}
