import CSQLite

/// A private in-memory database of SQLite, confined so far as SQLite lets itself be confined.
///
/// Not `Sendable`: one thread at a time.
final class SQLiteMemory {
    let handle: OpaquePointer
    private let guardian = QueryAuthorizer()

    init() throws(QueryPlanError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(":memory:", &opened, flags, nil) == SQLITE_OK, let opened else {
            sqlite3_close(opened)
            throw .evaluation(.sqlite("no memory for a table"))
        }
        handle = opened
        for (limit, value) in Self.limits { sqlite3_limit(opened, limit, value) }
        try run("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = OFF")
    }

    deinit { sqlite3_close_v2(handle) }

    /// What one expression may cost; extensions are off in SQLite until somebody enables them, and nobody does.
    private static let limits: [(Int32, Int32)] = [
        (SQLITE_LIMIT_LENGTH, 1 << 20), (SQLITE_LIMIT_SQL_LENGTH, 1 << 17), (SQLITE_LIMIT_COLUMN, 1_024),
        (SQLITE_LIMIT_EXPR_DEPTH, 200), (SQLITE_LIMIT_COMPOUND_SELECT, 2), (SQLITE_LIMIT_FUNCTION_ARG, 8),
        (SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64), (SQLITE_LIMIT_VARIABLE_NUMBER, 1_024),
        (SQLITE_LIMIT_TRIGGER_DEPTH, 1), (SQLITE_LIMIT_WORKER_THREADS, 0),
    ]

    var message: String { String(cString: sqlite3_errmsg(handle)) }

    func run(_ sql: String) throws(QueryPlanError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw .evaluation(.sqlite(message)) }
    }

    /// From here on a statement may read `columns` of the one table, call listed functions, and nothing else.
    func confine(to columns: Set<String>) {
        guardian.columns = columns
        // The authorizer lives as long as this object, which closes the database before letting it go.
        let context = Unmanaged.passUnretained(guardian).toOpaque()
        sqlite3_set_authorizer(handle, QueryAuthorizer.authorize, context)
    }

    /// Prepares a statement of this module's own.
    func statement(_ sql: String) throws(QueryPlanError) -> SQLiteStatement {
        try SQLiteStatement(sql, in: self)
    }

    /// Prepares the one `SELECT` in `sql`, with at most `budget` steps of SQLite's machine to run in.
    func prepare(_ sql: String, budget: Int) throws(QueryPlanError) -> SQLiteStatement {
        guardian.begin(budget: budget)
        sqlite3_progress_handler(
            handle, QueryAuthorizer.stepsPerCall, QueryAuthorizer.progress,
            Unmanaged.passUnretained(guardian).toOpaque())
        let statement = try SQLiteStatement(sql, in: self)
        guard sqlite3_stmt_readonly(statement.handle) != 0 else {
            throw .evaluation(.notAuthorized("a writing statement"))
        }
        return statement
    }

    /// The error that the last call left, in this module's terms.
    func failure(_ code: Int32) -> QueryPlanError {
        switch code & 0xFF {
        case SQLITE_AUTH: .evaluation(.notAuthorized(guardian.refused ?? message))
        case SQLITE_INTERRUPT: .evaluation(.tooMuchWork)
        default: .evaluation(.sqlite(message))
        }
    }
}

/// What SQLite asks before it compiles a step, and while it runs: the second line behind the parser.
private final class QueryAuthorizer {
    static let stepsPerCall: Int32 = 10_000

    var columns = Set<String>()
    private(set) var refused: String?
    private var selects = 0
    private var callsLeft = 0

    func begin(budget: Int) {
        refused = nil
        selects = 0
        callsLeft = budget / Int(Self.stepsPerCall) + 1
    }

    static let progress: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
        guard let context else { return 1 }
        let authorizer = Unmanaged<QueryAuthorizer>.fromOpaque(context).takeUnretainedValue()
        authorizer.callsLeft -= 1
        return authorizer.callsLeft > 0 ? 0 : 1
    }

    static let authorize:
        @convention(c) (
            UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
            UnsafePointer<CChar>?
        ) -> Int32 = { context, action, first, second, _, _ in
            guard let context else { return SQLITE_DENY }
            let authorizer = Unmanaged<QueryAuthorizer>.fromOpaque(context).takeUnretainedValue()
            return authorizer.allows(action, first.map { String(cString: $0) }, second.map { String(cString: $0) })
                ? SQLITE_OK : SQLITE_DENY
        }

    private func allows(_ action: Int32, _ first: String?, _ second: String?) -> Bool {
        switch action {
        case SQLITE_SELECT:
            selects += 1
            if selects == 1 { return true }
            refused = "a second SELECT"
        case SQLITE_READ:
            // A column without a name is what SQLite asks for where it needs none of the table's values.
            if first == PublicTable.name, let second, second.isEmpty || columns.contains(second) { return true }
            refused = "reading \(first ?? "?").\(second ?? "?")"
        case SQLITE_FUNCTION:
            if let second, SQLVocabulary.authorizedFunctions.contains(second.lowercased()) { return true }
            refused = "the function \(second ?? "?")"
        default: refused = "action \(action) of SQLite"
        }
        return false
    }
}

/// A prepared statement; finalised when released.
final class SQLiteStatement {
    let handle: OpaquePointer
    private let database: SQLiteMemory

    fileprivate init(_ sql: String, in database: SQLiteMemory) throws(QueryPlanError) {
        self.database = database
        var prepared: OpaquePointer?
        let length = Int32(sql.utf8.count)
        var tail = 0
        let code = sql.withCString { text in
            var end: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v2(database.handle, text, length, &prepared, &end)
            tail = end.map { Int(length) - ($0 - text) } ?? 0
            return code
        }
        guard code == SQLITE_OK, let prepared else { throw database.failure(code) }
        handle = prepared
        guard tail == 0 else { throw .evaluation(.notAuthorized("a second statement")) }
    }

    deinit { sqlite3_finalize(handle) }

    /// Whether there is another row.
    func step() throws(QueryPlanError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw database.failure(code)
        }
    }

    func bind(_ value: GroupValue, at index: Int32) {
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let integer): sqlite3_bind_int64(handle, index, integer)
        case .text(let text): bind(text: text, at: index)
        }
    }

    /// SQLite copies the bytes (its destructor constant −1, `SQLITE_TRANSIENT`, is a macro that C alone reads).
    func bind(text: String, at index: Int32) {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        var text = text
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), transient)
            }
        }
    }
}
