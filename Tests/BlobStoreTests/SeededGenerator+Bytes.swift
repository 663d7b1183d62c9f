import TestSupport

extension SeededGenerator {
    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

    /// A part of `0..<count`, not empty.
    mutating func range(in count: Int) -> Range<Int> {
        let start = Int.random(in: 0..<count, using: &self)
        return start..<Int.random(in: (start + 1)...count, using: &self)
    }
}
