package import BlobStore
package import SharingModel

/// The root block of an evidence file: what it proves, and where its parts are.
///
/// An evidence file is a CARv1 whose root is this block. It holds all blocks that are named here, the manifests and
/// the ciphertext blocks of the result, and no shard.
package struct EvidenceContent: Codable, Hashable, Sendable {
    /// Version of this form; 1.
    package let version: Int
    /// SHA-256 of the founding record's canonical JSON.
    package let consortium: Digest
    package let section: SectionName
    /// Id of the recorded result.
    package let result: Digest
    /// The founding record, canonical JSON.
    package let founding: Link
    /// The cosigned checkpoint that all proofs are against: a C2SP signed note.
    package let checkpoint: String
    /// One `MembershipStep` a block, in the order in which they took effect: how the members of the founding record
    /// became those who cosigned the checkpoint. Absent where nothing has changed.
    package let membership: [Link]?
    /// One `TransactionProof` a block, in the ledger's order.
    package let transactions: [Link]
    package let plan: Link
    /// The computed result.
    package let computed: Link
    /// Raw blocks whose bytes, one after the other, are an ``OpeningDocument``: a large result's does not fit into one.
    /// Absent for a result that was not opened, or not to the one who gives the evidence.
    package let opening: [Link]?
    /// Of a shared key: a `PublishedValues`, the published values of the epoch in which the result was opened. Its digest stands
    /// in the holders' acknowledgements.
    package let sharedKey: Link?
    /// Of a result opened by escrow: what the transaction wrote by which the request was granted in full, `[[key, value], …]`
    /// as its outcome's digest has it. The count of the period is in it. Absent in files from before it was put in.
    package let granted: Link?

    package init(
        consortium: Digest, section: SectionName, result: Digest, founding: CID, checkpoint: String,
        membership: [CID] = [], transactions: [CID], plan: CID, computed: CID, opening: [CID]?,
        sharedKey: CID? = nil, granted: CID? = nil
    ) {
        version = 1
        self.consortium = consortium
        self.section = section
        self.result = result
        self.founding = Link(founding)
        self.checkpoint = checkpoint
        self.membership = membership.isEmpty ? nil : membership.map(Link.init)
        self.transactions = transactions.map(Link.init)
        self.plan = Link(plan)
        self.computed = Link(computed)
        self.opening = opening?.map(Link.init)
        self.sharedKey = sharedKey.map(Link.init)
        self.granted = granted.map(Link.init)
    }
}
