package import Foundation

/// Files that are there whole or not at all, whenever the process is killed or the machine loses power.
package enum AtomicFile {
    /// Writes `data` as the file at `path`. Durable on return.
    ///
    /// - Parameters:
    ///   - temporaries: a directory of the same file system, where the file is written before it gets its name.
    ///   - permissions: of the new file, such as `0o600`; the process's umask narrows them.
    ///   - replacing: whether a file that is there already gives way, in one step. If not, it stays.
    /// - Returns: whether the file was written: `false` where another was there and stays.
    @discardableResult
    package static func write(
        _ data: Data, to path: String, temporariesIn temporaries: String, permissions: mode_t, replacing: Bool = true
    ) throws(FileFailure) -> Bool {
        var file = try TemporaryFile(in: temporaries, permissions: permissions)
        try file.append(data)
        return try file.commit(as: path, replacing: replacing)
    }

    /// Makes the content of a file that somebody else has written survive power loss.
    package static func synchronize(_ path: String) throws(FileFailure) {
        try Descriptor(path, O_RDONLY).synchronize()
    }

    /// Removes the temporary files whose writers have gone. Those of writers at work, in any process, stay.
    /// - Returns: how many were removed.
    @discardableResult
    package static func removeStaleTemporaries(in directory: String) throws(FileFailure) -> Int {
        var removed = 0
        for name in try Directory.names(in: directory) where name.hasPrefix(TemporaryFile.prefix) {
            // It may have got its final name in the meantime.
            guard let file = try? Descriptor(directory + "/" + name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW) else {
                continue
            }
            // A writer holds the lock as long as it lives.
            if file.tryLock(), unlink(file.path) == 0 { removed += 1 }
        }
        return removed
    }
}
