package import Foundation

/// Secret bytes: in one place of memory, wiped when released, and never printed.
///
/// `@unchecked Sendable`: the bytes are written before `init` returns and only read until `deinit`.
package final class SecretBytes: @unchecked Sendable {
    private let storage: UnsafeMutableRawBufferPointer

    /// Room for `count` bytes, zero at first, which `initialize` fills.
    package init<Failure: Error>(
        count: Int, initialize: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        storage = .allocate(byteCount: count, alignment: 16)
        storage.initializeMemory(as: UInt8.self, repeating: 0)
        try initialize(storage)
    }

    /// Copies `bytes`; the caller's copy stays the caller's to wipe.
    package convenience init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// Moves the bytes here and wipes them there.
    package convenience init(wiping bytes: inout [UInt8]) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
        bytes.withUnsafeMutableBytes { wipe($0) }
        bytes = []
    }

    /// Moves the bytes here and wipes them there. (Other `Data` values that share the memory keep theirs.)
    package convenience init(wiping data: inout Data) {
        self.init(count: data.count) { $0.copyBytes(from: data) }
        data.withUnsafeMutableBytes { wipe($0) }
        data = Data()
    }

    deinit {
        wipe(storage)
        storage.deallocate()
    }

    package var count: Int { storage.count }

    /// The pointer is good within `body` only.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }

    /// Whether the bytes are the same; the time depends on the lengths only.
    package func matches(_ other: SecretBytes) -> Bool {
        guard count == other.count else { return false }
        return zip(storage, other.storage).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "SecretBytes(\(count) bytes, not shown)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Zeroes memory in a way that the compiler does not leave out as a dead store.
func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let address = buffer.baseAddress, buffer.count > 0 else { return }
    #if canImport(Darwin)
        memset_s(address, buffer.count, 0, buffer.count)
    #else
        explicit_bzero(address, buffer.count)
    #endif
}
