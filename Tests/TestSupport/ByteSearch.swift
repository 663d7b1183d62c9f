package import Foundation

/// Finds which of many byte strings occur in data, in one pass, whatever their number.
///
/// A pass looks at the eight bytes at every place: only those that begin one of the strings by a hash are compared.
package struct ByteSearch: Sendable {
    /// Bytes by which strings are told apart; shorter ones are not searched for.
    package static let shortest = 8

    private let needles: [[UInt8]]
    /// Places in `needles`, by their first eight bytes.
    private let beginnings: [UInt64: [Int]]
    /// Whether a string begins with bytes of this hash.
    private let mayBegin: [Bool]

    /// - Precondition: No string is shorter than ``shortest``.
    package init(_ needles: [Data]) {
        self.needles = needles.map(Array.init)
        var beginnings: [UInt64: [Int]] = [:]
        var mayBegin = [Bool](repeating: false, count: 1 << 16)
        for (place, needle) in self.needles.enumerated() {
            precondition(needle.count >= ByteSearch.shortest, "a string of \(needle.count) bytes is too short")
            let word = needle.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
            beginnings[word, default: []].append(place)
            mayBegin[ByteSearch.hash(word)] = true
        }
        (self.beginnings, self.mayBegin) = (beginnings, mayBegin)
    }

    /// The places of the strings that occur in `data`, in no order.
    package func occurring(in data: Data) -> Set<Int> {
        var found: Set<Int> = []
        guard data.count >= ByteSearch.shortest else { return found }
        data.withUnsafeBytes { bytes in
            mayBegin.withUnsafeBufferPointer { mayBegin in
                for start in 0...bytes.count - ByteSearch.shortest {
                    let word = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                    guard mayBegin[ByteSearch.hash(word)], let places = beginnings[word] else { continue }
                    for place in places where !found.contains(place) && occurs(place, in: bytes, at: start) {
                        found.insert(place)
                    }
                }
            }
        }
        return found
    }

    private func occurs(_ place: Int, in bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
        let count = needles[place].count
        guard start + count <= bytes.count else { return false }
        return needles[place].elementsEqual(bytes[start..<start + count])
    }

    private static func hash(_ word: UInt64) -> Int { Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 48) }
}
