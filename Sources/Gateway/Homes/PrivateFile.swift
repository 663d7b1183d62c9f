import DurableFiles
import Foundation

/// Small files of a party's home: readable by their owner alone, whole or not there at all.
enum PrivateFile {
    /// Largest file that is read back, in bytes.
    static let limit = 64 << 20

    /// Durable on return.
    static func write(_ data: Data, to file: URL) throws {
        let path = file.plainPath
        try AtomicFile.write(
            data, to: path, temporariesIn: DurableFiles.Directory.parent(of: path), permissions: 0o600)
    }

    /// - Returns: `nil` where there is no such file.
    static func read(_ file: URL) throws -> Data? {
        guard let opened = try OpenedFile.open(file.plainPath, limit: limit) else { return nil }
        return try opened.contents()
    }

    static func remove(_ file: URL) throws {
        let path = file.plainPath
        guard unlink(path) == 0 || errno == ENOENT else {
            throw FileFailure.system(.remove, path: path, code: errno)
        }
    }
}

extension URL {
    /// The path as the file system takes it, without a slash at the end.
    var plainPath: String {
        let path = path(percentEncoded: false)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
