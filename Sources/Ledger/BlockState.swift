import Contracts
import Foundation

/// The state as it is before a block, each key read from the storage once, each value decoded once.
///
/// Within one commit the storage's state stands still until the block is appended, so what was read stays true. Lives
/// as long as one block is put together, on one thread.
final class BlockState: StateReader {
    private let stored: any StateReader
    private var values: [String: Data?] = [:]
    private var folders: [String: [StateEntry]] = [:]
    let decoded: DecodedValues? = DecodedValues()

    init(_ stored: any StateReader) {
        self.stored = stored
    }

    func value(for key: String) throws -> Data? {
        if let known = values[key] { return known }
        let value = try stored.value(for: key)
        values[key] = .some(value)
        return value
    }

    func entries(prefix: String, before end: String) throws -> [StateEntry] {
        try stored.entries(prefix: prefix, before: end)
    }

    func entries(prefix: String) throws -> [StateEntry] {
        if let known = folders[prefix] { return known }
        let entries = try stored.entries(prefix: prefix)
        folders[prefix] = entries
        return entries
    }
}
