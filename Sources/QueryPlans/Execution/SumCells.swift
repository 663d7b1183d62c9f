import Multiprecision
import SealedTables

/// Where each row goes in one ``PlanSum``: rows of one group and one weight are multiplied together first, so that a
/// weight costs one exponentiation for all of them.
struct SumCells {
    struct Cell: Hashable {
        /// Of ``RowGrouping/groups``.
        let group: UInt32
        /// Magnitude; 1 where the sum has no weights.
        let weight: UInt64
    }

    /// Sums of a plan that may be under way at once.
    static let most = 40_000

    let sum: PlanSum
    let cells: [Cell]
    /// For each row its cell, or ``RowGrouping/none``.
    let cellOfRow: [UInt32]
    /// For each group, Σ weight over the rows in which each column of the pack is present, in the columns' order.
    let weightSums: [[BigInteger]]

    init(_ sum: PlanSum, of prepared: PreparedPlan) throws(QueryPlanError) {
        let grouping = prepared.grouping
        let isReleased = prepared.report.groups.map { $0.verdict == .released }
        let presence = prepared.plan.columns(of: sum.pack).map { prepared.presence[$0] ?? RowSet() }
        var tally = WeightTally(groups: grouping.groups.count, columns: presence.count)
        var numbers = [Cell: UInt32]()
        var cells = [Cell]()
        var cellOfRow = Array(repeating: RowGrouping.none, count: grouping.groupOfRow.count)
        for row in cellOfRow.indices {
            let group = grouping.groupOfRow[row]
            guard group != RowGrouping.none, isReleased[Int(group)] else { continue }
            let weight = sum.magnitude(of: sum.weight.map { grouping.weights[$0.index][row] })
            guard weight != 0 else { continue }
            let cell = Cell(group: group, weight: weight)
            if let known = numbers[cell] {
                cellOfRow[row] = known
            } else {
                guard cells.count < Self.most else { throw .result(.tooManyCells(limit: Self.most)) }
                cellOfRow[row] = UInt32(cells.count)
                numbers[cell] = UInt32(cells.count)
                cells.append(cell)
            }
            tally.add(weight, to: Int(group)) { presence[$0][row] }
        }
        let bits = prepared.plan.manifest.weightCapacityBits
        if let group = tally.totals.firstIndex(where: { $0 > UInt128(1) << UInt128(bits) }) {
            throw .evaluation(
                .capacity(
                    group: grouping.groups[group].description, needed: String(tally.totals[group]), bits: bits))
        }
        self.sum = sum
        self.cells = cells
        self.cellOfRow = cellOfRow
        weightSums = tally.sums.map { $0.map(BigInteger.init) }
    }
}

extension PlanSum {
    /// What a row is multiplied in by: 0 if the sum passes it over.
    fileprivate func magnitude(of rowWeight: Int64?) -> UInt64 {
        guard let weight, let rowWeight else { return 1 }
        return (rowWeight < 0) == weight.isNegative ? rowWeight.magnitude : 0
    }
}

/// Sums of weights; 128 bits hold 2^31 weights of 64 bits.
private struct WeightTally {
    /// Of all rows of each group, whatever is present.
    private(set) var totals: [UInt128]
    private(set) var sums: [[UInt128]]

    init(groups: Int, columns: Int) {
        totals = Array(repeating: 0, count: groups)
        sums = Array(repeating: Array(repeating: 0, count: columns), count: groups)
    }

    mutating func add(_ weight: UInt64, to group: Int, isPresent: (Int) -> Bool) {
        totals[group] += UInt128(weight)
        for column in sums[group].indices where isPresent(column) { sums[group][column] += UInt128(weight) }
    }
}

extension BigInteger {
    fileprivate init(_ value: UInt128) {
        self = BigInteger(UInt64(truncatingIfNeeded: value >> 64)) << 64 + BigInteger(UInt64(truncatingIfNeeded: value))
    }
}
