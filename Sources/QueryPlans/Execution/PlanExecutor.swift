package import BlobStore
import Foundation
package import Paillier
import SealedTables
import SharingModel
import Synchronization

/// Runs plans over ciphertext.
///
/// The requester, the key holder who recomputes, a department that endorses, and a verifier with the shards all use
/// it, and get the same bytes whatever the order or the number of threads.
package struct PlanExecutor: Sendable {
    package enum Stage: String, Sendable {
        /// Public columns are loaded.
        case reading
        /// Ciphertexts are checked and multiplied.
        case adding
    }

    /// Rows done of all rows of a stage. Called from several threads, seldom more than once a shard.
    package typealias Progress = @Sendable (_ stage: Stage, _ rows: Int, _ total: Int) -> Void

    private let store: any BlobStore
    private let minimumSubjects: Int
    private let workers: Int
    private let progress: Progress

    /// - Parameters:
    ///   - store: Has the manifests and shards of all plans, those of the history included.
    ///   - minimumSubjects: The policy's k.
    ///   - workers: Threads; as many as cores where it is `nil`.
    package init(
        store: any BlobStore, minimumSubjects: Int, workers: Int? = nil, progress: @escaping Progress = { _, _, _ in }
    ) {
        self.store = store
        self.minimumSubjects = minimumSubjects
        self.workers = max(1, workers ?? ProcessInfo.processInfo.activeProcessorCount)
        self.progress = progress
    }

    /// Loads the datasets that a plan names and binds it to them.
    package func bind(_ plan: Plan) throws -> BoundPlan {
        try BoundPlan(plan, datasets: plan.content.datasets.map { try SealedDataset(loading: $0, from: store) })
    }

    /// What the guard says, without computing anything: `--dry-run`.
    package func assess(_ plan: Plan, history: [PastOpening]) throws -> GuardReport {
        try prepare(try bind(plan), history: history).report
    }

    /// Computes the groups that the guard allows.
    ///
    /// - Parameters:
    ///   - key: The pool's; every dataset must be sealed under it.
    ///   - history: Everything opened before, in the order of opening. It decides whether the plan may run, and never
    ///     what comes out.
    /// - Throws: ``QueryPlanError/guarded(_:)`` if the guard refuses the query whole; the errors of the store, of the
    ///   shards, and ``QueryPlanError``.
    package func run(_ plan: Plan, key: PublicKey, history: [PastOpening]) throws -> ComputedResult {
        let bound = try bind(plan)
        for dataset in bound.datasets where dataset.manifest.keyFingerprint != key.fingerprint {
            throw QueryPlanError.result(.poolKeyMismatch(dataset: dataset.manifest.name.text))
        }
        let prepared = try prepare(bound, history: history)
        guard prepared.report.allows else { throw QueryPlanError.guarded(prepared.report) }
        let sums = try bound.sums.map { try SumCells($0, of: prepared) }
        let products = try add(sums, of: prepared, key: key)
        return try ResultAssembly(prepared: prepared, sums: sums, key: key).result(of: products)
    }

    private func prepare(_ bound: BoundPlan, history: [PastOpening]) throws -> PreparedPlan {
        var done = 0
        let total = bound.datasets.reduce(0) { $0 + $1.manifest.rows }
        return try PreparedPlan(
            bound, history: history, minimumSubjects: minimumSubjects, store: store, workers: workers
        ) { rows in
            done += rows
            progress(.reading, done, max(done, total))
        }
    }

    /// Accumulators kept by all threads together; each takes a few kilobytes.
    private static let mostAccumulators = 100_000

    private func add(_ sums: [SumCells], of prepared: PreparedPlan, key: PublicKey) throws -> ShardSums {
        var total = ShardSums(sums)
        let cells = sums.reduce(0) { $0 + $1.cells.count }
        guard cells > 0 else { return total }
        let places = prepared.shardPlaces
        let threads = max(1, min(workers, places.count, Self.mostAccumulators / cells))
        let rows = prepared.plan.datasets.reduce(0) { $0 + $1.manifest.rows }
        let done = Mutex(0)
        let next = Atomic<Int>(0)
        let (store, progress) = (store, progress)
        // Each thread takes the next shard that nobody has taken, and multiplies into products of its own.
        let parts = try concurrentMap(threads, workers: threads) { _ in
            let mine = AnyIterator<ShardPlace> {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                return index < places.count ? places[index] : nil
            }
            return try ShardSums(adding: mine, to: sums, key: key, store: store) { count in
                let sofar = done.withLock { done in
                    done += count
                    return done
                }
                progress(.adding, sofar, rows)
            }
        }
        for part in parts { try total.merge(part) }
        return total
    }
}

extension PreparedPlan {
    /// Every shard of the plan's own datasets.
    var shardPlaces: [ShardPlace] {
        let named = Set(plan.datasets.map(\.cid))
        var places = [ShardPlace]()
        for extent in extents where named.contains(extent.dataset.cid) {
            var row = extent.rows.lowerBound
            for (index, shard) in extent.dataset.shards.enumerated() {
                places.append(ShardPlace(dataset: extent.dataset, index: index, firstRow: row))
                row += shard.rows
            }
        }
        return places
    }
}
