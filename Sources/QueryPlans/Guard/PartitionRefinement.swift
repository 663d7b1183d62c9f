/// The common refinement of released sets, made finer release by release.
///
/// Part 0 is what no release covers. Covered rows get new parts, the rest of a part keeps its number: so a release
/// costs as much as the rows that it covers, and the parts form a tree that says how each came about.
struct PartitionRefinement {
    struct Part {
        let parent: UInt32
        /// Which release made it, as given to ``refine(by:of:number:within:)``.
        let release: Int
        let group: UInt32
        let weight: Int64
    }

    static let unreleased: UInt32 = 0

    private(set) var partOfRow: [UInt32]
    private(set) var parts: [Part]

    init(rowCount: Int) {
        partOfRow = Array(repeating: Self.unreleased, count: rowCount)
        parts = [Part(parent: 0, release: -1, group: RowGrouping.none, weight: 0)]
    }

    private struct Cell: Hashable {
        let part: UInt32
        let group: UInt32
        let weight: Int64
    }

    /// Splits every part by the sets that `measure` of `release` opens.
    /// - Parameter present: The rows that count; all, where it is `nil`.
    mutating func refine(by measure: Release.Measure, of release: Release, number: Int, within present: RowSet?) {
        var numbers = [Cell: UInt32]()
        var last: (cell: Cell, part: UInt32)?
        let groupOfRow = release.grouping.groupOfRow
        for row in partOfRow.indices {
            let group = groupOfRow[row]
            guard group != RowGrouping.none, release.isReleased[Int(group)], present?[row] ?? true else { continue }
            let weight: Int64
            switch measure {
            case .plain: weight = 1
            case .weighted(let index): weight = release.grouping.weights[index][row]
            }
            guard weight != 0 else { continue }
            let cell = Cell(part: partOfRow[row], group: group, weight: weight)
            if let last, last.cell == cell {
                partOfRow[row] = last.part
                continue
            }
            let part = numbers[cell] ?? add(cell, release: number)
            numbers[cell] = part
            last = (cell, part)
            partOfRow[row] = part
        }
    }

    private mutating func add(_ cell: Cell, release: Int) -> UInt32 {
        parts.append(Part(parent: cell.part, release: release, group: cell.group, weight: cell.weight))
        return UInt32(parts.count - 1)
    }
}
