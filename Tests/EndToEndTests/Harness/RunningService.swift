import Foundation
import Testing

/// A program that prints one line when it is ready, and runs until it is told to stop.
final class RunningService: Sendable {
    let line: String
    private let process: RunningCommand

    /// Starts the program and waits for its first line; kills it when that does not come in time.
    init(
        _ program: URL, _ arguments: [String], environment: [String: String] = [:], in directory: URL? = nil,
        within seconds: Double = 180
    ) async throws {
        process = RunningCommand(program, arguments, environment: environment, in: directory)
        let pipe = Pipe()
        try process.start(standardOutput: pipe.fileHandleForWriting)
        try pipe.fileHandleForWriting.close()
        let watchdog = DispatchWorkItem { [process] in process.send(signal: SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watchdog)
        line = await RunningService.firstLine(of: pipe.fileHandleForReading)
        watchdog.cancel()
        if line.isEmpty {
            let run = try await process.end(within: .seconds(10))
            throw NotReady(arguments: arguments, message: run.message)
        }
    }

    deinit { process.send(signal: SIGTERM) }

    /// On a thread of its own, for reading blocks.
    private static func firstLine(of file: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text = Data()
                while !text.contains(0x0A) {
                    let more = file.availableData
                    if more.isEmpty { break }
                    text.append(more)
                }
                let line = text.split(separator: 0x0A).first.map { String(decoding: $0, as: UTF8.self) }
                continuation.resume(returning: text.contains(0x0A) ? line ?? "" : "")
            }
        }
    }

    /// The `http…://HOST:PORT` at the end of its line.
    var address: String {
        get throws { try #require(line.split(separator: " ").last.map(String.init)) }
    }

    /// What it has logged so far.
    var log: String {
        get throws { try process.message }
    }

    /// Waits until a line of the log has all of `parts` in it.
    func logged(_ parts: String..., within seconds: Int = 60) async throws -> String {
        var patience = Patience(seconds: seconds)
        while patience.allowsAnotherLook() {
            let line = try log.split(separator: "\n").first { line in parts.allSatisfy { line.contains($0) } }
            if let line { return String(line) }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("no line of the log has \(parts): \(try log.suffix(2_000))")
        return ""
    }

    /// Waits for it to end by itself.
    func ended(within timeout: Duration) async throws -> CommandRun { try await process.end(within: timeout) }

    func kill() async throws {
        process.send(signal: SIGKILL)
        _ = try await process.end(within: .seconds(30))
    }

    func send(signal number: Int32) { process.send(signal: number) }

    /// Tells it to stop in order.
    func stop() async throws -> CommandRun {
        process.send(signal: SIGTERM)
        return try await process.end(within: .seconds(30))
    }
}

struct NotReady: Error, CustomStringConvertible {
    let arguments: [String]
    let message: String
    var description: String { "\(arguments.joined(separator: " ")) ended before it was ready: \(message)" }
}
