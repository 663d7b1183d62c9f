import GRDB

/// The tables of one ledger's file.
///
/// Leaves are kept as parts, not as text: the payload packed, signatures as 97 bytes each. The envelope's canonical
/// bytes are put together when read, and every check of a leaf hash is a check that they came back the same.
enum Schema {
    /// Kept in SQLite's `user_version`; a file of another version is refused, never guessed at.
    ///
    /// 2: payloads and state values are packed, see ``PackedJSON``. The tables are those of 1, whose rows are read as
    /// they are; a file of 1 becomes one of 2 when it is opened, so that no older program reads what it cannot.
    static let version = 2
    static let readableVersions = 1...version

    /// Kept in SQLite's `application_id`: "CHLG".
    static let applicationIdentifier = 0x4348_4C47

    /// Creates what is missing. Runs inside one immediate transaction, so that of many processes that open a new
    /// file at once one creates the tables and the others find them.
    static func create(_ db: Database) throws {
        try db.execute(sql: tables)
        try db.execute(sql: "PRAGMA application_id = \(applicationIdentifier)")
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }

    /// Whether the file has our tables and nothing else. A column type that is not strict, or a trigger, would let a
    /// file from somewhere else do what this program does not expect.
    static func isUnchanged(_ db: Database) throws -> Bool {
        let stored = try String.fetchAll(db, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
        let ours = tables.split(separator: ";").map { $0.trimmingPrefix { $0.isWhitespace } }
        return stored.sorted() == ours.filter { !$0.isEmpty }.map(String.init).sorted()
    }

    // `entries.leaf` is the leaf index in the ledger's tree; the indices of block records are left out. The unique
    // `id` is also the memory of replays: it never forgets, which is more than `notAfter` asks.
    // `hashes.position` is the x/mod tlog stored-hash index.
    private static let tables = """
        CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
        CREATE TABLE entries (
            leaf INTEGER PRIMARY KEY NOT NULL,
            id BLOB NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            payload BLOB NOT NULL,
            signatures BLOB NOT NULL) STRICT;
        CREATE INDEX entriesByKind ON entries (kind);
        CREATE TABLE outcomes (
            leaf INTEGER PRIMARY KEY NOT NULL,
            refusal BLOB,
            writes BLOB NOT NULL) STRICT;
        CREATE TABLE hashes (position INTEGER PRIMARY KEY NOT NULL, hash BLOB NOT NULL) STRICT;
        CREATE TABLE blocks (
            height INTEGER PRIMARY KEY NOT NULL,
            size INTEGER NOT NULL UNIQUE,
            record BLOB NOT NULL,
            root BLOB NOT NULL) STRICT;
        CREATE TABLE cosignatures (
            height INTEGER NOT NULL,
            party TEXT NOT NULL,
            signature BLOB NOT NULL,
            PRIMARY KEY (height, party)) WITHOUT ROWID, STRICT;
        CREATE TABLE state (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID, STRICT;
        """
}
