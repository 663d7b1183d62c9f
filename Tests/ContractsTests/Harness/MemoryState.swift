import Contracts
import Foundation

/// A state in memory, as a ledger would keep it.
struct MemoryState: StateReader, Equatable {
    private(set) var values: [String: Data] = [:]

    mutating func apply(_ writes: [StateWrite]) {
        for write in writes { values[write.key] = write.value }
    }

    func value(for key: String) throws -> Data? { values[key] }

    func entries(prefix: String) throws -> [StateEntry] {
        values.filter { $0.key.utf8.starts(with: prefix.utf8) }
            .map { StateEntry(key: $0.key, value: $0.value) }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
