import Foundation
import Synchronization

/// A program that runs for as long as this one, whatever ends this one.
///
/// A shell stands between: it kills the program when its standard input ends, which it does with this process.
final class ChildProcess: Sendable {
    let running: RunningProcess
    private let shell: Mutex<Process>
    private let life = Pipe()
    private let output = Pipe()

    private static let script = #""$@" </dev/null & echo $!; read -r _; kill -9 $!; wait $! 2>/dev/null"#

    /// - Parameter log: Where its standard error goes; made anew.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:], log: URL) throws {
        _ = FileManager.default.createFile(atPath: log.path(percentEncoded: false), contents: nil)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", ChildProcess.script, "sh", program] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        (process.standardInput, process.standardOutput) = (life, output)
        process.standardError = try FileHandle(forWritingTo: log)
        try process.runWithSignals()
        try life.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        shell = Mutex(process)
        guard let identifier = Int32(ChildProcess.line(output.fileHandleForReading)) else {
            throw BenchFailure.notStarted(program: program, log: log.path(percentEncoded: false))
        }
        running = RunningProcess(identifier: identifier)
    }

    deinit { kill() }

    /// The next line that it prints, without the line feed; empty if it ends before.
    func nextLine() async -> String {
        let file = output.fileHandleForReading
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: ChildProcess.line(file)) }
        }
    }

    private static func line(_ file: FileHandle) -> String {
        var text = Data()
        while let byte = try? file.read(upToCount: 1), !byte.isEmpty, byte != Data([0x0A]) { text += byte }
        return String(decoding: text, as: UTF8.self)
    }

    /// Ends it at once, and returns when it is gone.
    func kill() {
        try? life.fileHandleForWriting.close()
        shell.withLock { $0.waitUntilExit() }
    }
}

extension Process {
    /// Runs it with no signal blocked: a thread of Swift's pool has all of them blocked, and passes that on.
    func runWithSignals() throws {
        var (all, before) = (sigset_t(), sigset_t())
        sigfillset(&all)
        pthread_sigmask(SIG_UNBLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}

/// Why a bench of several processes could not be made.
enum BenchFailure: Failure, CustomStringConvertible {
    case notStarted(program: String, log: String)
    case noEtcd
    case noPort

    var exitStatus: ExitStatus { .unavailable }

    var description: String {
        switch self {
        case .notStarted(let program, let log): "\(program) did not start: \(log) says why, if it says anything"
        case .noEtcd:
            "there is no etcd. Install Debian's etcd-server, or start one elsewhere (Scripts/start-etcd 3) and name it "
                + "with --ordering"
        case .noPort: "the system gives no free port on 127.0.0.1"
        }
    }
}
