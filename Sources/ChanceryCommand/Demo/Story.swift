import Foundation

/// Tells the demonstration: numbered steps with what happened, what crossed the boundary, and how long it took.
struct Story {
    private var number = 0
    private let terminal = Terminal.standardOutput
    private let clock = ContinuousClock()
    private let start = ContinuousClock().now

    /// Announces a step, runs it, and prints the lines that it gives, with the time that it took.
    mutating func step<Value>(
        _ title: String, _ body: () async throws -> (value: Value, lines: [String])
    ) async throws -> Value {
        number += 1
        try say("\n" + terminal.painted("\(number)  \(title)", .bold))
        let begin = clock.now
        let (value, lines) = try await body()
        for line in lines { try say("   " + line) }
        try say("   (\(Quantity.duration(begin.duration(to: clock.now))))")
        return value
    }

    mutating func step(_ title: String, _ body: () async throws -> [String]) async throws {
        try await step(title) { ((), try await body()) }
    }

    func say(_ text: String) throws {
        try StandardOutput.print(text)
    }

    var elapsed: String { Quantity.duration(start.duration(to: clock.now)) }
}
