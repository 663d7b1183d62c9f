import CanonicalJSON
import Foundation
import Testing

/// `Scripts/verify.py`, which shares no code with ours, run by the interpreter that CHANCERY_PEERS_PYTHON names.
enum SecondVerifier {
    static let python = ProcessInfo.processInfo.environment["CHANCERY_PEERS_PYTHON"]
    static let reason: Comment = """
        CHANCERY_PEERS_PYTHON names no Python with cryptography, rfc8785, ipld-car and gmpy2; Scripts/test sets it up
        """

    /// - Returns: The exit status, and what it writes to standard output.
    static func run(on evidence: URL, consortium: URL? = nil) throws -> (status: Int32, report: JSONValue) {
        let answer = evidence.deletingLastPathComponent().appending(path: "answer-\(UUID().uuidString).json")
        try Data().write(to: answer)
        defer { try? FileManager.default.removeItem(at: answer) }
        let process = Process()
        process.executableURL = URL(filePath: try #require(python))
        process.arguments =
            [Repository.verifier.path, evidence.path] + (consortium.map { ["--consortium", $0.path] } ?? [])
        process.standardOutput = try FileHandle(forWritingTo: answer)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try CanonicalJSON.parse(Data(contentsOf: answer)))
    }
}
