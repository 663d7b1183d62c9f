import Foundation
import Testing

/// The Python interpreter of an environment with PyPI's rfc8785, named by
/// CHANCERY_PEERS_PYTHON. `Scripts/test` sets it up.
enum Peers {
    static let python = ProcessInfo.processInfo.environment["CHANCERY_PEERS_PYTHON"]
    static let reason: Comment = "CHANCERY_PEERS_PYTHON names no Python with securesystemslib, cryptography and rfc8785"

    /// What `script` writes when it is given `input`, line by line; a script that fails is a failure here.
    static func run(_ script: String, input: [String]) throws -> [String] {
        let directory = FileManager.default.temporaryDirectory.appending(path: "chancery-peers-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let (code, given, answer) = (
            directory.appending(path: "peer.py"), directory.appending(path: "in"), directory.appending(path: "out")
        )
        try Data(script.utf8).write(to: code)
        try Data(input.map { $0 + "\n" }.joined().utf8).write(to: given)
        try Data().write(to: answer)
        let process = Process()
        process.executableURL = URL(filePath: try #require(python))
        process.arguments = [code.path]
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = try FileHandle(forWritingTo: answer)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "the Python peer failed; its message stands above")
        return String(decoding: try Data(contentsOf: answer), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
