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
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
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
