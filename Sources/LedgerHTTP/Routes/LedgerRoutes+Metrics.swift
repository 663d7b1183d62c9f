import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import NIOCore
import NIOFoundationCompat
import SharingModel

extension LedgerRoutes {
    func addMetrics(to router: Router<LedgerRequestContext>) {
        router.get("/metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: try metrics())))
        }
    }

    private func metrics() throws -> String {
        // A cluster's ledger has final blocks only; one operator's has others too, until they are cosigned.
        let head = node == nil ? try ledger.cosignedBlock(.final)?.block : try ledger.head()
        if node == nil, let head { try health.countBlocks(of: ledger, through: head.height) }
        let (counts, queue) = (health.counts, ledger.queue)
        var text = OpenMetrics()
        text.gauge("chancery_ledger_height", "Height of the newest final block.", Double(head?.height ?? -1))
        text.gauge("chancery_ledger_size", "Leaves of the tree up to that block.", Double(head?.size ?? 0))
        text.gauge(
            "chancery_finality_lag_seconds", "Age of the oldest transaction here that is not final; 0 if all are.",
            max(queue.oldest / .seconds(1), try ageOfUnfinished(after: head)), unit: "seconds")
        text.gauge("chancery_queue_depth", "Transactions that wait for a block.", Double(queue.count))
        text.counter("chancery_blocks", "Blocks that became final.", counts.blocks)
        text.counter(
            "chancery_transactions", "Final transactions by kind and outcome.",
            counts.transactions.sorted { $0.key < $1.key }.map { what, count in
                ([("kind", what.kind.rawValue), ("outcome", what.isAccepted ? "accepted" : "refused")], count)
            })
        if node != nil { addCluster(counts, to: &text) }
        return text.finished
    }

    /// What there is only where departments order together.
    private func addCluster(_ counts: NodeHealth.Counts, to text: inout OpenMetrics) {
        text.histogram(
            "chancery_quorum_seconds", "Time from a batch's execution here to a quorum of cosignatures.",
            [([], counts.quorum)])
        text.histogram(
            "chancery_cosigning_seconds", "Time from a batch's execution here to a department's cosignature.",
            counts.cosigning.sorted { $0.key < $1.key }.map { ([("cosigner", $0.key.text)], $0.value) })
        text.counter("chancery_batches_skipped", "Invalid batches.", counts.skipped)
        text.counter("chancery_batches_rewritten", "Writes over batches, and deletions.", counts.rewritten)
        text.counter(
            "chancery_order_differences", "Heights of which something else came from etcd than etcd has.",
            counts.orderDifferences)
        text.counter(
            "chancery_equivocations", "Pairs of cosignatures of two trees of one size.", counts.equivocations)
        text.counter(
            "chancery_other_histories", "Cosignatures of trees that this ledger never had.", counts.otherHistories)
        text.counter(
            "chancery_department_faults", "What departments did that contradicts itself, or that no other takes.",
            counts.faults.map { fault, count in
                ([("department", "\(fault.department)"), ("fault", "\(fault.kind)")], count)
            }.sorted { $0.0.map(\.1).lexicographicallyPrecedes($1.0.map(\.1)) })
    }

    /// Seconds since the time of the first block that is not final; 0 if there is none.
    private func ageOfUnfinished(after final: StoredBlock?) throws -> Double {
        guard node == nil, let first = try ledger.read({ try $0.block(at: (final?.height ?? -1) + 1) }) else {
            return 0
        }
        return max(0, Date().timeIntervalSince1970 - Double(first.record.time.seconds))
    }
}
