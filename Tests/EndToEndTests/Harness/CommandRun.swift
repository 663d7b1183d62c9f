import Foundation
import Testing

/// One run of the real command, as a script would see it.
struct CommandRun: Sendable {
    let arguments: [String]
    let standardOutput: Data
    let standardError: Data
    /// The exit status; for a process that a signal ended, 128 and the signal, as a shell has it.
    let status: Int32

    /// Whether a signal ended it, so that nothing was cleaned up.
    let wasKilled: Bool

    /// Standard output as text.
    var text: String { String(decoding: standardOutput, as: UTF8.self) }
    /// Standard error as text.
    var message: String { String(decoding: standardError, as: UTF8.self) }
    /// Standard output as text without the newlines at its end.
    var line: String { text.trimmingCharacters(in: .newlines) }

    /// Runs `chancery` with `arguments`.
    ///
    /// The environment is this one only: no home, no passphrase and no locale of whoever runs the tests gets in.
    /// - Parameters:
    ///   - environment: added to `PATH`, `HOME` (a folder that does not exist) and `COLUMNS` (80).
    ///   - input: all of standard input.
    ///   - timeout: after which the process is killed and the run throws.
    static func chancery(
        _ arguments: String..., environment: [String: String] = [:], input: Data = Data(),
        in directory: URL? = nil, timeout: Duration = .seconds(120)
    ) async throws -> CommandRun {
        try await run(
            Binary.chancery(), arguments, environment: environment, input: input, in: directory, timeout: timeout)
    }

    /// Runs any program.
    static func run(
        _ program: URL, _ arguments: [String], environment: [String: String] = [:], input: Data = Data(),
        in directory: URL? = nil, timeout: Duration = .seconds(120)
    ) async throws -> CommandRun {
        let process = RunningCommand(program, arguments, environment: environment, in: directory)
        try process.start(input: input)
        return try await process.end(within: timeout)
    }

    /// Runs a shell script with positional parameters from `$1` on.
    static func shell(_ script: String, _ parameters: String...) async throws -> CommandRun {
        try await run(URL(filePath: "/bin/sh"), ["-c", script, "sh"] + parameters)
    }

    /// Records a failure unless the exit status is `expected`, with all that was printed.
    @discardableResult
    func expectStatus(_ expected: Int32, sourceLocation: SourceLocation = #_sourceLocation) -> CommandRun {
        #expect(
            status == expected,
            "\(arguments.joined(separator: " "))\nstandard error: \(message)\nstandard output: \(text.prefix(2000))",
            sourceLocation: sourceLocation)
        return self
    }
}

/// A process that outlived its time.
struct TimedOut: Error, CustomStringConvertible {
    let arguments: [String]
    let timeout: Duration
    var description: String { "not done within \(timeout): \(arguments.joined(separator: " "))" }
}
