package import BlobStore
package import SharingModel

/// `result.record`: what the executor computed under a redemption. The transaction's id names the result.
package struct RecordResult: TransactionBody {
    package static let kind = TransactionKind.recordResult
    package let redemption: Digest
    package let plan: CID
    /// Manifests that were computed on, sorted by text.
    package let inputs: [CID]
    package let result: CID
    package let releasedGroups: Int64
    package let refusedGroups: Int64

    package init(
        redemption: Digest, plan: CID, inputs: [CID], result: CID, releasedGroups: Int64, refusedGroups: Int64
    ) {
        self.redemption = redemption
        self.plan = plan
        self.inputs = inputs.sorted()
        self.result = result
        self.releasedGroups = releasedGroups
        self.refusedGroups = refusedGroups
    }
}
