import Foundation
import Testing

/// What the other suites here rely on.
@Suite("Processes that tests start")
struct HarnessTests {
    @Test("A process has its standard streams and no descriptor of another test's")
    func descriptors() async throws {
        // Made without close-on-exec, as Foundation makes every pipe.
        let pipe = Pipe()
        let run = try await CommandRun.run(URL(filePath: "/bin/ls"), ["/proc/self/fd"]).expectStatus(0)
        // The last one is the folder that is being listed.
        #expect(run.text == "0\n1\n2\n3\n")
        withExtendedLifetime(pipe) {}
    }

    @Test("A service that says nothing is killed, and the test goes on")
    func silentService() async throws {
        await #expect(throws: NotReady.self) {
            try await RunningService(URL(filePath: "/bin/sleep"), ["600"], within: 0.2)
        }
    }
}
