import Foundation

/// What the file system refused. Nothing half-written is visible after any of these.
package enum FileFailure: Error, Hashable, Sendable {
    /// The file system is full, or the owner's quota is.
    case noSpace(path: String)
    case notRegularFile(path: String)
    case tooLarge(path: String, byteCount: Int, limit: Int)
    /// `code` is `errno`.
    case system(FileOperation, path: String, code: Int32)

    static func last(_ operation: FileOperation, _ path: String) -> FileFailure {
        let code = errno
        return code == ENOSPC || code == EDQUOT ? .noSpace(path: path) : .system(operation, path: path, code: code)
    }
}

package enum FileOperation: String, Hashable, Sendable {
    case open, read, write, lock, list, remove, rename, map
    case synchronize = "fsync"
    case inspect = "stat"
    case makeDirectory = "mkdir"
    case setPermissions = "chmod"
}

extension FileFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSpace(let path):
            "no space left for \(path): free some and run the same command again; nothing half-written was kept"
        case .notRegularFile(let path):
            "\(path) is not a regular file"
        case .tooLarge(let path, let byteCount, let limit):
            "\(path) has \(byteCount) bytes, more than the \(limit) that are read here"
        case .system(let operation, let path, let code):
            "\(operation.rawValue) of \(path) failed: \(String(cString: strerror(code)))"
        }
    }
}
