/// What a plan opens, or has opened: for each column the sets of rows whose sums become known.
package struct Release: Sendable {
    /// A way in which a plan sums a column over its groups.
    package enum Measure: Hashable, Comparable, Sendable {
        /// Every row of a group alike.
        case plain
        /// With the weights of ``RowGrouping/weights`` at this index. Rows of one weight are a set of their own; rows
        /// of weight 0 are in none.
        case weighted(Int)

        package static func < (left: Measure, right: Measure) -> Bool {
            switch (left, right) {
            case (_, .plain): false
            case (.plain, .weighted): true
            case (.weighted(let left), .weighted(let right)): left < right
            }
        }
    }

    /// How a refusal calls it: `result 3f… opened at height 12`.
    package let origin: String
    package let grouping: RowGrouping
    /// For each group of the grouping whether it is, or was, released.
    package let isReleased: [Bool]
    /// By column: how it is summed. All columns of a pack are here as soon as one of them is asked for, because they
    /// are opened together.
    package let measures: [String: Set<Measure>]
    /// Columns whose presence is counted; no ciphertext is opened for that.
    package let counted: Set<String>

    /// - Parameter isReleased: All groups where it is `nil`.
    package init(
        origin: String, grouping: RowGrouping, isReleased: [Bool]? = nil, measures: [String: Set<Measure>],
        counted: Set<String> = []
    ) {
        self.origin = origin
        self.grouping = grouping
        self.isReleased = isReleased ?? Array(repeating: true, count: grouping.groups.count)
        self.measures = measures
        self.counted = counted
    }

    func releasing(_ isReleased: [Bool]) -> Release {
        Release(
            origin: origin, grouping: grouping, isReleased: isReleased, measures: measures, counted: counted)
    }
}
