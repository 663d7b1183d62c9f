import Foundation

/// Bytes in sequence, from a file or from memory.
package protocol ByteSource: AnyObject {
    /// How errors call it.
    var name: String { get }

    /// Fills the front of `buffer` and returns how many bytes came; 0 at the end, and only there.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int
}

/// A read that the operating system refused.
package struct ByteSourceFailure: Error, Hashable, Sendable {
    /// `errno` of the read.
    package let code: Int32
}

/// A file read front to back through the caller's buffer. Closed with the last reference.
package final class FileByteSource: ByteSource {
    package let name: String
    /// Bytes that the file had when it was opened; 0 for a pipe.
    package let byteCount: Int
    private let descriptor: Int32

    /// - Throws: ``SealedTableError/csv(_:at:)`` with the system's error number.
    package init(path: String) throws(SealedTableError) {
        name = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .csv(.unreadable(code: errno), at: .init(file: path, row: 0, line: 1)) }
        var status = stat()
        byteCount = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    deinit { close(descriptor) }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int {
        while true {
            let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw ByteSourceFailure(code: errno) }
        }
    }
}

/// Bytes in memory, given out in pieces of at most `pieceByteCount`.
package final class MemoryByteSource: ByteSource {
    package let name: String
    private var rest: ArraySlice<UInt8>
    private let pieceByteCount: Int

    package init(_ bytes: some Sequence<UInt8>, name: String, pieceByteCount: Int = 1 << 16) {
        self.name = name
        self.rest = Array(bytes)[...]
        self.pieceByteCount = max(1, pieceByteCount)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let piece = rest.prefix(min(buffer.count, pieceByteCount))
        buffer.copyBytes(from: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}
