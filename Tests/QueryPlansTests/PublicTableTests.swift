import QueryPlans
import Testing

private func expression(_ text: String) throws -> PublicExpression {
    try UnboundExpression.parse(text).bind { name, _ in name }
}

private func group(
    _ table: PublicTable, by groups: [String], where filter: String? = nil, weights: [String] = [],
    parameters: [String: GroupValue] = [:], ranges: [Range<Int>]? = nil
) throws -> RowGrouping {
    try table.group(
        GroupingRequest(
            groupBy: groups.map(expression), filter: filter.map(expression), weights: weights.map(expression),
            parameters: parameters),
        ranges: ranges ?? [0..<table.rowCount])
}

private func table(_ columns: [String], _ rows: [[GroupValue]]) throws -> PublicTable {
    let table = try PublicTable(columns: columns)
    try table.append(rows: rows.count) { rows[$0][$1] }
    return table
}

@Suite("Public columns")
struct PublicTableTests {
    @Test("group with null first, integers by number, texts by bytes")
    func orderOfGroups() throws {
        let values: [GroupValue] = [
            .text("b"), .integer(10), .null, .text("B"), .integer(-3), .text("é"), .text("e\u{301}"), .integer(9),
        ]
        let grouping = try group(table(["x"], values.map { [$0] }), by: ["x"])
        let ordered: [GroupValue] = [
            .null, .integer(-3), .integer(9), .integer(10), .text("B"), .text("b"), .text("e\u{301}"), .text("é"),
        ]
        // Two spellings of one letter are two groups, as SQLite has it.
        #expect(grouping.groups == ordered.map { GroupKey([$0]) })
        #expect(grouping.groupOfRow == [5, 3, 0, 4, 1, 7, 6, 2])
    }

    @Test("never compare a text with an integer, whatever else was loaded")
    func noAffinity() throws {
        let rows = try table(["x"], [[.integer(3)], [.text("3")]])
        #expect(try group(rows, by: [], where: "x = '3'").groupOfRow == [RowGrouping.none, 0])
        #expect(try group(rows, by: [], where: "x = 3").groupOfRow == [0, RowGrouping.none])
        #expect(
            try group(rows, by: [], where: "x = :p", parameters: ["p": .integer(3)]).groupOfRow == [
                0, RowGrouping.none,
            ])
    }

    @Test("are filtered by three-valued logic, and in the given ranges only")
    func filterAndRanges() throws {
        let rows = try table(["x", "y"], (0..<8).map { [.integer($0 % 4), $0 < 4 ? .null : .integer(1)] })
        #expect(try group(rows, by: ["x"], where: "y = 1", ranges: [0..<8]).groups.count == 4)
        #expect(try group(rows, by: [], where: "NOT (y = 1)").groupOfRow.allSatisfy { $0 == RowGrouping.none })
        let part = try group(rows, by: ["x"], ranges: [1..<3, 6..<7])
        #expect(part.groups == [GroupKey([.integer(1)]), GroupKey([.integer(2)])])
        #expect(part.groupOfRow.filter { $0 != RowGrouping.none }.count == 3)
    }

    @Test("give weights, null as 0, and parameters wherever they stand")
    func weights() throws {
        let rows = try table(["x"], [[.integer(1)], [.null], [.integer(-2)]])
        let grouping = try group(
            rows, by: [":a"], where: ":b = 'z'", weights: ["x * :a", "1"],
            parameters: ["a": .integer(5), "b": .text("z")])
        #expect(grouping.weights == [[5, 0, -10], [1, 1, 1]])
        #expect(grouping.groups == [GroupKey([.integer(5)])])
    }

    @Test("without GROUP BY are one group, even of no rows")
    func ungrouped() throws {
        let rows = try table(["x"], [[.integer(1)]])
        #expect(try group(rows, by: [], where: "0").groups == [GroupKey([])])
        #expect(try group(rows, by: ["x"], where: "0").groups.isEmpty)
    }

    @Test(
        "refuse results that are no integer, text or null",
        arguments: [
            ("x / 2 + 9223372036854775807", "gives a real number"), ("x + 9007199254740992", "beyond ±(2^53"),
            ("abs(-9223372036854775807 - 1)", "integer overflow"),
        ])
    func types(_ text: String, _ message: String) throws {
        let rows = try table(["x"], [[.integer(2)]])
        let error = try #require(throws: QueryPlanError.self) { _ = try group(rows, by: [text]) }
        #expect("\(error)".contains(message), "\(error)")
    }

    @Test("refuse weights that are no integers")
    func weightTypes() throws {
        let rows = try table(["x"], [[.text("2")]])
        let error = try #require(throws: QueryPlanError.self) { _ = try group(rows, by: [], weights: ["x"]) }
        #expect("\(error)".contains("the weight x has to give an integer"))
    }

    @Test("refuse more than 10,000 groups")
    func tooManyGroups() throws {
        let rows = try table(["x"], (0..<10_001).map { [.integer($0)] })
        let error = try #require(throws: QueryPlanError.self) { _ = try group(rows, by: ["x"]) }
        #expect("\(error)".contains("more than 10000 groups"))
        #expect(try group(rows, by: ["x % 100", "x / 5000"]).groups.count == 201)
    }

    @Test(
        "stay closed to what the parser never lets through",
        arguments: [
            "(SELECT 1)", "(SELECT count(*) FROM sqlite_schema)", "random()", "load_extension('x')", "\"secret\"",
            "EXISTS (SELECT 1 FROM pragma_table_info('rows'))", "sqlite_version()", "1) FROM rows; DROP TABLE rows; --",
            "zeroblob(1000000)", "printf('%1000000d', 1)", "secret",
        ])
    func secondLine(_ sql: String) throws {
        let rows = try table(["x", "secret"], [[.integer(2), .integer(1)]])
        let hostile = PublicExpression(uncheckedForTesting: sql)
        #expect(throws: QueryPlanError.self) {
            _ = try rows.group(GroupingRequest(groupBy: [hostile], filter: nil), ranges: [0..<1])
        }
        #expect(try group(rows, by: ["secret"]).groups.count == 1)
    }
}
