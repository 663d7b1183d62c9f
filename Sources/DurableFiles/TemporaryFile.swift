package import Foundation

/// A file on its way into a directory. Without ``commit(as:replacing:)`` it is removed when the value ends.
///
/// A killed process leaves it behind; ``AtomicFile/removeStaleTemporaries(in:)`` knows by its lock, which dies with
/// the process, that nobody writes it any more.
package struct TemporaryFile: ~Copyable {
    static let prefix = ".chancery-tmp-"

    private let file: Descriptor
    private var isNamed = false

    /// Makes an empty file in `directory`, which has to be of the same file system as the file's final place.
    /// - Parameter permissions: such as `0o600`; the process's umask narrows them.
    package init(in directory: String, permissions: mode_t) throws(FileFailure) {
        while true {
            var generator = SystemRandomNumberGenerator()
            let path = directory + "/" + TemporaryFile.prefix + String(generator.next(), radix: 16)
            let file: Descriptor
            do throws(FileFailure) {
                file = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL, permissions: permissions)
            } catch {
                if case .system(_, _, EEXIST) = error { continue }
                throw error
            }
            try file.lock()
            // Between creation and lock somebody may have taken it for stale.
            if try file.status().st_nlink > 0 {
                self.file = file
                return
            }
        }
    }

    deinit {
        if !isNamed { unlink(file.path) }
    }

    package mutating func append(_ bytes: Data) throws(FileFailure) {
        try file.write(bytes)
    }

    /// Gives the file its name. The file and the name are durable on return.
    /// - Parameter replacing: whether a file that is there already gives way, in one step. If not, it stays.
    /// - Returns: `false` where another file was there and stays.
    @discardableResult
    package consuming func commit(as path: String, replacing: Bool = true) throws(FileFailure) -> Bool {
        try file.synchronize()
        // A crash up to here leaves a temporary file. From here on it leaves the whole file, whose name may yet be
        // lost with the power: nothing is acknowledged before the directory is synchronized too.
        if replacing {
            guard rename(file.path, path) == 0 else { throw .last(.rename, path) }
            isNamed = true
        } else if link(file.path, path) != 0 {
            // Unlike rename, link never replaces. A crash after it leaves a second name, which goes as stale.
            let failure = FileFailure.last(.rename, path)
            if case .system(_, _, EEXIST) = failure { return false }
            throw failure
        }
        try Directory.synchronize(Directory.parent(of: path))
        return true
    }
}
