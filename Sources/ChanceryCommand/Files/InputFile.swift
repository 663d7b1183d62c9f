import ArgumentParser
import Foundation

/// A file named on the command line, or standard input as `-`. Pipes, such as a shell's `<(…)`, are read too.
struct InputFile: ExpressibleByArgument, Sendable {
    let path: String

    init(argument: String) {
        path = argument
    }

    var isStandardInput: Bool { path == "-" }

    /// What messages call it.
    var name: String { isStandardInput ? "standard input" : path }

    static let completionKind = CompletionKind.file()

    /// - Throws: ``FileProblem/unreadable(path:problem:)``.
    func open() throws(FileProblem) -> FileHandle {
        if isStandardInput { return .standardInput }
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, problem: String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw .unreadable(path: path, problem: "it is a directory")
        }
        return handle
    }

    /// Its size, where it is a regular file.
    var byteCount: Int? {
        var status = stat()
        guard !isStandardInput, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// All of it.
    ///
    /// - Parameter limit: the most bytes that are read.
    /// - Throws: ``FileProblem``.
    func contents(limit: Int) throws(FileProblem) -> Data {
        let handle = try open()
        var data = Data()
        do {
            while data.count <= limit, let more = try handle.read(upToCount: min(1 << 20, limit + 1 - data.count)),
                !more.isEmpty
            {
                data += more
            }
        } catch {
            throw .unreadable(path: name, problem: FileProblem.reason(error))
        }
        guard data.count <= limit else { throw .tooLarge(path: name, limit: limit) }
        return data
    }

    /// All of it as text.
    func text(limit: Int) throws(FileProblem) -> String {
        let data = try contents(limit: limit)
        guard let text = String(validating: data, as: UTF8.self) else { throw .notUTF8(path: name) }
        return text
    }

    /// - Throws: ``FileProblem/standardInputTwice``.
    static func requireOneStandardInput(_ files: [InputFile]) throws(FileProblem) {
        guard files.count(where: \.isStandardInput) <= 1 else { throw .standardInputTwice }
    }
}
