package import Foundation

/// Something that nobody here wrote and that a test needs, named by a variable of the environment.
package struct Peer: Sendable {
    /// The variable is not set although it has to be.
    package struct Missing: Error {
        package let variable: String
        package let file: String
        package let line: Int
    }

    private let variable: String
    private let purpose: String

    /// - Parameter purpose: What there is not without it.
    package init(_ variable: String, _ purpose: String) {
        (self.variable, self.purpose) = (variable, purpose)
    }

    /// What the variable says; `nil` where it is not set.
    package var path: String? {
        ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether a test can use it. Where it cannot, it says so in one line, and fails where `CHANCERY_PEERS_REQUIRED` has
    /// the variable in it: `Scripts/test` puts in what it has found or installed.
    package func isThere(file: String = #fileID, line: Int = #line) throws -> Bool {
        if path != nil { return true }
        let required = ProcessInfo.processInfo.environment["CHANCERY_PEERS_REQUIRED"] ?? ""
        guard !required.split(separator: " ").contains(Substring(variable)) else {
            throw Missing(variable: variable, file: file, line: line)
        }
        print("skipped at \(file):\(line): no \(purpose), \(variable) is not set")
        return false
    }
}

/// The Python interpreter of an environment with programs that nobody here wrote, named by CHANCERY_PEERS_PYTHON.
/// `Scripts/test` sets it up; tests that need it are skipped without it, and say so.
package enum Peers {
    package static let variable = "CHANCERY_PEERS_PYTHON"
    package static var python: String? { ProcessInfo.processInfo.environment[variable] }

    /// Whether a test can compare with a peer, see ``Peer/isThere(file:line:)``.
    package static func areThere(file: String = #fileID, line: Int = #line) throws -> Bool {
        try Peer(variable, "comparison with other people's programs").isThere(file: file, line: line)
    }

    /// The peer ended with a failure; its message stands above in the output.
    package struct Failure: Error {
        package let status: Int32
    }

    /// After so many seconds a peer is killed: one that hangs must not keep all other tests from ending.
    static let patience = 600.0

    /// What `script` writes when it is given `input`, line by line.
    package static func run(_ script: String, input: [String]) throws -> [String] {
        let folder = TestFolder()
        let (code, given, answer) = (folder.url("peer.py"), folder.url("in"), folder.url("out"))
        try Data(script.utf8).write(to: code)
        try Data(input.map { $0 + "\n" }.joined().utf8).write(to: given)
        try Data().write(to: answer)
        let process = Process()
        process.executableURL = URL(filePath: python ?? "")
        process.arguments = [code.path]
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = try FileHandle(forWritingTo: answer)
        try process.run()
        process.waitUntilExit(within: Peers.patience)
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
        return String(decoding: try Data(contentsOf: answer), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// The program of `Tests/Peers/tlog`, which reads logs as `golang.org/x/mod/sumdb/{note,tlog}` understand them; named by
/// CHANCERY_PEERS_TLOG.
package enum TlogPeer {
    package static let variable = "CHANCERY_PEERS_TLOG"
    package static var program: String? { ProcessInfo.processInfo.environment[variable] }

    /// See ``Peer/isThere(file:line:)``.
    package static func isThere(file: String = #fileID, line: Int = #line) throws -> Bool {
        try Peer(variable, "comparison with Go's x/mod").isThere(file: file, line: line)
    }

    package struct Answer: Sendable {
        package let status: Int32
        /// One JSON object.
        package let output: String
        package let message: String
    }

    /// Has it check the log at `source`.
    /// - Parameters:
    ///   - source: A folder, or a node's address.
    ///   - keys: Verifier keys of the cosigners.
    ///   - proofs: JSON with `inclusion` and `consistency`.
    package static func check(
        _ source: String, quorum: Int, origin: String, keys: [String], proofs: Data
    ) throws -> Answer {
        let folder = TestFolder()
        let (given, answer, complaint) = (folder.url("in"), folder.url("out"), folder.url("err"))
        try proofs.write(to: given)
        try Data().write(to: answer)
        try Data().write(to: complaint)
        let process = Process()
        process.executableURL = URL(filePath: program ?? "")
        process.arguments = [source, "\(quorum)", origin] + keys
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = try FileHandle(forWritingTo: answer)
        process.standardError = try FileHandle(forWritingTo: complaint)
        try process.run()
        process.waitUntilExit(within: Peers.patience)
        return Answer(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: answer), as: UTF8.self),
            message: String(decoding: try Data(contentsOf: complaint), as: UTF8.self))
    }
}

extension Process {
    /// Kills the process if it has not ended within `seconds`, and waits for it.
    package func waitUntilExit(within seconds: Double) {
        let identifier = processIdentifier
        let watchdog = DispatchWorkItem { [weak self] in
            if self?.isRunning == true { kill(identifier, SIGKILL) }
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watchdog)
        waitUntilExit()
        watchdog.cancel()
    }
}
