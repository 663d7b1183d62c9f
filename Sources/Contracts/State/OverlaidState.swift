package import Foundation

/// A state with writes laid over it: what the next transaction of the same block sees.
package struct OverlaidState: StateReader {
    private let base: any StateReader
    private var written: [String: Data?] = [:]
    /// The keys of `written` by their folder: the key up to and with its last `/`. What lies under a prefix is found
    /// without looking at every key that a block has written.
    private var folders: [Substring: Set<String>] = [:]

    package init(over base: any StateReader) {
        self.base = base
    }

    /// Lays `writes` over what is there; later writes to a key win.
    package mutating func apply(_ writes: [StateWrite]) {
        for write in writes {
            if written.updateValue(write.value, forKey: write.key) == nil {
                folders[OverlaidState.folder(of: write.key), default: []].insert(write.key)
            }
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
        overlaid(try base.entries(prefix: prefix), prefix: prefix) { _ in true }
    }

    package func entries(prefix: String, before end: String) throws -> [StateEntry] {
        overlaid(try base.entries(prefix: prefix, before: end), prefix: prefix) { $0.precedesBytewise(end) }
    }

    /// `stored` with what was written over it under `prefix`, as far as `isAsked`.
    private func overlaid(_ stored: [StateEntry], prefix: String, isAsked: (String) -> Bool) -> [StateEntry] {
        var entries = stored.filter { written[$0.key] == nil }
        for (folder, keys) in folders {
            let isUnder = folder.utf8.starts(with: prefix.utf8)
            guard isUnder || prefix.utf8.starts(with: folder.utf8) else { continue }
            for key in keys where (isUnder || key.utf8.starts(with: prefix.utf8)) && isAsked(key) {
                if let value = written[key] ?? nil { entries.append(StateEntry(key: key, value: value)) }
            }
        }
        // Sorted, so that the dictionary's order never shows.
        return entries.sorted { $0.key.precedesBytewise($1.key) }
    }

    package var decoded: DecodedValues? { base.decoded }

    private static func folder(of key: String) -> Substring {
        key[..<(key.utf8.lastIndex(of: UInt8(ascii: "/")).map { key.utf8.index(after: $0) } ?? key.startIndex)]
    }
}

extension String {
    func precedesBytewise(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
