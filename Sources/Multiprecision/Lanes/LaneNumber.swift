import CGMP
import CLanes

/// Memory for one number in each of eight lanes; wiped when it goes. One thread at a time while written.
///
/// Digits of 28 bits, one a 64-bit word: column i holds digit i of all lanes, least significant first.
package final class LaneNumber {
    /// Aligned to 64 bytes.
    let words: UnsafeMutablePointer<UInt64>
    /// Columns of eight words.
    package let columnCount: Int

    /// Zero in every lane.
    init(columnCount: Int) {
        self.columnCount = columnCount
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: columnCount * 64, alignment: 64)
        words = bytes.bindMemory(to: UInt64.self, capacity: columnCount * 8)
        words.initialize(repeating: 0, count: columnCount * 8)
    }

    deinit {
        chancery_wipe(words, columnCount * 64)
        UnsafeMutableRawPointer(words).deallocate()
    }

    /// Takes another number of the same length.
    package func set(_ other: LaneNumber) {
        precondition(other.columnCount == columnCount, "numbers of one ring")
        withExtendedLifetime((self, other)) { words.update(from: other.words, count: columnCount * 8) }
    }
}

/// The scratch memory of one thread; wiped when it goes.
///
/// Sendable: whoever has it is the only one (``LaneRing/withSharedWorkspace(_:)``).
package final class LaneWorkspace: @unchecked Sendable {
    /// What the kernel asks for.
    let scratch: LaneNumber
    /// An integer of twice the modulus' length.
    let wide: LaneNumber
    /// One number, for the functions of the ring.
    let number: LaneNumber
    /// One number, for their callers.
    package let factor: LaneNumber

    init(digitCount: Int, columnCount: Int) {
        scratch = LaneNumber(columnCount: 3 * digitCount)
        wide = LaneNumber(columnCount: 2 * digitCount)
        number = LaneNumber(columnCount: columnCount)
        factor = LaneNumber(columnCount: columnCount)
    }
}

extension LaneRing {
    /// Zeros to write into.
    package func makeNumber() -> LaneNumber { LaneNumber(columnCount: columnCount) }

    /// Scratch memory for one thread.
    package func makeWorkspace() -> LaneWorkspace { LaneWorkspace(digitCount: digitCount, columnCount: columnCount) }

    /// One value in every lane, as it stands (no change of form).
    ///
    /// - Precondition: `0 <= value < order`.
    package func makeNumber(repeating value: BigInteger) -> LaneNumber {
        let number = makeNumber()
        set(number, repeating: value)
        return number
    }

    /// Writes one value into every lane, as it stands.
    func set(_ number: LaneNumber, repeating value: BigInteger) {
        let parts = isSquare ? value.flooredQuotientAndRemainder(dividingBy: modulus) : (quotient: 0, remainder: value)
        for lane in 0..<Self.laneCount {
            put(parts.remainder, into: number, lane: lane, column: 0)
            if isSquare { put(parts.quotient, into: number, lane: lane, column: digitCount) }
        }
    }

    /// The residue in one lane as it stands, in `[0, order)`.
    package func value(of number: LaneNumber, lane: Int) -> BigInteger {
        let low = part(of: number, lane: lane, column: 0)
        guard isSquare else { return low.modulo(order) }
        return (low + part(of: number, lane: lane, column: digitCount) * modulus).modulo(order)
    }

    /// The `digitCount` digits of one lane from `column` on, below 2n.
    package func part(of number: LaneNumber, lane: Int, column: Int) -> BigInteger {
        let limbCount = limbCount
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: limbCount) { limbs in
            guard let start = limbs.baseAddress else { return 0 }
            defer { chancery_wipe(start, limbCount * 8) }
            withExtendedLifetime(number) {
                chancery_lanes_join(start, limbCount, number.words + 8 * column, digitCount, lane)
            }
            return BigInteger(littleEndianLimbs: UnsafeRawBufferPointer(limbs))
        }
    }

    /// The least `count` digits of a value that is not negative, `stride` words apart.
    static func writeDigits(
        _ value: BigInteger, count: Int, into words: UnsafeMutablePointer<UInt64>, stride: Int = 1
    ) {
        let digitBits = Int(CHANCERY_LANES_DIGIT_BITS)
        value.withLimbs { limbs in
            for digit in 0..<count {
                let (limb, offset) = ((digit * digitBits) >> 6, UInt((digit * digitBits) & 63))
                let low = limb < limbs.count ? limbs[limb] >> offset : 0
                // A shift by 64 is 0 in Swift.
                let high = limb + 1 < limbs.count ? limbs[limb + 1] << (64 - offset) : 0
                words[stride * digit] = UInt64((low | high) & (1 << UInt(digitBits) - 1))
            }
        }
    }

    private func put(_ value: BigInteger, into number: LaneNumber, lane: Int, column: Int) {
        withExtendedLifetime(number) {
            Self.writeDigits(
                value, count: digitCount, into: number.words + 8 * column + lane, stride: Self.laneCount)
        }
    }

    /// Limbs of 64 bits that hold a number of `digitCount` digits.
    private var limbCount: Int { (digitCount * Int(CHANCERY_LANES_DIGIT_BITS) + 63) / 64 }
}
