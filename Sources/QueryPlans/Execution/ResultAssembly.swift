import BlobStore
import Multiprecision
import Paillier

/// Writes products down as a result, group by group.
struct ResultAssembly {
    let prepared: PreparedPlan
    let sums: [SumCells]
    let key: PublicKey

    func result(of products: ShardSums) throws -> ComputedResult {
        let plan = prepared.plan
        let byGroup = try sums.enumerated().map { try products.ciphertexts(of: $1, at: $0) }
        let counts = countPresent()
        var ciphertexts = [Ciphertext]()
        var groups = [ResultContent.Group]()
        for (index, group) in prepared.report.groups.enumerated() where group.verdict == .released {
            let entries = sums.indices.map { sum -> ResultContent.Entry? in
                let weights = sums[sum].weightSums[index]
                // Rows without any value add encryptions of zero: there is nothing to open.
                guard let ciphertext = byGroup[sum][UInt32(index)], weights.contains(where: { !$0.isZero }) else {
                    return nil
                }
                ciphertexts.append(ciphertext)
                return ResultContent.Entry(ciphertext: ciphertexts.count - 1, weights: weights)
            }
            groups.append(
                ResultContent.Group(
                    values: group.key, rows: group.rows, counts: counts.map { $0[index] }, sums: entries))
        }
        let blocks = try ResultContent.blocks(of: ciphertexts, bytes: key.ciphertextByteCount)
        let content = ResultContent(
            version: 1, plan: plan.plan.cid, datasets: plan.plan.content.datasets, key: key.fingerprint,
            minimumSubjects: prepared.report.minimumSubjects, sums: plan.resultSums, counted: plan.counted,
            groups: groups,
            refused: prepared.report.refused.map { .init(values: $0.key, reason: prepared.report.reason) },
            ciphertexts: .init(
                blocks: blocks.map { Link($0.cid) }, bytes: key.ciphertextByteCount, count: ciphertexts.count))
        return ComputedResult(
            content: content, block: try encoded(content), ciphertextBlocks: blocks, ciphertexts: ciphertexts,
            report: prepared.report)
    }

    private func encoded(_ content: ResultContent) throws -> Block {
        do {
            return try DAGJSON.encode(content)
        } catch BlobStoreError.blockTooLarge(_, let limit) {
            throw QueryPlanError.result(.tooManyGroupsForBlock(groups: content.groups.count, bytes: limit))
        }
    }

    /// For each counted column, by group, the rows in which it is present.
    private func countPresent() -> [[Int]] {
        prepared.plan.counted.map { column in
            let present = prepared.presence[column] ?? RowSet()
            var counts = Array(repeating: 0, count: prepared.grouping.groups.count)
            for (row, group) in prepared.grouping.groupOfRow.enumerated()
            where group != RowGrouping.none && present[row] { counts[Int(group)] += 1 }
            return counts
        }
    }
}
