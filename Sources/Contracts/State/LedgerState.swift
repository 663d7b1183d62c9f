import CanonicalJSON
import SharingModel

/// Typed reads of a section's state, for the rules and for everybody who lists what is on the ledger.
///
/// - Throws: Each method throws what the reader throws, and ``ContractsError/corruptState(key:)`` for a value that is
///   not what was written.
package struct LedgerState {
    private let reader: any StateReader

    package init(_ reader: any StateReader) {
        self.reader = reader
    }

    func isThere(_ key: StateKey) throws -> Bool { try reader.value(for: key.text) != nil }

    func read<Value: Codable>(_ type: Value.Type, at key: StateKey) throws -> Value? {
        guard let data = try reader.value(for: key.text) else { return nil }
        return try decode(type, StateEntry(key: key.text, value: data))
    }

    /// All values under a key that ends with `/`, in the order of the keys' bytes.
    func readAll<Value: Codable>(_ type: Value.Type, under key: StateKey) throws -> [Value] {
        try reader.entries(prefix: key.text).map { try decode(type, $0) }
    }

    /// Of these those whose key is before `end`.
    func readAll<Value: Codable>(_ type: Value.Type, under key: StateKey, before end: StateKey) throws -> [Value] {
        try reader.entries(prefix: key.text, before: end.text).map { try decode(type, $0) }
    }

    private func decode<Value: Codable>(_ type: Value.Type, _ entry: StateEntry) throws -> Value {
        guard let decoded = reader.decoded else { return try decodeAnew(type, entry) }
        return try decoded.value(type, of: entry) { try decodeAnew(type, entry) }
    }

    private func decodeAnew<Value: Codable>(_ type: Value.Type, _ entry: StateEntry) throws -> Value {
        do {
            // Not compared with its own encoding, as what comes from outside is: the value is one that the contracts
            // wrote, executed here, and the digest of every write stands in the outcome tree.
            return try CanonicalJSON.decode(type, from: CanonicalJSON.parse(entry.value))
        } catch {
            throw ContractsError.corruptState(key: entry.key)
        }
    }
}
