package import BlobStore
import Foundation
import Multiprecision
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
        try BoundPlan(plan, datasets: plan.content.datasets.map { try SealedDataset(naming: $0, from: store) })
    }

    /// What the guard says, without computing anything: `--dry-run`.
    package func assess(_ plan: Plan, history: [PastOpening]) throws -> GuardReport {
        try judge(try bind(plan), history: history, summingUnder: nil).report
    }

    /// Reads all that is public, asks the guard, and finds whatever else is wrong with the plan.
    ///
    /// - Parameters:
    ///   - key: The pool's; every dataset must be sealed under it.
    ///   - history: Everything opened before, in the order of opening. It decides whether the plan may run, and never
    ///     what comes out.
    /// - Throws: The errors of the file system, and ``QueryPlanError``.
    package func prepare(_ plan: Plan, key: PublicKey, history: [PastOpening]) throws -> ExecutablePlan {
        let bound = try bind(plan)
        for dataset in bound.datasets where dataset.manifest.keyFingerprint != key.fingerprint {
            throw QueryPlanError.result(.poolKeyMismatch(dataset: dataset.manifest.name.text))
        }
        return try ExecutablePlan(try judge(bound, history: history, summingUnder: key), key: key)
    }

    /// Computes the groups that the guard allows.
    ///
    /// - Throws: ``QueryPlanError/guarded(_:)`` if the guard refuses the query whole, ``QueryPlanError/dataset(_:)`` for
    ///   ciphertexts that cannot be computed on.
    package func run(_ plan: ExecutablePlan) throws -> ComputedResult {
        guard plan.report.allows else { throw QueryPlanError.guarded(plan.report) }
        return try ResultAssembly(prepared: plan.prepared, sums: plan.sums, key: plan.key).result(of: add(plan))
    }

    /// Prepares and computes, as ``prepare(_:key:history:)`` and ``run(_:)``.
    package func run(_ plan: Plan, key: PublicKey, history: [PastOpening]) throws -> ComputedResult {
        try run(prepare(plan, key: key, history: history))
    }

    private func judge(_ bound: BoundPlan, history: [PastOpening], summingUnder key: PublicKey?) throws -> PreparedPlan
    {
        var done = 0
        let total = bound.datasets.reduce(0) { $0 + $1.manifest.rows }
        return try PreparedPlan(
            bound, history: history, minimumSubjects: minimumSubjects, summingUnder: key, store: store,
            workers: workers
        ) { rows in
            done += rows
            progress(.reading, done, max(done, total))
        }
    }

    /// Accumulators kept by all threads together; each takes some 15 kilobytes.
    private static let mostAccumulators = 20_000

    private func add(_ plan: ExecutablePlan) throws -> ShardSums {
        let (sums, key) = (plan.sums, plan.key)
        var total = ShardSums(sums)
        let cells = sums.reduce(0) { $0 + $1.cells.count }
        guard cells > 0 else { return total }
        let places = plan.shards
        let threads = max(1, min(workers, places.count, Self.mostAccumulators / cells))
        let rows = plan.prepared.plan.datasets.reduce(0) { $0 + $1.manifest.rows }
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
        do throws(PaillierError) {
            try total.checkCoprime()
        } catch {
            try findCulprit(among: places, packs: Set(sums.map(\.sum.pack)), key: key)
            throw error
        }
        return total
    }

    /// Says which row made a sum share a factor with n: looked for only once it is known that there is one.
    private func findCulprit(among places: [ShardPlace], packs: Set<PackName>, key: PublicKey) throws {
        for place in places {
            try place.dataset.naming {
                _ = try UnverifiedShard(place.index, of: place.dataset, in: store).verified(under: key, packs: packs)
            }
        }
    }
}
