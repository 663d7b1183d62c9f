/// Decides from public data alone what a query may open: no sum over fewer than k persons, and none that follows from
/// all sums together.
///
/// **What is known.** A release makes known, for a group and a column, the sum over the rows of the group in which the
/// column is present. All columns of a pack are known as soon as one is, because they lie in one plaintext.
///
/// **Parts.** Take all sets of rows ever released for a column and split the rows so finely that each set is a union
/// of parts: two rows are in one part if the same sets hold them (the common refinement). Whatever can be derived from
/// the sums by adding, subtracting and scaling has one coefficient for each row, and the coefficient is the same for
/// all rows of a part. So a derived quantity that concerns fewer than k persons needs a part of fewer than k persons.
/// If no part is that small, nothing of that kind can be derived: sufficient, simple, decidable. It is not necessary:
/// some refused queries would have done no harm.
///
/// **Weights.** Of a weighted sum one number is known; the guard takes the sums for every single weight as known. A
/// weight that picks out one person is then a set of one person.
///
/// **Persons.** Pseudonyms under two keys cannot be compared: a part that has 3 subjects under one key and 4 under
/// another may be 4 persons or 7. It counts as 4, the most under one key.
///
/// **Dropping.** A group that is too small by itself is dropped, its ciphertext never formed. Which groups those are
/// follows from the plan and the data alone, so everybody computes the same result. Earlier releases decide only
/// whether the query as it then stands may be opened: if it would give away a small part it is refused whole.
///
/// Rows in no release are no part until one covers them. A part that was already small and that the query neither
/// covers nor splits is history's matter, not the query's. Counts open no ciphertext, but a group whose rows, or
/// whose present values of a counted column, are of fewer than k persons is dropped too, so that one rule holds for
/// all; they leave no trace in the history.
package struct DisclosureGuard: Sendable {
    package let minimumSubjects: Int
    private let rows: SubjectRows

    /// - Parameters:
    ///   - minimumSubjects: k of the policy, at least 1.
    ///   - rows: All rows of the query's datasets and of those that earlier releases combined with them.
    package init(minimumSubjects: Int, rows: SubjectRows) {
        precondition(minimumSubjects >= 1)
        self.minimumSubjects = minimumSubjects
        self.rows = rows
    }

    /// Judges `query` after `history`, which is in the order of opening.
    ///
    /// - Returns: The verdict on each group, and what earlier releases would give away together with the groups that
    ///   are left.
    /// - Complexity: For each distinct column of the query, the rows times the releases that cover them, and one sort
    ///   of the rows.
    package func assess(_ query: Release, after history: [Release]) -> GuardReport {
        let (groups, isReleased) = judgeGroups(of: query)
        let remaining = query.releasing(isReleased)
        var found = [SubtractionKey: Set<String>]()
        for columns in classes(of: query, history: history) {
            for key in subtractions(by: remaining, after: history, column: columns[0]) {
                found[key, default: []].formUnion(columns)
            }
        }
        let subtractions = found.map { key, columns in
            GuardReport.Subtraction(
                columns: columns.sorted(), groups: key.groups.map { query.grouping.groups[Int($0)] },
                origins: key.releases.map { history[$0].origin })
        }
        return GuardReport(
            minimumSubjects: minimumSubjects, groups: groups, subtractions: subtractions.sorted())
    }

    private func isTooSmall(_ size: SubjectRows.Size) -> Bool { size.rows > 0 && size.subjects < minimumSubjects }

    /// Columns that are present in the same rows and summed in the same way by all releases have the same parts.
    private func classes(of query: Release, history: [Release]) -> [[String]] {
        struct Kind: Hashable {
            let present: RowSet?
            let measures: [Set<Release.Measure>]
        }
        var classes = [Kind: [String]]()
        for column in query.measures.keys.sorted() {
            let measures = (history + [query]).map { $0.measures[column] ?? [] }
            classes[Kind(present: rows.presence[column], measures: measures), default: []].append(column)
        }
        return classes.values.sorted { $0[0] < $1[0] }
    }
}

