import CanonicalJSON
import TestSupport

extension JSONValue {
    /// A value with strange strings and names, nested at most `depth` deep.
    static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return .bool(.random(using: &generator))
        case 1: return .integer(.random(in: -largestInteger...largestInteger, using: &generator))
        case 2: return .string(.strange(using: &generator))
        case 3: return .null
        case 4: return .number(Double.random(in: -1...1, using: &generator) / 3)
        case 5:
            let count = Int.random(in: 0..<6, using: &generator)
            return .array((0..<count).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0..<8, using: &generator) {
                members[.strange(using: &generator)] = random(depth: depth - 1, using: &generator)
            }
            return .object(members)
        }
    }
}

extension String {
    /// Up to eight scalars from every part of Unicode.
    static func strange(using generator: inout SeededGenerator) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<8, using: &generator) {
            let range = ranges[Int.random(in: ranges.indices, using: &generator)]
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { text.append(scalar) }
        }
        return String(text)
    }
}
