import ArgumentParser
import DurableFiles
import Foundation

/// `--output FILE`, or standard output.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to FILE instead of standard output, whole or not at all.", valueName: "file"),
        completion: .file())
    var output: String?

    /// What `output` names, `nil` for standard output.
    var path: String? { output == "-" ? nil : output }

    /// Writes `data` so that FILE is never half there.
    ///
    /// - Parameters:
    ///   - permissions: of the file that is made; the umask narrows them.
    ///   - replacing: whether a file that is there gives way.
    /// - Throws: ``FileProblem``, `FileFailure`.
    func write(_ data: Data, permissions: mode_t = 0o644, replacing: Bool = true) throws {
        guard let path else { return try StandardOutput.write(data) }
        let target = OutputOptions.resolved(path)
        // Renaming over a device or a pipe would put a file in its place.
        guard OutputOptions.isRegularOrAbsent(target) else { return try OutputOptions.append(data, to: target) }
        let isWritten = try AtomicFile.write(
            data, to: target, temporariesIn: Directory.parent(of: target), permissions: permissions,
            replacing: replacing)
        guard isWritten else { throw FileProblem.exists(path: path) }
    }

    /// Refuses early what `write` without `replacing` would refuse.
    func requireAbsent() throws(FileProblem) {
        guard let path else { return }
        var status = stat()
        if lstat(path, &status) == 0, OutputOptions.isRegularOrAbsent(path) { throw .exists(path: path) }
    }

    /// Lets `body` write piece by piece; FILE is there only once `body` has returned, whole.
    ///
    /// - Throws: ``FileProblem``, `FileFailure`, and what `body` throws: then a FILE that was there is unchanged.
    func stream<Result>(_ body: (@escaping (Data) throws -> Void) throws -> Result) throws -> Result {
        guard let path else { return try body { try StandardOutput.write($0) } }
        let target = OutputOptions.resolved(path)
        guard OutputOptions.isRegularOrAbsent(target) else {
            return try body { try OutputOptions.append($0, to: target) }
        }
        let pending = try PendingFile(beside: target)
        let result = try body { try pending.append($0) }
        try pending.commit(as: target)
        return result
    }

    /// Follows symbolic links, which stay.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func isRegularOrAbsent(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    }

    private static func append(_ data: Data, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileProblem.unwritable(path: path, problem: String(cString: strerror(errno)))
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: data)
        } catch {
            throw FileProblem.unwritable(path: path, problem: FileProblem.reason(error))
        }
    }
}

/// A file on its way, held where a closure can reach it.
private final class PendingFile {
    private var file: TemporaryFile?

    init(beside path: String) throws {
        let directory = Directory.parent(of: path)
        try AtomicFile.removeStaleTemporaries(in: directory)
        file = try TemporaryFile(in: directory, permissions: 0o644)
    }

    func append(_ data: Data) throws {
        try file?.append(data)
    }

    func commit(as path: String) throws {
        try file.take()?.commit(as: path)
    }
}
