import CanonicalJSON
import Contracts
import Foundation
import Gateway
import SharingModel
import SignedEnvelopes
import Testing

/// What nodes that have really worked say of it at `/metrics`, read by other people's parser.
@Suite("Metrics", .serialized, .enabled(if: RunningCluster.isUsable))
struct MetricsTests {
    private static let departments = ["site1", "site2", "site3", "site4"]

    private func cluster() async throws -> RunningCluster {
        let prepared = try await TestConsortium.at(.published, departments: 4).copy()
        return try await RunningCluster(prepared.consortium, departments: Self.departments, members: 1)
    }

    @Test("Nodes count what was submitted, by kind and outcome, and how long each department's cosignature took")
    func counted() async throws {
        guard try ScrapedMetrics.areReadable() else { return }
        let cluster = try await cluster()
        let before = try await cluster.height()
        for department in ["site1", "site2", "site1", "site3", "site1"] {
            try await cluster.request(through: department)
        }
        let refused = try await cluster.run(
            "token", "request", "--pool", "health", "--packs", "other", "--purpose", "a test", "--uses", "1",
            "--until", "9d", "--as", "statistics", through: "site2")
        refused.expectStatus(1)
        let height = try await cluster.height(of: "site2")
        _ = try await cluster.commonCheckpoint(height: height)
        let blocks = Double(height - before)
        for department in Self.departments {
            let metrics = try await ScrapedMetrics(of: cluster.address(of: department))
            metrics.expectDescribed()
            #expect(metrics.transactions("token.request", "accepted") == 5, "\(department)")
            #expect(metrics.transactions("token.request", "refused") == 1, "\(department)")
            let wakes = metrics.transactions("ledger.wake", "accepted")
            #expect(metrics.total("chancery_transactions_total") == 6 + wakes, "\(department)")
            #expect(metrics("chancery_blocks_total") == blocks && metrics("chancery_ledger_height") == Double(height))
            let size = try await cluster.commonCheckpoint(height: height).split(separator: "\n")[1]
            #expect(metrics("chancery_ledger_size") == Double(size))
            #expect(metrics("chancery_queue_depth") == 0 && metrics("chancery_finality_lag_seconds") == 0)
            expectTimes(metrics, blocks: blocks, at: department)
            for fault in ["batches_skipped", "batches_rewritten", "equivocations", "other_histories"] {
                #expect(metrics.samples["chancery_\(fault)_total"] == 0, "\(fault) at \(department)")
            }
        }
    }

    /// A block that was fetched from another node because it came late is in no histogram here.
    private func expectTimes(_ metrics: ScrapedMetrics, blocks: Double, at department: String) {
        let quorums = metrics("chancery_quorum_seconds_count")
        #expect(quorums >= 1 && quorums <= blocks, "\(department)")
        #expect(metrics("chancery_quorum_seconds_sum") > 0 && metrics("chancery_quorum_seconds_sum") < 30 * quorums)
        #expect(metrics("chancery_quorum_seconds_bucket", #"le="+Inf""#) == quorums)
        for cosigner in Self.departments {
            let count = metrics("chancery_cosigning_seconds_count", "cosigner=\"\(cosigner)\"")
            #expect(count >= 1 && count <= blocks, "\(cosigner) at \(department)")
        }
        // Of each block that became final here a quorum of cosignatures came here.
        #expect(metrics.total("chancery_cosigning_seconds_count") >= 3 * quorums, "\(department)")
    }

    @Test("Without a quorum the queue and the finality lag grow; a full queue takes nothing more, and says so")
    func waiting() async throws {
        guard try ScrapedMetrics.areReadable() else { return }
        let cluster = try await cluster()
        for department in ["site3", "site4"] { try await cluster.kill(department) }
        let address = try cluster.address(of: "site1")
        // A node takes from other nodes what its queue has room for, and passes over the rest.
        let frames = try Self.frames(8_300, in: cluster.consortium)
        let began = ContinuousClock.now
        for part in frames {
            #expect(try await Download.get("\(address)/v1/messages", method: "POST", body: part).status == 204)
        }
        let full = try await ScrapedMetrics(of: address)
        #expect(full("chancery_queue_depth") == 8_192)
        let (lag, elapsed) = (full("chancery_finality_lag_seconds"), (ContinuousClock.now - began) / .seconds(1))
        #expect(lag > 0 && lag <= elapsed, "\(lag) of \(elapsed) s")
        let later = try await ScrapedMetrics(of: address)
        #expect(later("chancery_finality_lag_seconds") > lag)
        #expect(later.total("chancery_transactions_total") == 0)

        let run = try await cluster.run(
            "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1",
            "--until", "9d", "--as", "statistics", through: "site1")
        run.expectStatus(3)
        #expect(run.message.contains("8192 transactions wait already"), "\(run.message)")
        let envelope = try Self.envelopes(1, in: cluster.consortium)[0]
        let answer = try await Download.get("\(address)/v1/transactions", method: "POST", body: envelope)
        #expect(answer.status == 503 && answer.headers["content-type"] == "application/problem+json")
        #expect(try CanonicalJSON.parse(answer.body)["title"] == "Queue full")
        // Another node's queue has room; and with a quorum all of it becomes final.
        try await cluster.start("site3")
        try await cluster.request(through: "site2")
    }

    /// Requests by `statistics` in canonical bytes.
    private static func envelopes(_ count: Int, in consortium: TestConsortium) throws -> [Data] {
        let (ledger, key) = (try consortium.identity(), try consortium.signingKey(of: "statistics"))
        var generator = SystemRandomNumberGenerator()
        return try (0..<count).map { number in
            let header = TransactionHeader(
                by: try #require(PartyName.init("statistics")), ledger: ledger, nonce: .random(using: &generator),
                notAfter: Timestamp.now().adding(seconds: 600))
            let payload = TransactionPayload(
                header: header, body: DenyToken(token: .sha256(Data("\(number)".utf8)), reason: "none"))
            return try Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [key])
                .canonicalBytes()
        }
    }

    /// The same as nodes pass transactions on, in bodies that a node takes.
    private static func frames(_ count: Int, in consortium: TestConsortium) throws -> [Data] {
        var parts = [Data()]
        for envelope in try envelopes(count, in: consortium) {
            let length = withUnsafeBytes(of: UInt32(envelope.count).bigEndian) { Data($0) }
            if parts[parts.count - 1].count > 3 << 20 { parts.append(Data()) }
            parts[parts.count - 1].append(Data("T".utf8) + length + envelope)
        }
        return parts
    }
}
