package import BlobStore
package import SharingModel

/// `result.dispute`: another department finds the result wrong. Takes back an endorsement of the same department.
package struct DisputeResult: TransactionBody {
    package static let kind = TransactionKind.disputeResult
    package let result: Digest
    /// CID of what the department computed, if it could.
    package let computed: CID?
    /// At most 1 000 characters.
    package let reason: String

    package init(result: Digest, computed: CID?, reason: String) {
        self.result = result
        self.computed = computed
        self.reason = reason
    }
}
