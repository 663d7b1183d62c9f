package import BlobStore
import CanonicalJSON
package import Contracts
package import Paillier
package import SharingModel

/// The root block of an evidence file about one cell of a sealed column: who asked for it, who granted it and when, and,
/// where its giver wants that, what it says.
package struct CellEvidenceContent: Codable, Hashable, Sendable {
    /// Version of this form; 1.
    package let version: Int
    /// SHA-256 of the founding record's canonical JSON.
    package let consortium: Digest
    package let section: SectionName
    package let cell: SealedCellReference
    /// Id of `escrow.request`; absent where the owner shows a cell of its own.
    package let request: Digest?
    /// The founding record, canonical JSON.
    package let founding: Link
    /// The cosigned checkpoint that all proofs are against: a C2SP signed note.
    package let checkpoint: String
    /// As in ``EvidenceContent/membership``.
    package let membership: [Link]?
    /// One `TransactionProof` a block, in the ledger's order.
    package let transactions: [Link]
    /// A ``CellOpening``; with it the file holds the shard in which the cell stands. Absent where the evidence is of what
    /// was done and not of what the cell says.
    package let opening: Link?
    /// Where the shares are not those of the first deposit: a `PublishedValues`, as in ``EvidenceContent/sharedKey``.
    package let sharedKey: Link?
    /// As in ``EvidenceContent/granted``.
    package let granted: Link?

    package init(
        consortium: Digest, section: SectionName, cell: SealedCellReference, request: Digest?, founding: CID,
        checkpoint: String, membership: [CID] = [], transactions: [CID], opening: CID?, sharedKey: CID? = nil,
        granted: CID? = nil
    ) {
        version = 1
        self.consortium = consortium
        self.section = section
        self.cell = cell
        self.request = request
        self.founding = Link(founding)
        self.checkpoint = checkpoint
        self.membership = membership.isEmpty ? nil : membership.map(Link.init)
        self.transactions = transactions.map(Link.init)
        self.opening = opening.map(Link.init)
        self.sharedKey = sharedKey.map(Link.init)
        self.granted = granted.map(Link.init)
    }
}

/// What opens a cell: whoever has this and the shard reads the value, and sees that no other could be read.
package struct CellOpening: Codable, Hashable, Sendable {
    /// Version of this form; 1.
    package let version: Int
    /// By escrow: the parts of the holders whom the recorded use names, sorted by number.
    package let parts: [PartialDecryption]?
    /// By the owner: the cell's key as a number, with the randomness that its ciphertext was made with.
    package let opening: Opening?

    package init(parts: [PartialDecryption]? = nil, opening: Opening? = nil) {
        version = 1
        self.parts = parts
        self.opening = opening
    }
}

/// An evidence file about one cell as read: every block has the hash that names it, and nothing more is known yet.
package struct CellEvidence: Sendable {
    package let content: CellEvidenceContent
    package let ledger: LedgerEvidence
    package let opening: CellOpening?
    package let granting: GrantingEvidence
    let blocks: MemoryBlobStore

    init(_ file: EvidenceBlocks) throws {
        content = try DAGJSON.decode(CellEvidenceContent.self, from: file.root)
        guard content.version == 1 else { throw EvidenceError.malformed("version \(content.version) is not known") }
        ledger = try LedgerEvidence(
            consortium: content.consortium, section: content.section, founding: content.founding,
            checkpoint: content.checkpoint, membership: content.membership ?? [], transactions: content.transactions,
            in: file.store)
        opening = try content.opening.map {
            let opening = try CanonicalJSON.decode(CellOpening.self, from: file.store.get($0.cid).data)
            guard opening.version == 1 else {
                throw EvidenceError.malformed("an opening of version \(opening.version) is not known")
            }
            return opening
        }
        granting = try GrantingEvidence(sharedKey: content.sharedKey, granted: content.granted, in: file.store)
        blocks = file.store
    }
}
