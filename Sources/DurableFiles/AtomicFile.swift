package import Foundation

/// Files that are there whole or not at all, whenever the process is killed or the machine loses power.
package enum AtomicFile {
    private static let prefix = ".tmp-"

    /// Writes `data` as the file at `path`. Durable on return.
    ///
    /// - Parameters:
    ///   - temporaries: a directory of the same file system, where the file is written before it gets its name. What
    ///     a killed process leaves there, ``removeStaleTemporaries(in:)`` takes away.
    ///   - permissions: of the new file, such as `0o600`; the process's umask narrows them.
    ///   - replacing: whether a file that is there already gives way, in one step. If not, it stays.
    /// - Returns: whether the file was written: `false` where one was there and stays.
    @discardableResult
    package static func write(
        _ data: Data, to path: String, temporariesIn temporaries: String, permissions: mode_t, replacing: Bool = true
    ) throws(FileFailure) -> Bool {
        let temporary = try createTemporary(in: temporaries, permissions: permissions)
        do throws(FileFailure) {
            try temporary.write(data)
            try temporary.synchronize()
            // A crash before this line leaves a temporary file; after it, the whole file, whose name may yet be lost
            // with the power: that is why nothing is acknowledged before the directory is synchronized too.
            guard try name(temporary.path, as: path, replacing: replacing) else { return false }
        } catch {
            unlink(temporary.path)
            throw error
        }
        try Directory.synchronize(Directory.parent(of: path))
        return true
    }

    private static func name(_ temporary: String, as path: String, replacing: Bool) throws(FileFailure) -> Bool {
        if replacing {
            guard rename(temporary, path) == 0 else { throw .last(.rename, path) }
            return true
        }
        // Unlike rename, link refuses to replace. A crash after it leaves a second name, which goes as stale.
        let linked = link(temporary, path) == 0
        let failure = FileFailure.last(.rename, path)
        unlink(temporary)
        if linked { return true }
        if case .system(_, _, EEXIST) = failure { return false }
        throw failure
    }

    /// Removes the temporary files whose writers have gone. Those of writers at work, in any process, stay.
    /// - Returns: how many were removed.
    @discardableResult
    package static func removeStaleTemporaries(in directory: String) throws(FileFailure) -> Int {
        var removed = 0
        for name in try Directory.names(in: directory) where name.hasPrefix(prefix) {
            // It may have got its final name in the meantime.
            guard let file = try? Descriptor(directory + "/" + name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW) else { continue }
            // A writer holds the lock as long as it lives.
            if file.tryLock(), unlink(file.path) == 0 { removed += 1 }
        }
        return removed
    }

    private static func createTemporary(in directory: String, permissions: mode_t) throws(FileFailure) -> Descriptor {
        while true {
            var generator = SystemRandomNumberGenerator()
            let path = directory + "/" + prefix + String(generator.next(), radix: 16)
            let file: Descriptor
            do throws(FileFailure) {
                file = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL, permissions: permissions)
            } catch {
                if case .system(_, _, EEXIST) = error { continue }
                throw error
            }
            try file.lock()
            // Between creation and lock a cleaner may have taken it for stale.
            if try file.status().st_nlink > 0 { return file }
        }
    }
}
