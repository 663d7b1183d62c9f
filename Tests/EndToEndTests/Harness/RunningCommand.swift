import Foundation
import Synchronization

/// A process with its streams, which are files: no full or broken pipe can stop the process or the test.
///
/// Started with `posix_spawn` itself: in suites that start thousands of processes, Foundation's `Process.run` crashed
/// now and then on Linux (Swift 6.3.1).
final class RunningCommand: @unchecked Sendable {
    // Unchecked: `start` and `end` are called one after the other by the one test that owns it.
    private let program: URL
    private let arguments: [String]
    private let environment: [String: String]
    private let directory: URL
    private let folder: TemporaryFolder
    private let exited: AsyncStream<Int32>
    private let continuation: AsyncStream<Int32>.Continuation
    /// The process, until it has been waited for: afterwards the number may be another's.
    private let process = Mutex<pid_t?>(nil)

    init(_ program: URL, _ arguments: [String], environment: [String: String], in directory: URL?) {
        folder = TemporaryFolder()
        self.program = program
        self.arguments = arguments
        self.environment = RunningCommand.cleanEnvironment.merging(environment) { _, new in new }
        self.directory = directory ?? folder.url
        (exited, continuation) = AsyncStream<Int32>.makeStream()
    }

    private static var cleanEnvironment: [String: String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return ["PATH": path, "HOME": "/nonexistent", "COLUMNS": "80"]
    }

    /// - Parameters:
    ///   - input: all of standard input.
    ///   - standardOutput: instead of a file; what goes there is not in the ``CommandRun``. So for standard error.
    func start(
        input: Data = Data(), standardOutput: FileHandle? = nil, standardError: FileHandle? = nil
    ) throws {
        try input.write(to: folder / "stdin")
        var spawn = Spawn()
        spawn.open(folder.path("stdin"), as: 0, O_RDONLY)
        for (number, name, handle) in [(1, "stdout", standardOutput), (2, "stderr", standardError)] {
            // Made in any case: `end` reads it.
            try Data().write(to: folder / name)
            if let handle {
                spawn.duplicate(handle.fileDescriptor, as: Int32(number))
            } else {
                spawn.open(folder.path(name), as: Int32(number), O_WRONLY)
            }
        }
        let identifier = try spawn.run(
            program.path(percentEncoded: false), arguments, environment,
            in: directory.path(percentEncoded: false))
        process.withLock { $0 = identifier }
        Thread.detachNewThread { [self] in
            // Waited for without being reaped, so that a signal sent meanwhile finds this process and no other.
            var information = siginfo_t()
            while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            var status: Int32 = 0
            process.withLock { process in
                while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
                process = nil
            }
            continuation.yield(status)
            continuation.finish()
        }
    }

    /// Nothing happens to a process that has ended.
    func send(signal number: Int32) {
        process.withLock { process in
            if let process { kill(process, number) }
        }
    }

    var isRunning: Bool { process.withLock { $0 != nil } }

    /// What it has written to standard error so far.
    var message: String {
        get throws { String(decoding: try folder.read("stderr"), as: UTF8.self) }
    }

    /// Waits until the process has stopped itself.
    func stopped(within timeout: Duration) async throws -> pid_t {
        var patience = Patience(seconds: Int(timeout.components.seconds))
        while patience.allowsAnotherLook() {
            guard let identifier = process.withLock({ $0 }) else { throw EndedInstead(arguments: arguments) }
            // `pid (name) state …`; the name may hold anything.
            let status = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)
            if let state = status?.split(separator: ")").last?.first(where: { $0 != " " }), state == "T" {
                return identifier
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TimedOut(arguments: arguments, timeout: timeout)
    }

    func end(within timeout: Duration) async throws -> CommandRun {
        let isLate = Mutex(false)
        // Waits in its queue until its time, cancelled or not, and must not keep the folder that long.
        let watchdog = DispatchWorkItem { [weak self] in
            isLate.withLock { $0 = true }
            self?.send(signal: SIGKILL)
        }
        let seconds = Double(timeout.components.seconds)
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watchdog)
        var status: Int32 = 0
        for await ended in exited { status = ended }
        watchdog.cancel()
        if isLate.withLock({ $0 }) { throw TimedOut(arguments: arguments, timeout: timeout) }
        // As wait(2) has it: the signal in the lowest seven bits, else the exit status in the next eight.
        let signal = status & 0x7F
        return CommandRun(
            arguments: arguments, standardOutput: try folder.read("stdout"), standardError: try folder.read("stderr"),
            status: signal != 0 ? 128 + signal : (status >> 8) & 0xFF, wasKilled: signal != 0)
    }
}

/// A process that was expected to stop, and ended.
struct EndedInstead: Error {
    let arguments: [String]
}
