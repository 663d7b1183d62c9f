package import Foundation

/// A file opened for reading; closed when the value ends.
package struct OpenedFile: ~Copyable {
    package let path: String
    package let byteCount: Int
    /// The permission bits, such as `0o600`.
    package let permissions: mode_t
    private let descriptor: Descriptor

    /// - Returns: `nil` where there is no such file.
    /// - Throws: ``FileFailure/notRegularFile(path:)``, ``FileFailure/tooLarge(path:byteCount:limit:)``, or what
    ///   `open` says.
    package static func open(_ path: String, limit: Int) throws(FileFailure) -> OpenedFile? {
        let descriptor: Descriptor
        do throws(FileFailure) {
            // Without O_NONBLOCK a FIFO in the file's place would hang the process.
            descriptor = try Descriptor(path, O_RDONLY | O_NONBLOCK)
        } catch {
            if case .system(_, _, ENOENT) = error { return nil }
            throw error
        }
        return try OpenedFile(descriptor, limit: limit)
    }

    private init(_ descriptor: consuming Descriptor, limit: Int) throws(FileFailure) {
        let status = try descriptor.status()
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegularFile(path: descriptor.path) }
        let count = Int(status.st_size)
        guard count <= limit else { throw .tooLarge(path: descriptor.path, byteCount: count, limit: limit) }
        path = descriptor.path
        byteCount = count
        permissions = status.st_mode & 0o7777
        self.descriptor = descriptor
    }

    /// Fills `buffer` from the file's start.
    /// - Returns: the bytes read: fewer than `buffer.count` where the file is shorter.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileFailure) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = pread(descriptor.number, rest.baseAddress, rest.count, off_t(filled))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last(.read, path) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// The whole file, as long as it was when opened.
    package func contents() throws(FileFailure) -> Data {
        var data = Data(count: byteCount)
        let filled = try data.withUnsafeMutableBytes { buffer in
            Result { () throws(FileFailure) in try read(into: buffer) }
        }.get()
        return filled == data.count ? data : data.prefix(filled)
    }

    /// Maps the file read-only. The mapping outlives this value; whoever takes it calls `munmap`.
    /// An empty file gives an empty buffer, which needs no `munmap`.
    package func map() throws(FileFailure) -> UnsafeRawBufferPointer {
        guard byteCount > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        guard let address = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor.number, 0), address != MAP_FAILED
        else { throw .last(.map, path) }
        return UnsafeRawBufferPointer(start: address, count: byteCount)
    }
}
