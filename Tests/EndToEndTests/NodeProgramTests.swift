import Foundation
import Testing

@Suite("The program without the network")
struct NodeProgramTests {
    @Test("Without chancery-node beside it, what needs the network ends with 3 and says how to get it")
    func missing() async throws {
        let folder = TemporaryFolder()
        let alone = try await copy(to: folder)
        let run = try await CommandRun.run(alone, ["serve", "--as", "site1"])
        run.expectStatus(3)
        #expect(run.message.contains("--product chancery-node"))
    }

    @Test("What needs no network runs without chancery-node")
    func alone() async throws {
        let folder = TemporaryFolder()
        let alone = try await copy(to: folder)
        try await CommandRun.run(alone, ["--version"]).expectStatus(0)
    }

    /// By another process: a file that this one has open for writing, a program started meanwhile by another test would
    /// have open too, and then it cannot be run.
    private func copy(to folder: TemporaryFolder) async throws -> URL {
        let alone = folder / "chancery"
        let source = try Binary.chancery().path(percentEncoded: false)
        try await CommandRun.run(URL(filePath: "/bin/cp"), [source, alone.path(percentEncoded: false)]).expectStatus(0)
        return alone
    }
}