// The first rule: each group by itself.
extension DisclosureGuard {
    private func judgeGroups(of query: Release) -> ([GuardReport.Group], [Bool]) {
        let count = query.grouping.groups.count
        var verdicts = Array(repeating: GuardReport.Verdict.released, count: count)
        func refuse(_ group: UInt32, _ small: GuardReport.SmallSet) {
            if verdicts[Int(group)] == .released { verdicts[Int(group)] = .tooFewSubjects(small) }
        }
        let sizes = rows.sizes(ofParts: query.grouping.groupOfRow, count: count, ignoring: RowGrouping.none)
        for (group, size) in sizes.enumerated() where isTooSmall(size) { refuse(UInt32(group), .rows) }
        for column in Set(query.measures.keys).union(query.counted).sorted() {
            var measures = query.measures[column] ?? []
            if query.counted.contains(column) { measures.insert(.plain) }
            for (part, isWeighted) in smallParts(of: query, column: column, measures: measures) {
                refuse(part.group, isWeighted ? .weight(column: column, part.weight) : .column(column))
            }
        }
        let groups = query.grouping.groups.indices.map { index in
            GuardReport.Group(
                key: query.grouping.groups[index], rows: sizes[index].rows, subjects: sizes[index].subjects,
                verdict: verdicts[index])
        }
        return (groups, verdicts.map { $0 == .released })
    }

    /// Parts that the query makes of a column without any history, as far as they are too small.
    private func smallParts(
        of query: Release, column: String, measures: Set<Release.Measure>
    ) -> [(PartitionRefinement.Part, isWeighted: Bool)] {
        var refinement = PartitionRefinement(rowCount: rows.rowCount)
        var firstWeighted = Int.max
        for measure in measures.sorted() {
            if measure != .plain, firstWeighted == .max { firstWeighted = refinement.parts.count }
            refinement.refine(by: measure, of: query, number: 0, within: rows.presence[column])
        }
        let sizes = rows.sizes(
            ofParts: refinement.partOfRow, count: refinement.parts.count, ignoring: PartitionRefinement.unreleased)
        return sizes.indices.filter { isTooSmall(sizes[$0]) }.map { (refinement.parts[$0], $0 >= firstWeighted) }
    }
}

// The second rule: everything that was opened, taken together.
extension DisclosureGuard {
    private struct SubtractionKey: Hashable {
        let groups: [UInt32]
        let releases: [Int]
    }

    private func subtractions(by query: Release, after history: [Release], column: String) -> Set<SubtractionKey> {
        var refinement = PartitionRefinement(rowCount: rows.rowCount)
        let present = rows.presence[column]
        for (number, release) in history.enumerated() {
            for measure in (release.measures[column] ?? []).sorted() {
                refinement.refine(by: measure, of: release, number: number, within: present)
            }
        }
        let firstNew = refinement.parts.count
        for measure in (query.measures[column] ?? []).sorted() {
            refinement.refine(by: measure, of: query, number: history.count, within: present)
        }
        let sizes = rows.sizes(
            ofParts: refinement.partOfRow, count: refinement.parts.count, ignoring: PartitionRefinement.unreleased)
        let small = sizes.indices.filter { isTooSmall(sizes[$0]) }
        guard !small.isEmpty else { return [] }
        let origins = SplitOrigins(parts: refinement.parts, firstNew: firstNew)
        return Set(
            small.compactMap { origins.subtraction(leaving: $0) }.map { SubtractionKey(groups: $0, releases: $1) })
    }

    /// Which groups of the query, and which earlier releases, make a part what it is.
    private struct SplitOrigins {
        let parts: [PartitionRefinement.Part]
        let firstNew: Int
        private var groupsSplitting = [Int: Set<UInt32>]()
        private var releasesWithin = [UInt32: Set<Int>]()

        init(parts: [PartitionRefinement.Part], firstNew: Int) {
            self.parts = parts
            self.firstNew = firstNew
            for part in parts[firstNew...] {
                let old = oldPart(of: Int(part.parent))
                groupsSplitting[old, default: []].insert(part.group)
                releasesWithin[part.group, default: []].formUnion(releases(of: old))
            }
        }

        /// The part of history that `part` lies in.
        private func oldPart(of part: Int) -> Int {
            var part = part
            while part >= firstNew { part = Int(parts[part].parent) }
            return part
        }

        private func releases(of oldPart: Int) -> Set<Int> {
            var releases = Set<Int>()
            var part = oldPart
            while part != 0 {
                releases.insert(parts[part].release)
                part = Int(parts[part].parent)
            }
            return releases
        }

        /// - Returns: `nil` for a part that the query leaves as it was.
        func subtraction(leaving part: Int) -> (groups: [UInt32], releases: [Int])? {
            if part < firstNew {
                guard let groups = groupsSplitting[part] else { return nil }
                return (groups.sorted(), releases(of: part).sorted())
            }
            let group = parts[part].group
            let own = releases(of: oldPart(of: part))
            return ([group], (own.isEmpty ? releasesWithin[group] ?? [] : own).sorted())
        }
    }
}
