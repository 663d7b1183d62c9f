import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import NIOCore
import NIOFoundationCompat
import SharingModel

extension LedgerRoutes {
    func addHealth(to router: Router<LedgerRequestContext>) {
        router.get("/health") { _, _ in "ok\n" }
        router.get("/ready") { _, _ in
            if let problem = await waitsFor() { throw Problem.notReady(problem) }
            return "ready\n"
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: try await metrics())))
        }
    }

    /// What the node waits for; `nil` if nothing is in its way.
    private func waitsFor() async -> String? {
        guard let node else { return nil }
        if let problem = health.counts.orderProblem { return "the ordering service does not answer: \(problem)" }
        let status = await node.status
        func list(_ names: [PartyName]) -> String { names.map(\.text).joined(separator: ", ") }
        if await node.hasNoJournal {
            return status.unanswered.isEmpty
                ? "the order has not been asked yet where it stands"
                : "this node has no journal of its cosignatures, and begins when enough others have said what they have "
                    + "of it: not yet \(list(status.unanswered))"
        }
        if !status.awaited.isEmpty {
            return "the batch of height \(status.height + 1) has not come from any of "
                + list(status.awaited)
        }
        guard let height = status.candidate, status.cosigned.count < status.needed else { return nil }
        let silence =
            status.unanswered.isEmpty
            ? ""
            : "; this one gives none before others have said what they have of it: not yet "
                + list(status.unanswered)
        return "height \(height) has \(status.cosigned.count) of \(status.needed) cosignatures; "
            + "none yet of \(list(status.missing))\(silence)"
    }

    private func metrics() async throws -> String {
        let counts = health.counts
        let head = try ledger.head()
        var text = OpenMetrics()
        text.gauge("chancery_ledger_height", "Height of the newest final block.", Double(head?.height ?? -1))
        text.gauge("chancery_ledger_size", "Leaves of the ledger's tree.", Double(head?.size ?? 0))
        if let time = head?.record.time {
            text.gauge(
                "chancery_finality_lag_seconds", "Time since the newest final block's time.",
                Date().timeIntervalSince1970 - Double(time.seconds), unit: "seconds")
        }
        text.gauge("chancery_queue_depth", "Transactions that wait for a block.", Double(pool?.count ?? 0))
        text.counter("chancery_blocks", "Blocks that became final here.", [("", Double(counts.blocks))])
        text.counter(
            "chancery_transactions", "Final transactions by kind and outcome.",
            counts.transactions.sorted { $0.key < $1.key }.map { ("{\($0.key)}", Double($0.value)) })
        text.counter("chancery_batches_skipped", "Invalid batches.", [("", Double(counts.skipped))])
        text.counter(
            "chancery_batches_rewritten", "Writes over batches, and deletions.", [("", Double(counts.rewritten))])
        text.counter(
            "chancery_equivocations", "Departments that cosigned two trees of one size.",
            [("", Double(counts.equivocations))])
        text.counter(
            "chancery_other_histories", "Cosignatures of trees that this ledger never had.",
            [("", Double(counts.otherHistories))])
        text.counter(
            "chancery_department_faults", "What departments did that contradicts itself, or that no other takes.",
            counts.faults.map { (#"{department="\#($0.department)",fault="\#($0.kind)"}"#, Double($1)) }
                .sorted { $0.0 < $1.0 })
        text.histogram(
            "chancery_cosigning_seconds", "Time from this department's cosignature to the quorum.",
            zip(NodeHealth.bounds, counts.finalityBuckets).map { ($0, $1) }, sum: counts.finalitySum,
            count: counts.blocks, unit: "seconds")
        return text.finished
    }
}

/// Text of OpenMetrics 1.0.
private struct OpenMetrics {
    private var text = ""

    mutating func gauge(_ name: String, _ help: String, _ value: Double, unit: String? = nil) {
        head(name, "gauge", help, unit)
        text += "\(name) \(value)\n"
    }

    mutating func counter(_ name: String, _ help: String, _ samples: [(labels: String, value: Double)]) {
        head(name, "counter", help, nil)
        for sample in samples { text += "\(name)_total\(sample.labels) \(sample.value)\n" }
    }

    mutating func histogram(
        _ name: String, _ help: String, _ buckets: [(bound: Double, count: Int)], sum: Double, count: Int,
        unit: String
    ) {
        head(name, "histogram", help, unit)
        for bucket in buckets { text += "\(name)_bucket{le=\"\(bucket.bound)\"} \(bucket.count)\n" }
        text += "\(name)_bucket{le=\"+Inf\"} \(count)\n\(name)_sum \(sum)\n\(name)_count \(count)\n"
    }

    private mutating func head(_ name: String, _ type: String, _ help: String, _ unit: String?) {
        text += "# TYPE \(name) \(type)\n"
        if let unit { text += "# UNIT \(name) \(unit)\n" }
        text += "# HELP \(name) \(help)\n"
    }

    var finished: String { text + "# EOF\n" }
}
