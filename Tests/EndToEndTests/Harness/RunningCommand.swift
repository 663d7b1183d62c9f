import Foundation
import Synchronization

/// A process with its streams, which are files: no full or broken pipe can stop the process or the test.
final class RunningCommand: @unchecked Sendable {
    // Unchecked: `start` and `end` are called one after the other by the one test that owns it.
    private let process = Process()
    private let folder: TemporaryFolder
    private let exited: AsyncStream<Void>

    init(_ program: URL, _ arguments: [String], environment: [String: String], in directory: URL?) {
        folder = TemporaryFolder()
        process.executableURL = program
        process.arguments = arguments
        process.environment = RunningCommand.cleanEnvironment.merging(environment) { _, new in new }
        process.currentDirectoryURL = directory ?? folder.url
        let (exited, continuation) = AsyncStream<Void>.makeStream()
        self.exited = exited
        process.terminationHandler = { _ in continuation.finish() }
    }

    private static var cleanEnvironment: [String: String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return ["PATH": path, "HOME": "/nonexistent", "COLUMNS": "80"]
    }

    private var outputFile: URL { folder / "stdout" }
    private var errorFile: URL { folder / "stderr" }
    private var arguments: [String] { process.arguments ?? [] }

    /// - Parameters:
    ///   - input: all of standard input.
    ///   - standardOutput: instead of a file; what goes there is not in the ``CommandRun``. So for standard error.
    func start(
        input: Data = Data(), standardOutput: FileHandle? = nil, standardError: FileHandle? = nil
    ) throws {
        try input.write(to: folder / "stdin")
        process.standardInput = try FileHandle(forReadingFrom: folder / "stdin")
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        process.standardOutput = try standardOutput ?? FileHandle(forWritingTo: outputFile)
        process.standardError = try standardError ?? FileHandle(forWritingTo: errorFile)
        try process.run()
    }

    func send(signal number: Int32) {
        kill(process.processIdentifier, number)
    }

    func end(within timeout: Duration) async throws -> CommandRun {
        let identifier = process.processIdentifier
        let isLate = Mutex(false)
        let watchdog = DispatchWorkItem {
            isLate.withLock { $0 = true }
            kill(identifier, SIGKILL)
        }
        let seconds = Double(timeout.components.seconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watchdog)
        for await _ in exited {}
        watchdog.cancel()
        if isLate.withLock({ $0 }) { throw TimedOut(arguments: arguments, timeout: timeout) }
        let wasKilled = process.terminationReason == .uncaughtSignal
        return CommandRun(
            arguments: arguments,
            standardOutput: try Data(contentsOf: outputFile),
            standardError: try Data(contentsOf: errorFile),
            status: wasKilled ? 128 + process.terminationStatus : process.terminationStatus,
            wasKilled: wasKilled)
    }
}
