package import Foundation

/// Small files that are either wholly there or not at all, also after a power cut.
enum DurableFile {
    /// Writes beside the target, syncs, renames over it and syncs the folder: on return `data` is durable, and at no
    /// moment is there half a file under the name.
    static func write(_ data: Data, to file: URL) throws {
        let temporary = file.deletingLastPathComponent()
            .appending(path: ".\(file.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw GatewayError.fileSystem(path: file.path, errno: errno) }
        do {
            try writeAll(data, to: descriptor, path: file.path)
        } catch {
            close(descriptor)
            unlink(temporary.path)
            throw error
        }
        close(descriptor)
        guard rename(temporary.path, file.path) == 0 else {
            let code = errno
            unlink(temporary.path)
            throw GatewayError.fileSystem(path: file.path, errno: code)
        }
        try syncDirectory(file.deletingLastPathComponent())
    }

    /// Creates `directory` readable by its owner alone, with the folders above it.
    static func makePrivateDirectory(_ directory: URL) throws {
        try makeDirectory(directory, permissions: 0o700)
    }

    static func makeDirectory(_ directory: URL, permissions: Int = 0o755) throws {
        do {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: permissions])
        } catch {
            throw GatewayError.fileSystem(path: directory.path, errno: errno)
        }
    }

    static func syncDirectory(_ directory: URL) throws {
        let descriptor = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw GatewayError.fileSystem(path: directory.path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw GatewayError.fileSystem(path: directory.path, errno: errno) }
    }

    private static func writeAll(_ data: Data, to descriptor: Int32, path: String) throws {
        try data.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { throw GatewayError.fileSystem(path: path, errno: errno) }
                rest = rest.dropFirst(written)
            }
        }
        guard fsync(descriptor) == 0 else { throw GatewayError.fileSystem(path: path, errno: errno) }
    }
}
