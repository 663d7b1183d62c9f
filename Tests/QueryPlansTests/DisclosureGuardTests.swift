import QueryPlans
import TestSupport
import Testing

/// A release of column x; `nil` groups are none, `weights` make it a weighted sum.
func release(
    _ groups: [Int?], weights: [Int64]? = nil, isReleased: [Bool]? = nil, origin: String = "",
    measures: Set<Release.Measure>? = nil, counted: Set<String> = []
) -> Release {
    let count = (groups.compactMap { $0 }.max() ?? -1) + 1
    let grouping = RowGrouping(
        groups: (0..<count).map { GroupKey([.integer(Int64($0))]) },
        groupOfRow: groups.map { $0.map(UInt32.init) ?? RowGrouping.none }, weights: weights.map { [$0] } ?? [])
    return Release(
        origin: origin, grouping: grouping, isReleased: isReleased,
        measures: ["x": measures ?? (weights == nil ? [.plain] : [.weighted(0)])], counted: counted)
}

/// `count` rows of as many subjects under one key.
func people(_ count: Int, present: [Bool]? = nil) -> TinyTable {
    TinyTable(
        subjects: (0..<count).map { ("a", UInt64($0)) }, present: present ?? Array(repeating: true, count: count))
}

private func assess(_ table: TinyTable, _ query: Release, after history: [Release] = [], k: Int = 3) -> GuardReport {
    DisclosureGuard(minimumSubjects: k, rows: table.subjectRows).assess(query, after: history)
}

private func key(_ value: Int64) -> GroupKey { GroupKey([.integer(value)]) }

@Suite("The disclosure guard")
struct DisclosureGuardTests {
    @Test("drops a group of too few subjects, and releases the others")
    func smallGroup() {
        let report = assess(people(7), release([0, 0, 0, 1, 1, 2, 2].map { $0 == 2 ? 1 : $0 }))
        #expect(report.allows && report.refused.isEmpty)
        let small = assess(people(7), release([0, 0, 0, 1, 1, 0, 0]))
        #expect(small.allows)
        #expect(small.refused.map(\.key) == [key(1)])
        #expect(small.groups[1].verdict == .tooFewSubjects(.rows))
        #expect(small.reason == "fewer than 3 subjects")
    }

    @Test("counts persons, not rows")
    func manyRowsOfOnePerson() {
        var table = people(6)
        table.subjects = [1, 1, 1, 1, 2, 2].map { ("a", $0) }
        #expect(!assess(table, release(Array(repeating: 0, count: 6))).allows)
    }

    @Test("takes the largest count under one pseudonym key, never the sum")
    func differentKeys() {
        var table = people(4)
        table.subjects = [("a", 1), ("a", 2), ("b", 3), ("b", 4)]
        #expect(!assess(table, release([0, 0, 0, 0])).allows)
        table.subjects = [("a", 1), ("a", 2), ("a", 3), ("b", 4)]
        #expect(assess(table, release([0, 0, 0, 0])).allows)
    }

    @Test("refuses a group in which one person's value is present, and lets one pass in which nobody's is")
    func presence() {
        let one = assess(people(6, present: [true, false, false, false, false, false]), release([0, 0, 0, 0, 0, 0]))
        #expect(one.groups[0].verdict == .tooFewSubjects(.column("x")))
        #expect(one.groups[0].explanation(minimumSubjects: 3) == "fewer than 3 subjects have x")
        #expect(assess(people(6, present: Array(repeating: false, count: 6)), release([0, 0, 0, 0, 0, 0])).allows)
    }

    @Test("refuses a weight that singles out one person, whatever its sign, and ignores weight 0")
    func weights() {
        let single = assess(people(8), release(Array(repeating: 0, count: 8), weights: [1, 1, 1, 1, 1, 1, 1, 1000]))
        #expect(single.groups[0].verdict == .tooFewSubjects(.weight(column: "x", 1000)))
        let negative = assess(people(8), release(Array(repeating: 0, count: 8), weights: [1, 1, 1, 1, -1, 1, 1, 1]))
        #expect(negative.groups[0].verdict == .tooFewSubjects(.weight(column: "x", -1)))
        #expect(assess(people(8), release(Array(repeating: 0, count: 8), weights: [0, 1, 1, 1, 2, 2, 2, 0])).allows)
    }

