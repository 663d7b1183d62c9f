import Foundation
import TestSupport
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

    @Test("The search for secrets finds what a plain search finds, at the ends and side by side too")
    func search() {
        var generator = SeededGenerator(seed: 23)
        let data = Data((0..<4_000).map { _ in UInt8.random(in: 0...3, using: &generator) })
        // Parts of the data, the same with another last byte, and others that begin alike.
        let parts = (0..<200).flatMap { place -> [Data] in
            let count = [8, 9, 24, 60][place % 4]
            let last = data.count - count
            let start = place < 2 ? place * last : Int.random(in: 0...last, using: &generator)
            let part = Data(data[start..<start + count])
            return [part, part.dropLast() + [7], part + part]
        }
        let found = ByteSearch(parts).occurring(in: data)
        #expect(found == Set(parts.indices.filter { data.range(of: parts[$0]) != nil }))
        #expect(found.count >= 200 && found.count < parts.count)
        #expect(ByteSearch(parts).occurring(in: Data(data.prefix(7))).isEmpty)
    }
}
