import Ledger
import Synchronization

/// A storage that is exchanged for another one underneath its user.
final class SwitchedStorage: LedgerStorage {
    private let current: Mutex<any LedgerStorage>

    init(_ storage: any LedgerStorage) {
        current = Mutex(storage)
    }

    func turn(to storage: any LedgerStorage) {
        current.withLock { $0 = storage }
    }

    private var storage: any LedgerStorage { current.withLock { $0 } }

    func read<Value>(_ body: (any LedgerReader) throws -> Value) throws -> Value { try storage.read(body) }
    func commit<Value>(_ body: (any LedgerWriter) throws -> Value) throws -> Value { try storage.commit(body) }
    func damage() throws -> [String] { try storage.damage() }
}