    @Test("sees that a plain sum and a weighted one leave the persons of weight 0")
    func plainAndWeighted() {
        let both: Set<Release.Measure> = [.plain, .weighted(0)]
        let groups = Array(repeating: Optional(0), count: 8)
        #expect(!assess(people(8), release(groups, weights: [0, 1, 1, 1, 1, 1, 1, 1], measures: both)).allows)
        #expect(assess(people(8), release(groups, weights: [0, 0, 0, 1, 1, 1, 1, 1], measures: both)).allows)
    }

    @Test("refuses the total that gives away a refused group by subtraction, and says from what")
    func subtractionAttack() {
        let groups = [0, 0, 0, 1, 1, 1, 2].map(Optional.init)
        let first = assess(people(7), release(groups))
        #expect(first.refused.map(\.key) == [key(2)])
        let opened = release(groups, isReleased: [true, true, false], origin: "result 7 opened at height 12")
        let total = assess(people(7), release(Array(repeating: 0, count: 7)), after: [opened])
        #expect(!total.allows)
        #expect(total.refused.isEmpty, "by itself the total is large enough")
        #expect(total.subtractions.map(\.groups) == [[key(0)]])
        #expect(total.subtractions.map(\.origins) == [["result 7 opened at height 12"]])
        #expect(
            total.subtractions[0].explanation(minimumSubjects: 3).contains("subtraction of group (0) from result 7"))
        // The other way round: first the total, then the groups.
        let late = assess(
            people(7), release(groups), after: [release(Array(repeating: 0, count: 7), origin: "result 8")])
        #expect(!late.allows)
        #expect(late.subtractions.map(\.groups) == [[key(0), key(1)]])
        #expect(late.subtractions.map(\.origins) == [["result 8"]])
    }

    @Test("does not mind the same query again, nor one over other rows")
    func repetition() {
        let groups = [0, 0, 0, 1, 1, 1, nil]
        let opened = release(groups)
        #expect(assess(people(7), release(groups), after: [opened, opened]).allows)
        #expect(
            assess(people(7), release([nil, nil, nil, 0, 0, 0, nil]), after: [release([0, 0, 0, nil, nil, nil, nil])])
                .allows)
    }

    @Test("does not blame a query for a small part that was there before and that it leaves alone")
    func olderParts() {
        let small = release([0, 0, nil, nil, nil, nil, nil, nil])
        #expect(assess(people(8), release([nil, nil, 0, 0, 0, nil, nil, nil]), after: [small]).allows)
        #expect(!assess(people(8), release([0, 0, 0, 0, 0, nil, nil, nil]), after: [small]).allows)
    }

    @Test("adds up three releases that are harmless two by two")
    func threeReleases() {
        // {0…5}, {0,1,2} and {3,4,5,6}: the first two leave {3,4,5}, which the third completes to person 6.
        let total = release([0, 0, 0, 0, 0, 0, nil])
        let left = release([0, 0, 0, nil, nil, nil, nil])
        let right = release([nil, nil, nil, 0, 0, 0, 0])
        #expect(assess(people(7), left, after: [total]).allows)
        #expect(assess(people(7), right, after: [left]).allows)
        #expect(!assess(people(7), right, after: [total, left]).allows)
    }

    @Test("holds counts to the same size, though they leave no trace")
    func counts() {
        let table = people(6, present: [true, true, false, false, false, false])
        let counting = release(Array(repeating: 0, count: 6), measures: [], counted: ["x"])
        #expect(!assess(table, counting).allows)
        #expect(assess(table, release(Array(repeating: 0, count: 6), measures: [])).allows)
    }

    @Test("takes rows of nobody for no subject")
    func nobody() {
        var rows = SubjectRows(columns: ["x"])
        rows.append(rows: 6, domain: "a") {
            $0 < 2 ? .init(high: 0, low: UInt64($0)) : nil
        } present: { _ in
            { _ in true }
        }
        let report = DisclosureGuard(minimumSubjects: 3, rows: rows).assess(
            release(Array(repeating: 0, count: 6)), after: [])
        #expect(!report.allows)
    }
}

