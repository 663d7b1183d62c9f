package import BlobStore
package import SharingModel

/// `result.endorse`: another department has recomputed the result and found the same bytes.
///
/// Takes back a dispute of the same department.
package struct EndorseResult: TransactionBody {
    package static let kind = TransactionKind.endorseResult
    package let result: Digest
    /// CID of what the department computed.
    package let computed: CID

    package init(result: Digest, computed: CID) {
        self.result = result
        self.computed = computed
    }
}
