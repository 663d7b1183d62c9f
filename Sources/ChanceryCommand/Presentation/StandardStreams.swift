import CanonicalJSON
import Foundation

/// Standard output: data only, so that pipes can rely on it.
package enum StandardOutput {
    /// Writes `text` and a newline.
    package static func print(_ text: String) throws {
        try write(Data((text + "\n").utf8))
    }

    /// Writes one document of canonical JSON and a newline.
    static func print(json value: some Encodable) throws {
        try write(document(value))
    }

    /// Canonical JSON (RFC 8785: sorted members, one line) and a newline.
    static func document(_ value: some Encodable) throws -> Data {
        try CanonicalJSON.encode(value) + Data("\n".utf8)
    }

    /// Writes bytes as they are.
    static func write(_ data: Data) throws {
        ActiveLine.clear()
        do {
            try FileHandle.standardOutput.write(contentsOf: data)
        } catch {
            throw FileProblem.unwritable(path: "standard output", problem: FileProblem.reason(error))
        }
    }

    /// A full disk may show only now, where output goes to a file.
    static func flush() throws {
        guard fsync(STDOUT_FILENO) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP else {
            throw FileProblem.unwritable(path: "standard output", problem: String(cString: strerror(errno)))
        }
    }
}

/// Standard error: everything that is said to a person. There is nobody to tell when writing here fails.
enum StandardError {
    static func print(_ text: String) {
        write(text + "\n")
    }

    static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
