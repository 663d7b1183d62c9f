package import Foundation

/// Directories whose entries survive power loss.
package enum Directory {
    /// Makes the directory at `path`, and those above it, where they are missing. Durable on return.
    /// - Parameter permissions: of those that are made, such as `0o700`; the process's umask narrows them.
    package static func create(_ path: String, permissions: mode_t) throws(FileFailure) {
        if mkdir(path, permissions) != 0 {
            switch errno {
            case EEXIST where isDirectory(path):
                // Another process may have made it a moment ago and not synchronized yet. Above a directory that
                // was there all along, one may lack the right to open.
                try? synchronize(parent(of: path))
                return
            case ENOENT where parent(of: path) != path:
                try create(parent(of: path), permissions: permissions)
                if mkdir(path, permissions) != 0, errno != EEXIST { throw .last(.makeDirectory, path) }
            default: throw .last(.makeDirectory, path)
            }
        }
        try synchronize(parent(of: path))
    }

    package static func setPermissions(_ permissions: mode_t, of path: String) throws(FileFailure) {
        guard chmod(path, permissions) == 0 else { throw .last(.setPermissions, path) }
    }

    /// Makes what was created, renamed or removed in the directory survive power loss.
    package static func synchronize(_ path: String) throws(FileFailure) {
        try Descriptor(path, O_RDONLY | O_DIRECTORY).synchronize()
    }

    /// The names in a directory, without `.` and `..`, sorted bytewise; none where it does not exist.
    package static func names(in path: String) throws(FileFailure) -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return [] }
            throw .last(.list, path)
        }
        defer { closedir(stream) }
        var names = [String]()
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { start in
                start.withMemoryRebound(to: CChar.self, capacity: Int(entry.pointee.d_reclen)) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .last(.list, path) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The directory that holds `path`: `.` for a bare name, `/` for the root.
    package static func parent(of path: String) -> String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
