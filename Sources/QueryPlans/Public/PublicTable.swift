import CSQLite

/// The public columns of some datasets in one in-memory table of SQLite.
///
/// Columns have no declared type, so a value compares as what it is: whether `'3'` equals `3` never depends on what
/// else was loaded. Rows are numbered in the order of loading; the row's number is a column whose name no statement
/// can write.
///
/// Not `Sendable`: one thread at a time.
package final class PublicTable {
    /// Most rows of one table: row and group numbers are 32-bit.
    package static let mostRows = 1 << 31

    static let name = "rows"
    static let rowColumn = "\u{1}row"

    package let columns: [String]
    /// Rows loaded so far.
    package private(set) var rowCount = 0
    private let database: SQLiteMemory

    /// An empty table of `columns`, each name once.
    package init(columns: [String]) throws(QueryPlanError) {
        self.columns = columns
        database = try SQLiteMemory()
        let definitions =
            [SQLVocabulary.quoted(Self.rowColumn) + " INTEGER PRIMARY KEY"]
            + columns.map(SQLVocabulary.quoted)
        try database.run("CREATE TABLE \(Self.name) (\(definitions.joined(separator: ", ")))")
    }

    /// Adds `count` rows; `value` gives each cell of a row of these, the column by its index in ``columns``.
    ///
    /// Call before the first ``group(_:ranges:)``.
    package func append(
        rows count: Int, value: (_ row: Int, _ column: Int) throws -> GroupValue
    ) throws {
        guard rowCount + count <= Self.mostRows else {
            throw QueryPlanError.evaluation(.tooManyRows(limit: Self.mostRows))
        }
        let statement = try insertion()
        try database.run("BEGIN")
        for row in 0..<count {
            sqlite3_bind_int64(statement.handle, 1, Int64(rowCount + row))
            for column in columns.indices { statement.bind(try value(row, column), at: Int32(column + 2)) }
            _ = try statement.step()
            sqlite3_reset(statement.handle)
        }
        try database.run("COMMIT")
        rowCount += count
    }

    private var preparedInsertion: SQLiteStatement?

    private func insertion() throws(QueryPlanError) -> SQLiteStatement {
        if let preparedInsertion { return preparedInsertion }
        let places = Array(repeating: "?", count: columns.count + 1).joined(separator: ", ")
        let statement = try database.statement("INSERT INTO \(Self.name) VALUES (\(places))")
        preparedInsertion = statement
        return statement
    }

    /// Sorts the rows of `ranges` into groups.
    ///
    /// - Parameter ranges: Row numbers, ascending and disjoint. The other rows are in no group.
    /// - Throws: ``QueryPlanError/evaluation(_:)``.
    package func group(_ request: GroupingRequest, ranges: [Range<Int>]) throws(QueryPlanError) -> RowGrouping {
        preparedInsertion = nil
        let used = request.expressions.flatMap(\.columns)
        database.confine(to: Set(used).intersection(columns).union([Self.rowColumn]))
        let rows = ranges.reduce(0) { $0 + $1.count }
        let budget = Self.stepsPerRow.multipliedReportingOverflow(by: rows)
        let statement = try database.prepare(
            request.sql, budget: budget.overflow ? .max : budget.partialValue + 1_000_000)
        request.bind(parametersTo: statement)
        var collector = GroupCollector(request: request, rowCount: rowCount)
        for range in ranges {
            sqlite3_reset(statement.handle)
            request.bind(range: range, to: statement)
            while try statement.step() { try collector.collect(statement.handle) }
        }
        return collector.finish()
    }

    /// Machine steps that one row may take on average: some hundreds of times what a long expression needs.
    private static let stepsPerRow = 5_000
}

/// What a plan asks of the public columns.
package struct GroupingRequest: Sendable {
    let groupBy: [PublicExpression]
    /// Rows for which it is not true are in no group.
    let filter: PublicExpression?
    /// Integer expressions; null counts as 0.
    let weights: [PublicExpression]
    let parameters: [String: GroupValue]

    package init(
        groupBy: [PublicExpression], filter: PublicExpression?, weights: [PublicExpression] = [],
        parameters: [String: GroupValue] = [:]
    ) {
        self.groupBy = groupBy
        self.filter = filter
        self.weights = weights
        self.parameters = parameters
    }

    var expressions: [PublicExpression] { groupBy + [filter].compactMap { $0 } + weights }

    /// Each expression stands in parentheses, which it cannot close.
    var sql: String {
        let row = SQLVocabulary.quoted(PublicTable.rowColumn)
        let results = [row] + (groupBy + weights).map { "(\($0.sqlite))" }
        let condition = filter.map { " AND (\($0.sqlite))" } ?? ""
        return "SELECT \(results.joined(separator: ", ")) FROM \(PublicTable.name)"
            + " WHERE \(row) >= @from AND \(row) < @to\(condition)"
    }

    /// A plan's own parameters begin with a colon, so these two names are free.
    func bind(range: Range<Int>, to statement: SQLiteStatement) {
        for (name, value) in [("@from", range.lowerBound), ("@to", range.upperBound)] {
            sqlite3_bind_int64(
                statement.handle, sqlite3_bind_parameter_index(statement.handle, name), Int64(value))
        }
    }

    func bind(parametersTo statement: SQLiteStatement) {
        for (name, value) in parameters {
            let index = sqlite3_bind_parameter_index(statement.handle, ":" + name)
            if index > 0 { statement.bind(value, at: index) }
        }
    }
}
