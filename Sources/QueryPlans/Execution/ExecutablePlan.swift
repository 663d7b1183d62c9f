import Paillier
import SealedTables

/// A plan that the guard has judged and that only has to be computed: its public columns are read, its shards hashed, its
/// ciphertexts compared with n².
///
/// What can be wrong with a plan is found before this value exists, so that nobody takes a use of a token for a plan
/// that cannot run. The shards of a `FileBlobStore` stay mapped; what is computed is what was hashed for as long as
/// nobody writes into the store's files in place.
package struct ExecutablePlan {
    let prepared: PreparedPlan
    let key: PublicKey
    /// Empty where the guard refuses the plan.
    let sums: [SumCells]

    package var plan: Plan { prepared.plan.plan }
    /// What the guard says.
    package var report: GuardReport { prepared.report }

    /// - Throws: ``QueryPlanError/evaluation(_:)``, ``QueryPlanError/result(_:)`` where the sums are too many or too
    ///   large.
    init(_ prepared: PreparedPlan, key: PublicKey) throws(QueryPlanError) {
        self.prepared = prepared
        self.key = key
        var sums = [SumCells]()
        if prepared.report.allows {
            for sum in prepared.plan.sums { sums.append(try SumCells(sum, of: prepared)) }
        }
        self.sums = sums
    }

    /// Every shard of the plan's own datasets.
    var shards: [ShardPlace] {
        let named = Set(plan.content.datasets)
        var places = [ShardPlace]()
        for extent in prepared.extents where named.contains(extent.dataset.cid) {
            var row = extent.rows.lowerBound
            for (index, shard) in extent.dataset.shards.enumerated() {
                places.append(
                    ShardPlace(
                        dataset: extent.dataset, index: index, firstRow: row,
                        kept: index < extent.kept.count ? extent.kept[index] : nil))
                row += shard.rows
            }
        }
        return places
    }
}
