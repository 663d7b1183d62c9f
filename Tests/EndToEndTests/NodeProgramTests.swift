import Foundation
import Testing

@Suite("The program without the network")
struct NodeProgramTests {
    @Test("Without chancery-node beside it, what needs the network ends with 3 and says how to get it")
    func missing() async throws {
        let folder = TemporaryFolder()
        let alone = folder / "chancery"
        try FileManager.default.copyItem(at: Binary.chancery(), to: alone)
        let run = try await CommandRun.run(alone, ["serve", "--as", "site1"])
        run.expectStatus(3)
        #expect(run.message.contains("--product chancery-node"))
    }

    @Test("What needs no network runs without chancery-node")
    func alone() async throws {
        let folder = TemporaryFolder()
        let alone = folder / "chancery"
        try FileManager.default.copyItem(at: Binary.chancery(), to: alone)
        try await CommandRun.run(alone, ["--version"]).expectStatus(0)
    }
}
