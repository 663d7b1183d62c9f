package import Foundation

/// A state with writes laid over it: what the next transaction of the same block sees.
package struct OverlaidState: StateReader {
    private let base: any StateReader
    private var written: [String: Data?] = [:]

    package init(over base: any StateReader) {
        self.base = base
    }

    /// Lays `writes` over what is there; later writes to a key win.
    package mutating func apply(_ writes: [StateWrite]) {
        for write in writes {
            written.updateValue(write.value, forKey: write.key)
        }
    }

    /// Everything laid over the base so far, sorted by the bytes of the key, one write a key.
    package var writes: [StateWrite] {
        written.map { StateWrite(key: $0.key, value: $0.value) }.sorted { $0.key.precedesBytewise($1.key) }
    }

    package func value(for key: String) throws -> Data? {
        if let value = written[key] { return value }
        return try base.value(for: key)
    }

    package func entries(prefix: String) throws -> [StateEntry] {
        var entries = try base.entries(prefix: prefix).filter { written[$0.key] == nil }
        for (key, value) in written where key.utf8.starts(with: prefix.utf8) {
            if let value { entries.append(StateEntry(key: key, value: value)) }
        }
        // Sorted, so that the dictionary's order never shows.
        return entries.sorted { $0.key.precedesBytewise($1.key) }
    }
}

extension String {
    func precedesBytewise(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
