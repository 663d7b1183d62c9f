import CGMP
import CLanes

/// Many numbers of a ring, each in one piece: a digit takes 32 bits, and a number can go to any lane.
///
/// Threads may write different numbers at once. Wiped when it goes.
package final class PackedNumbers: @unchecked Sendable {
    /// Digits of a number.
    package let columnCount: Int
    /// Numbers.
    package let count: Int
    private let digits: UnsafeMutablePointer<UInt32>

    /// Zeros.
    package init(columnCount: Int, count: Int) {
        self.columnCount = columnCount
        self.count = count
        digits = .allocate(capacity: columnCount * count)
        digits.initialize(repeating: 0, count: columnCount * count)
    }

    deinit {
        chancery_wipe(digits, columnCount * count * 4)
        digits.deallocate()
    }

    /// Bytes of one number.
    package static func byteCount(columnCount: Int) -> Int { columnCount * 4 }

    /// Takes what stands in one lane.
    package func pack(_ number: LaneNumber, lane: Int, into index: Int) {
        withExtendedLifetime(number) { chancery_lanes_pack(address(index), number.words, columnCount, lane) }
    }

    /// Puts the numbers at these eight indices into the lanes.
    package func unpack(_ indices: [Int], into number: LaneNumber) {
        precondition(indices.count == LaneRing.laneCount && number.columnCount == columnCount, "a number for each lane")
        let rows = indices.map { UnsafePointer<UInt32>?(UnsafePointer(address($0))) }
        withExtendedLifetime(number) { chancery_lanes_unpack(number.words, columnCount, rows) }
    }

    private func address(_ index: Int) -> UnsafeMutablePointer<UInt32> {
        precondition((0..<count).contains(index), "one of the numbers")
        return digits + index * columnCount
    }
}
