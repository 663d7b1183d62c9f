import Crypto
import Foundation
import SharingModel

/// A block's bytes mapped read-only into memory, verified against the CID when mapped. Unmapped when released.
///
/// `@unchecked Sendable`: the pointer is set once, the pages behind it are read-only and private to nobody, and
/// `munmap` runs when the last reference has gone.
package final class MappedBlock: @unchecked Sendable {
    package let cid: CID
    private let mapping: UnsafeRawBufferPointer

    /// Takes over `mapping`, also when it throws.
    init(cid: CID, mapping: UnsafeRawBufferPointer, path: String) throws {
        self.cid = cid
        self.mapping = mapping
        var hash = SHA256()
        hash.update(bufferPointer: mapping)
        guard hash.finalize().elementsEqual(cid.digest.bytes) else {
            throw BlobStoreError.blockDamaged(cid, path: path)
        }
    }

    deinit {
        guard let address = mapping.baseAddress else { return }
        munmap(UnsafeMutableRawPointer(mutating: address), mapping.count)
    }

    package var byteCount: Int { mapping.count }

    /// Gives the memory back until the block is read again, which brings its pages back from the file.
    ///
    /// For a block that is kept open between two readings, so that memory does not grow with what is open.
    package func releasePages() {
        guard let address = mapping.baseAddress else { return }
        // Where it fails, memory is held longer, and nothing else.
        madvise(UnsafeMutableRawPointer(mutating: address), mapping.count, MADV_DONTNEED)
    }

    /// The block's bytes, page-aligned. The pointer is good within `body` only.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(mapping)
    }
}
