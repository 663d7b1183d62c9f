import BlobStore
import Foundation

/// A block's bytes at a fixed, 64-byte aligned address: mapped from a store's file, or one copy where the store has
/// no files.
struct BlockBytes: Sendable {
    private enum Storage: Sendable {
        case mapped(MappedBlock)
        case copied(AlignedBytes)
    }

    private let storage: Storage

    private init(_ storage: Storage) {
        self.storage = storage
    }

    init(of cid: CID, in store: any BlobStore) throws {
        if let files = store as? FileBlobStore {
            self.init(.mapped(try files.map(cid)))
        } else {
            self.init(copying: try store.get(cid).data)
        }
    }

    init(copying data: Data) {
        let copy = AlignedBytes(byteCount: data.count)
        copy.withUnsafeMutableBytes { target in
            if !data.isEmpty { data.copyBytes(to: target) }
        }
        self.init(.copied(copy))
    }

    /// Whether keeping these bytes open costs no memory while they are not read.
    var isMapped: Bool {
        switch storage {
        case .mapped: true
        case .copied: false
        }
    }

    /// Gives mapped memory back until it is read again.
    func releasePages() {
        if case .mapped(let block) = storage { block.releasePages() }
    }

    /// The pointer is good within `body` only.
    func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .mapped(let block): try block.withUnsafeBytes(body)
        case .copied(let bytes): try bytes.withUnsafeBytes(body)
        }
    }
}

/// Zeroed memory, aligned to 64 bytes (a cache line) for the arithmetic that reads ciphertexts in place.
///
/// `@unchecked Sendable`: the address never changes and the memory is freed with the last reference. Writers on
/// several threads must keep to ranges that do not overlap, and nobody reads before they have joined.
final class AlignedBytes: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        // At least one byte, so that there is an address.
        let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
        whole.initializeMemory(as: UInt8.self, repeating: 0)
        memory = UnsafeMutableRawBufferPointer(rebasing: whole[0..<byteCount])
    }

    deinit { memory.deallocate() }

    func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(memory))
    }

    func withUnsafeMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(memory)
    }
}
