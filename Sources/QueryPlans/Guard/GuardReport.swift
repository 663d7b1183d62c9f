/// What the guard says about a query, group by group.
package struct GuardReport: Hashable, Sendable {
    /// What there is too little of.
    package enum SmallSet: Hashable, Sendable {
        /// The rows of the group.
        case rows
        /// The rows in which the column is present.
        case column(String)
        /// The rows in which the column is present and has one weight.
        case weight(column: String, Int64)
    }

    package enum Verdict: Hashable, Sendable {
        case released
        case tooFewSubjects(SmallSet)
    }

    package struct Group: Hashable, Sendable {
        package let key: GroupKey
        package let rows: Int
        /// Distinct subjects of its rows: the most under one pseudonym key.
        package let subjects: Int
        package let verdict: Verdict
    }

    /// A part of too few subjects that would follow by adding and subtracting what was opened before.
    package struct Subtraction: Hashable, Sendable {
        /// The columns whose sums would follow, sorted.
        package let columns: [String]
        /// Groups of the query that the subtraction would use.
        package let groups: [GroupKey]
        /// ``Release/origin`` of the earlier releases that it would use.
        package let origins: [String]
    }

    package let minimumSubjects: Int
    /// In the order of their values.
    package let groups: [Group]
    /// Not empty: the query is refused whole.
    package let subtractions: [Subtraction]

    package var released: [Group] { groups.filter { $0.verdict == .released } }
    package var refused: [Group] { groups.filter { $0.verdict != .released } }

    /// Whether a result may be computed, of the groups that are released.
    package var allows: Bool { subtractions.isEmpty && groups.contains { $0.verdict == .released } }

    /// The reason that scripts read for a refused group.
    package var reason: String { "fewer than \(minimumSubjects) subjects" }
}

extension GuardReport.Subtraction: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        if left.groups != right.groups { return left.groups.lexicographicallyPrecedes(right.groups) }
        if left.columns != right.columns { return left.columns.lexicographicallyPrecedes(right.columns) }
        return left.origins.lexicographicallyPrecedes(right.origins)
    }
}