@Suite("The disclosure guard, against brute force on tiny tables")
struct DisclosureGuardLawTests {
    private func randomTable(using random: inout SeededGenerator) -> TinyTable {
        let rows = Int.random(in: 4...9, using: &random)
        return TinyTable(
            subjects: (0..<rows).map { _ in
                (Bool.random(using: &random) ? "a" : "b", UInt64.random(in: 0..<8, using: &random))
            },
            present: (0..<rows).map { _ in Int.random(in: 0..<6, using: &random) > 0 })
    }

    private func randomRelease(_ table: TinyTable, using random: inout SeededGenerator) -> Release {
        let groups = (0..<table.rows).map { _ in
            let group = Int.random(in: 0..<4, using: &random)
            return group == 3 ? nil : group / Int.random(in: 1...2, using: &random)
        }
        let weights = (0..<table.rows).map { _ in Int64.random(in: -1...2, using: &random) }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return release(groups)
        case 1: return release(groups, weights: weights)
        default: return release(groups, weights: weights, measures: [.plain, .weighted(0)])
        }
    }

    /// What remains of a query when its refused groups are dropped.
    private func remaining(_ query: Release, _ report: GuardReport) -> Release {
        Release(
            origin: query.origin, grouping: query.grouping, isReleased: report.groups.map { $0.verdict == .released },
            measures: query.measures)
    }

    @Test("its parts are those of a naive refinement, and nothing small is ever derivable")
    func laws() {
        var random = SeededGenerator(seed: 0x5EED_0002)
        var (allowed, refused) = (0, 0)
        for _ in 0..<400 {
            let table = randomTable(using: &random)
            let k = Int.random(in: 2...3, using: &random)
            let judge = DisclosureGuard(minimumSubjects: k, rows: table.subjectRows)
            var history = [Release]()
            for _ in 0..<4 {
                let query = randomRelease(table, using: &random)
                let report = judge.assess(query, after: history)
                let release = remaining(query, report)
                let hasSmallPart = table.parts(history + [release]).contains { table.subjectCount(of: $0) < k }
                // With a history that itself was allowed, the guard refuses exactly for a small part.
                #expect(report.subtractions.isEmpty == !hasSmallPart)
                for group in report.refused { #expect(isRefusable(group.key, query, table, k: k)) }
                for group in report.released { #expect(!isRefusable(group.key, query, table, k: k)) }
                guard report.allows else {
                    refused += 1
                    continue
                }
                allowed += 1
                history.append(release)
            }
            checkNothingIsolated(table, history, k: k)
        }
        #expect(allowed > 100 && refused > 100, "\(allowed) allowed, \(refused) refused")
    }

    /// Whether a group is too small by itself: its rows, or a part that the query alone makes of it.
    private func isRefusable(_ key: GroupKey, _ query: Release, _ table: TinyTable, k: Int) -> Bool {
        guard let index = query.grouping.groups.firstIndex(of: key) else { return false }
        let rows = query.grouping.groupOfRow.indices.filter { query.grouping.groupOfRow[$0] == UInt32(index) }
        guard !rows.isEmpty else { return false }
        if table.subjectCount(of: rows) < k { return true }
        return table.parts([query]).contains { part in
            rows.contains(part[0]) && table.subjectCount(of: part) < k
        }
    }

    private func checkNothingIsolated(_ table: TinyTable, _ history: [Release], k: Int) {
        let vectors = table.vectors(history)
        for subset in 1..<(1 << table.rows) {
            let rows = Set((0..<table.rows).filter { subset >> $0 & 1 == 1 })
            guard table.subjectCount(of: rows) < k else { continue }
            #expect(!table.canIsolate(rows, from: vectors), "rows \(rows.sorted()) of \(table) follow from \(vectors)")
        }
    }
}
