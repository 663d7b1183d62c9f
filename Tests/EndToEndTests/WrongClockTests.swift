import CanonicalJSON
import Foundation
import Gateway
import SharingModel
import Testing

/// A node's process that is told a wrong time whenever it asks for the time of day.
@Suite("A clock that is off", .serialized, .enabled(if: RunningCluster.isUsable && CrashLibrary.isUsable))
struct WrongClockTests {
    @Test("A department an hour ahead or behind takes part, and no block has its time")
    func anHourOff() async throws {
        let library = try await CrashLibrary.shared()
        let departments = ["site1", "site2", "site3", "site4"]
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        let cluster = try await RunningCluster(prepared.consortium, departments: departments, members: 1)
        for offset in [3_600, -3_600] {
            try await cluster.kill("site1")
            try await cluster.start("site1", more: library.environment(clockAhead: offset))
            let node = try #require(cluster.nodes["site1"])
            // It is needed: of four departments three are a quorum.
            try await cluster.kill("site4")
            var proposed = false
            for number in 0..<12 where !proposed {
                try await cluster.request(through: number.isMultiple(of: 2) ? "site1" : "site2")
                proposed = try node.log.contains(" proposed with ")
            }
            #expect(proposed, "its turn comes every fourth height")
            let height = try await cluster.height(of: "site2")
            _ = try await cluster.commonCheckpoint(height: height)
            // Its own clock is off, as its log says from the first line on; the block's is not.
            let line = try await node.logged("starts: ordering")
            let logged = try #require(ISO8601DateFormatter.logged(line))
            #expect(abs(logged.timeIntervalSinceNow - Double(offset)) < 120, "\(line)")
            let status = try CanonicalJSON.parse(try await cluster.get("/v1/status", from: "site1").body)
            let time = try #require(Timestamp(try status.text("time")))
            #expect(abs(time.seconds - Timestamp.now().seconds) < 120, "the block's time is \(time)")
            try await cluster.start("site4")
            _ = try await cluster.commonCheckpoint(height: height)
        }
        try await cluster.run("ledger", "fsck", through: "site1").expectStatus(0)
    }
}

extension ISO8601DateFormatter {
    /// The time at the beginning of a line of a node's log: `2026-11-29T12:00:00+0000 …`.
    fileprivate static func logged(_ line: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ssZ"
        return formatter.date(from: String(line.prefix(24)))
    }
}
