import Dispatch
import Ledger

/// A storage whose commits wait at a gate until it is opened.
final class GatedStorage: LedgerStorage {
    private let storage: any LedgerStorage
    private let gate = DispatchSemaphore(value: 0)

    init(_ storage: any LedgerStorage) {
        self.storage = storage
    }

    func read<Value>(_ body: (any LedgerReader) throws -> Value) throws -> Value {
        try storage.read(body)
    }

    func commit<Value>(_ body: (any LedgerWriter) throws -> Value) throws -> Value {
        gate.wait()
        return try storage.commit(body)
    }

    func damage() throws -> [String] { try storage.damage() }

    /// Lets so many commits pass.
    func open(_ commits: Int) {
        for _ in 0..<commits { gate.signal() }
    }
}
