package import Foundation

/// A file, pipe or device that is read from front to back; closed when released.
package final class SequentialFile: Sendable {
    private let descriptor: Descriptor

    /// Opens `path`; for a pipe, this waits for a writer.
    package init(_ path: String) throws(FileFailure) {
        descriptor = try Descriptor(path, O_RDONLY)
    }

    package var path: String { descriptor.path }

    /// The permission bits, such as `0o600`.
    package func permissions() throws(FileFailure) -> mode_t {
        try descriptor.status().st_mode & 0o7777
    }

    /// The next bytes, at most `buffer.count`.
    /// - Returns: how many came: 0 only at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFailure) -> Int {
        while true {
            let count = Foundation.read(descriptor.number, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last(.read, path) }
            return count
        }
    }

    /// The next bytes, at most `count`: none only at the end.
    package func read(upTo count: Int) throws(FileFailure) -> Data {
        var data = Data(count: count)
        let filled = try data.withUnsafeMutableBytes { buffer in
            Result { () throws(FileFailure) in try read(into: buffer) }
        }.get()
        return data.prefix(filled)
    }
}
