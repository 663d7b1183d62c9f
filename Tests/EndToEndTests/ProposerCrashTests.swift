import CanonicalJSON
import Foundation
import Testing

/// Whose turn it is, is killed in one call after the other of those by which its process changes files while it
/// proposes, votes and appends.
@Suite("A proposer that is killed", .serialized, .enabled(if: RunningCluster.isUsable && CrashLibrary.isUsable))
struct ProposerCrashTests {
    @Test("Killed at any call of its own height, a proposer loses nothing, and the others and then it itself go on")
    func everyCall() async throws {
        let walk = try await ProposerWalk()
        let calls = try await walk.calls()
        #expect(calls.count > 10, "\(calls)")
        let plain = calls.indices.map { CrashPoint(number: $0 + 1, isTorn: false, call: calls[$0]) }
        let torn = plain.filter { $0.call.contains("write") }
            .map { CrashPoint(number: $0.number, isTorn: true, call: $0.call) }
        let points = (plain + torn).enumerated().filter { $0.offset.isMultiple(of: Self.stride) }.map(\.element)
        var killed: [String: Int] = [:]
        for point in points {
            // On a busy machine another department stands in before it has proposed: then the point is tried again, with
            // more time for the others to find it. One that dies in its first calls has not come to proposing.
            var (attempt, tries) = (try await walk.kill(at: point), 1)
            while !attempt.proposed, attempt.call == nil, tries < ProposerWalk.mostTries {
                tries += 1
                attempt = try await walk.kill(at: point, afterTries: tries)
            }
            #expect(attempt.proposed || attempt.call != nil, "at \(point)")
            if let call = attempt.call { killed[call, default: 0] += 1 }
        }
        // A call more or less may lie between the propositions of two heights.
        #expect(killed.values.reduce(0, +) >= points.count - 2, "\(killed) of \(points.count)")
        try await walk.expectWhole()
        print("proposer: \(calls.count) calls, killed at \(points.count) points, in \(killed)")
    }

    /// Each point is two starts of a node: where not all are wanted, half as many as of a command's.
    private static let stride = CrashLibrary.stride == 1 ? 1 : 2 * CrashLibrary.stride
}

/// Four departments, of which three are a quorum, and a client that asks through one that is not killed.
private final class ProposerWalk {
    private static let departments = ["site1", "site2", "site3", "site4"]
    static let mostTries = 12

    private let cluster: RunningCluster
    private let library: CrashLibrary
    private let arm: String
    private let died: String
    private var acknowledged: [String] = []

    init() async throws {
        let consortium = try await TestConsortium.at(.published, departments: 4).copy().consortium
        cluster = try await RunningCluster(consortium, departments: Self.departments, members: 1)
        library = try await CrashLibrary.shared()
        (arm, died) = (consortium.folder.path("arm"), consortium.folder.path("died"))
        // After a quiet time the first height is one that nobody asked for.
        try await request(through: "site1")
    }

    /// The calls of a proposer from the arrival of a transaction until all that its height brings is done.
    func calls() async throws -> [String] {
        let report = cluster.consortium.folder.path("calls")
        var proposed = false
        for tries in 1...Self.mostTries where !proposed {
            let (proposer, other, height) = try await startProposer(
                ["LD_PRELOAD": library.file, "CRASHPOINT_REPORT": report], tries: tries)
            try Data().write(to: URL(filePath: arm))
            try await request(through: other)
            _ = try await cluster.commonCheckpoint(height: height)
            try FileManager.default.removeItem(atPath: arm)
            let node = try #require(cluster.nodes[proposer])
            proposed = try node.log.contains("height \(height) proposed")
            try await node.stop().expectStatus(0)
            try await cluster.start(proposer)
        }
        try #require(proposed, "in each of \(Self.mostTries) heights another stood in")
        return try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n").dropFirst().map(String.init)
    }

    /// - Returns: Whether it was the one that proposed; and the call in which it died, `nil` if its height was over before
    ///   it came to that one.
    func kill(at point: CrashPoint, afterTries tries: Int = 1) async throws -> (proposed: Bool, call: String?) {
        let (proposer, other, height) = try await startProposer(
            library.environment(killAt: point.number, torn: point.isTorn).merging(["CRASHPOINT_DIED": died]) { $1 },
            tries: tries)
        try Data().write(to: URL(filePath: arm))
        try await request(through: other)
        try await expectFinal(height, at: other)
        let node = try #require(cluster.nodes[proposer])
        let proposed = try node.log.contains("height \(height) proposed")
        // The last calls are those after its height is final at the others.
        let limit = ContinuousClock.now.advanced(by: .seconds(2))
        while !FileManager.default.fileExists(atPath: died), ContinuousClock.now < limit {
            try await Task.sleep(for: .milliseconds(5))
        }
        try FileManager.default.removeItem(atPath: arm)
        var call: String?
        if FileManager.default.fileExists(atPath: died) {
            #expect(try await node.ended(within: .seconds(30)).wasKilled)
            call = try String(contentsOfFile: died, encoding: .utf8)
            try FileManager.default.removeItem(atPath: died)
        } else {
            try await node.kill()
        }
        // By itself, from whatever it left.
        try await cluster.start(proposer)
        _ = try await cluster.commonCheckpoint(height: height)
        return (proposed, call)
    }

    /// Starts the department anew whose turn the next height is, and waits until it takes part.
    private func startProposer(
        _ environment: [String: String], tries: Int
    ) async throws -> (
        proposer: String, other: String, height: Int
    ) {
        let height = try await cluster.height() + 1
        let place = height % Self.departments.count
        let (proposer, other) = (Self.departments[place], Self.departments[(place + 1) % Self.departments.count])
        try await cluster.kill(proposer)
        try await cluster.start(proposer, more: environment.merging(["CRASHPOINT_ARM": arm]) { $1 })
        let node = try cluster.address(of: proposer)
        var patience = Patience(seconds: 60)
        while patience.allowsAnotherLook() {
            let status = try CanonicalJSON.parse(try await Download.get(node + "/v1/status").body)
            let isReady = try await Download.get(node + "/ready").status == 200
            if isReady, status["unanswered"] == [], status["height"]?.integerValue == Int64(height - 1) { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        // It has asked the others about itself, whereupon they look up its new address, a quarter of a second later at the
        // latest: before that they cannot pass a transaction on to it.
        try await Task.sleep(for: .milliseconds(500) * min(tries, 6))
        return (proposer, other, height)
    }

    private func request(through department: String) async throws {
        acknowledged.append(try await cluster.request(through: department))
    }

    private func expectFinal(_ height: Int, at department: String) async throws {
        #expect(try await cluster.height(of: department) >= height)
    }

    /// Each acknowledged transaction stands once, in order, in a ledger that all have.
    func expectWhole() async throws {
        _ = try await cluster.commonCheckpoint(height: try await cluster.height())
        for department in Self.departments {
            try await cluster.run("ledger", "fsck", through: department).expectStatus(0)
        }
        let log = try await cluster.run("ledger", "log", "--json", through: "site4").document()["transactions"]
        let recorded = (log?.arrayValue ?? []).map(LoggedTransaction.init).filter { $0.kind == "token.request" }
        #expect(recorded.map(\.id) == acknowledged)
    }
}
