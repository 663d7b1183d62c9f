import CanonicalJSON
import Foundation
import Testing

/// What a node that is told to stop leaves to those who wait for it, and when it listens to that.
@Suite("Stopping a node", .serialized, .enabled(if: RunningCluster.isUsable))
struct ShutdownTests {
    private static let departments = ["site1", "site2", "site3", "site4"]

    @Test("A submission that waits for a quorum is answered, and holds the node up for seconds only")
    func waitingSubmission() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(prepared.consortium, departments: Self.departments, members: 1)
        for department in ["site3", "site4"] { try await cluster.kill(department) }
        let waiting = try cluster.requestWithoutQuorum(through: "site1")
        try await cluster.eventually("two have cosigned") { try await cluster.cosignatures(at: "site1") >= 2 }
        // It gives up on a node that does not end within half a minute.
        let run = try await cluster.stop("site1")
        #expect(run.status == 0 && run.message.contains("stopped in order"), "\(run.message)")
        let answer = try await waiting.value
        #expect(answer.status == 3 && answer.message.contains("same envelope again is safe"))
        // What it waited for becomes final when there is a quorum.
        let height = try await cluster.height(of: "site2")
        for department in ["site1", "site3", "site4"] { try await cluster.start(department) }
        _ = try await cluster.commonCheckpoint(height: height + 1)
    }

    @Test("While it repairs itself from others that do not answer, a node still ends when it is told to")
    func repairing() async throws {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(
            prepared.consortium, departments: Self.departments, members: 1, environment: ["CHANCERY_SCRUB": "1s"])
        let others = ["site2", "site3", "site4"].compactMap { cluster.nodes[$0] }
        for node in others { node.send(signal: SIGSTOP) }
        defer { for node in others { node.send(signal: SIGCONT) } }
        let ledger = prepared.consortium.home + "/parties/site1/node/health.sqlite"
        try await CommandRun.run(
            URL(filePath: "/usr/bin/env"),
            [
                "python3", "-c",
                """
                import sqlite3, sys
                db = sqlite3.connect(sys.argv[1])
                db.execute("UPDATE entries SET payload = X'00' WHERE leaf = (SELECT MAX(leaf) FROM entries)")
                db.commit()
                """, ledger,
            ]
        ).expectStatus(0)
        // Its listeners end, then it says what it found, and repairs.
        _ = try await #require(cluster.nodes["site1"]).logged("damaged")
        let run = try await cluster.stop("site1")
        #expect(run.status == 128 + SIGTERM && run.message.contains("damaged"), "\(run.status): \(run.message)")
    }
}
