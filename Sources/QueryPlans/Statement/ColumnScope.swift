package import SharingModel

/// The columns that the datasets of one plan have in common, by what may be done with them.
package struct ColumnScope: Hashable, Sendable {
    package enum Protection: Hashable, Sendable {
        case `public`
        case computable(pack: PackName, squares: Bool)
        /// Pseudonyms and sealed columns, by the word that the schema has for them.
        case other(String)
        /// The datasets have it, but not alike; why.
        case disagreeing(String)
    }

    private let columns: [String: Protection]

    package init(_ columns: [String: Protection]) {
        self.columns = columns
    }

    package func protection(of column: String) -> Protection? { columns[column] }

    /// The column that `name` means: exactly, or as SQL does without regard to case where that names only one.
    private func find(_ name: String, at offset: Int) throws(QueryPlanError) -> (name: String, Protection) {
        if let protection = columns[name] { return (name, protection) }
        let alike = columns.filter { $0.key.lowercased() == name.lowercased() }
        if alike.count == 1, let found = alike.first { return (found.key, found.value) }
        throw .statement(.unknownColumn(name, nearest: nearest(to: name)), at: offset)
    }

    /// The public column of that name.
    package func publicColumn(_ name: String, at offset: Int) throws(QueryPlanError) -> String {
        switch try find(name, at: offset) {
        case (let column, .public): return column
        case (let column, .computable):
            throw .statement(.protectedColumn(column, protection: "computable"), at: offset)
        case (let column, .other(let protection)):
            throw .statement(.protectedColumn(column, protection: protection), at: offset)
        case (let column, .disagreeing(let reason)): throw .plan(.incompatibleDatasets(column: column, reason))
        }
    }

    /// The computable column of that name, with its pack.
    package func computableColumn(
        _ name: String, for aggregate: Aggregate, at offset: Int
    ) throws(QueryPlanError) -> (name: String, pack: PackName) {
        switch try find(name, at: offset) {
        case (let column, .public): throw .statement(.publicAggregated(column), at: offset)
        case (let column, .other(let protection)):
            throw .statement(.uncomputableAggregated(column, protection: protection), at: offset)
        case (let column, .disagreeing(let reason)): throw .plan(.incompatibleDatasets(column: column, reason))
        case (let column, .computable(let pack, let squares)):
            guard squares || !aggregate.needsSquares else { throw .statement(.squaresNotPublished(column), at: offset) }
            return (column, pack)
        }
    }

    /// The name that a slip of the keyboard most likely meant, if one is close.
    private func nearest(to name: String) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        let limit = min(max(1, wanted.count / 2), 3)
        let distances = columns.keys.sorted().map { (editDistance(wanted, Array($0.lowercased().unicodeScalars)), $0) }
        guard let best = distances.min(by: { $0.0 < $1.0 }), best.0 <= limit else { return nil }
        return best.1
    }
}

/// Levenshtein's distance: insertions, deletions and replacements that turn one into the other.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    guard left.count <= 64, right.count <= 64 else { return .max }
    var row = Array(0...right.count)
    for (i, scalar) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in right.enumerated() {
            let replaced = diagonal + (scalar == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[right.count]
}
