import Contracts
import Foundation

/// A state in memory, as a ledger would keep it.
struct MemoryState: StateReader, Equatable {
    private var values: [String: Data] = [:]
    /// In the order of their bytes, which for keys of ASCII is that of `<`.
    private var keys: [String] = []

    mutating func apply(_ writes: [StateWrite]) {
        for write in writes {
            let place = place(of: write.key)
            let isKnown = values.updateValue(write.value ?? Data(), forKey: write.key) != nil
            if !isKnown { keys.insert(write.key, at: place) }
            guard write.value == nil else { continue }
            values[write.key] = nil
            keys.remove(at: place)
        }
    }

    func value(for key: String) throws -> Data? { values[key] }

    func entries(prefix: String) throws -> [StateEntry] {
        keys[place(of: prefix)...].prefix { $0.utf8.starts(with: prefix.utf8) }
            .map { StateEntry(key: $0, value: values[$0] ?? Data()) }
    }

    /// Index of the first key that is not before `key`.
    private func place(of key: String) -> Int {
        var range = keys.indices
        while let middle = range.isEmpty ? nil : (range.lowerBound + range.upperBound) / 2 {
            range = keys[middle] < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }
}
