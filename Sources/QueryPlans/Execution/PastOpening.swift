import BlobStore
import SealedTables

/// A result that was opened before, as the ledger's history has it.
package struct PastOpening: Sendable {
    /// How a refusal calls it: `result 3f… opened at height 12`.
    package let origin: String
    package let plan: Plan
    /// The groups that were opened.
    package let released: Set<GroupKey>

    package init(origin: String, plan: Plan, released: some Sequence<GroupKey>) {
        self.origin = origin
        self.plan = plan
        self.released = Set(released)
    }
}

/// Earlier openings that the guard has to put together with a query, with all datasets that they concern.
struct RelevantHistory {
    let openings: [(past: PastOpening, plan: BoundPlan)]
    /// Of the query and of the openings, sorted.
    let datasets: [SealedDataset]

    /// Follows datasets from opening to opening: an opening over A and B concerns a query over A alone, since what was
    /// opened of B can be what the difference leaves.
    init(for query: BoundPlan, in history: [PastOpening], store: any BlobStore) throws {
        var concerned = Set(query.plan.content.datasets)
        // Openings of nothing but counts have no part in it.
        let candidates = history.filter { !$0.plan.content.packs.isEmpty }
        var isIncluded = Array(repeating: false, count: candidates.count)
        var isComplete = false
        while !isComplete {
            isComplete = true
            for (index, past) in candidates.enumerated() where !isIncluded[index] {
                guard past.plan.content.datasets.contains(where: concerned.contains) else { continue }
                concerned.formUnion(past.plan.content.datasets)
                isIncluded[index] = true
                isComplete = false
            }
        }
        var loaded = Dictionary(uniqueKeysWithValues: query.datasets.map { ($0.cid, $0) })
        for cid in concerned.sorted() where loaded[cid] == nil {
            loaded[cid] = try SealedDataset(naming: cid, from: store)
        }
        datasets = loaded.values.sorted { $0.cid < $1.cid }
        openings = try candidates.indices.filter { isIncluded[$0] }.map { index in
            let past = candidates[index]
            return (past, try BoundPlan(past.plan, datasets: past.plan.content.datasets.compactMap { loaded[$0] }))
        }
    }
}
