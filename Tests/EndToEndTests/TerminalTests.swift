import Foundation
import Testing

@Suite("At a terminal and in a pipe")
struct TerminalTests {
    private let folder = TemporaryFolder()
    private static let escape = "\u{1B}["

    /// What `blob list` draws on a terminal.
    private func listed(environment: [String: String]) async throws -> String {
        let store = folder.path("store")
        try await CommandRun.chancery("blob", "put", "-", "--store", store, input: Data("x".utf8)).expectStatus(0)
        let terminal = try PseudoTerminal()
        let command = RunningCommand(
            try Binary.chancery(), ["blob", "list", "--store", store], environment: environment, in: nil)
        try command.start(standardOutput: terminal.stream)
        try await command.end(within: .seconds(60)).expectStatus(0)
        return terminal.readRest()
    }

    @Test("A terminal gets colour")
    func colour() async throws {
        #expect(try await listed(environment: ["TERM": "xterm"]).contains(Self.escape + "1m"))
        #expect(try await listed(environment: ["TERM": "xterm", "NO_COLOR": ""]).contains(Self.escape))
    }

    @Test(
        "NO_COLOR and dumb terminals get none",
        arguments: [["TERM": "xterm", "NO_COLOR": "1"], ["TERM": "dumb"], [:]])
    func noColour(environment: [String: String]) async throws {
        let text = try await listed(environment: environment)
        #expect(text.contains("bytes") && !text.contains(Self.escape))
    }

    @Test("A pipe gets none, whatever TERM says")
    func pipe() async throws {
        let run = try await CommandRun.chancery("nonsense", environment: ["TERM": "xterm"]).expectStatus(2)
        #expect(!run.message.contains(Self.escape))
    }

    /// A search that takes minutes, so that there is time to look at it.
    private func longSearch(environment: [String: String]) throws -> RunningCommand {
        RunningCommand(
            try Binary.chancery(),
            ["paillier", "keygen", "--bits", "8192", "--plaintext", "--output", folder.path("key.json")],
            environment: environment, in: nil)
    }

    @Test("Long work shows its progress, and Ctrl-C takes the line away and leaves no file")
    func progress() async throws {
        let terminal = try PseudoTerminal()
        let command = try longSearch(environment: ["TERM": "xterm"])
        try command.start(standardError: terminal.stream)
        let drawn = terminal.read(until: "candidates/s")
        #expect(drawn.contains("\rsearching for safe primes  "))
        command.send(signal: SIGINT)
        let run = try await command.end(within: .seconds(60)).expectStatus(130)
        #expect(!run.wasKilled)
        #expect(terminal.readRest().hasSuffix("\r" + Self.escape + "K"))
        #expect(try folder.names().isEmpty)
    }

    @Test("A dumb terminal is not drawn on")
    func noProgress() async throws {
        let terminal = try PseudoTerminal()
        let command = try longSearch(environment: ["TERM": "dumb"])
        try command.start(standardError: terminal.stream)
        let warning = terminal.read(until: "this key")
        // Longer than the second after which a bar would show.
        let drawn = terminal.read(until: "candidates", within: 3)
        command.send(signal: SIGTERM)
        try await command.end(within: .seconds(60)).expectStatus(143)
        #expect(warning.contains("warning: the private key is written unencrypted"))
        #expect(!drawn.contains("candidates") && !terminal.readRest().contains(Self.escape))
    }
}
