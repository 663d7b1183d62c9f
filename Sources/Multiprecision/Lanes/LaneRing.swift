import CGMP
import CLanes
import Synchronization

/// The integers modulo an odd n, or modulo n², eight at a time.
///
/// Numbers stand in lanes of a vector unit, in Montgomery form with `R = 2^(28·digitCount)`. Modulo n² each is a pair
/// x₀ + x₁·n, which makes a product cost five multiplications of n's length where one modulus of n²'s length costs
/// eight. See `CLanes.h` for the arithmetic.
///
/// No time depends on the numbers. Sendable: the tables are written in `init` only.
package final class LaneRing: @unchecked Sendable {
    /// Numbers at once.
    package static let laneCount = 8
    /// What limbs are here.
    package typealias Limbs = MontgomeryModulus.Limbs

    /// n: odd, over 1.
    package let modulus: BigInteger
    /// Whether numbers are taken modulo n².
    package let isSquare: Bool
    /// n or n².
    package let order: BigInteger
    /// Digits of 28 bits for a number below 2n.
    package let digitCount: Int
    /// Columns of eight digits that a number in eight lanes takes.
    package var columnCount: Int { isSquare ? 2 * digitCount : digitCount }

    /// 1 in Montgomery form, in every lane.
    package let one: LaneNumber
    /// R²: a product with it takes what was loaded into Montgomery form.
    let squaredRadix: LaneNumber
    let functions: chancery_lanes_kernel
    /// Workspaces that nobody uses at the moment.
    private let idleWorkspaces = Mutex<[LaneWorkspace]>([])
    /// n, the offset and R − n of `digitCount` digits each, the reciprocal of two more.
    private let words: UnsafeMutablePointer<UInt64>
    private let wordCount: Int
    private let constants: UnsafeMutablePointer<chancery_lanes_modulus>

    /// - Returns: `nil` where n is even, or has under 25 or over 6,940 bits, or where there is no `kernel`.
    package init?(modulus: BigInteger, isSquare: Bool, kernel: LaneKernel? = .best) {
        let digitBits = Int(CHANCERY_LANES_DIGIT_BITS)
        // R ≥ 16n: four bits above n.
        let digitCount = (modulus.bitWidth + 4 + digitBits - 1) / digitBits
        guard let functions = kernel?.functions, modulus > 1, !modulus.isEven, digitCount > 1,
            digitCount <= CHANCERY_LANES_MOST_DIGITS
        else { return nil }
        self.functions = functions.pointee
        self.modulus = modulus
        self.isSquare = isSquare
        self.digitCount = digitCount
        order = isSquare ? modulus * modulus : modulus
        one = LaneNumber(columnCount: isSquare ? 2 * digitCount : digitCount)
        squaredRadix = LaneNumber(columnCount: one.columnCount)
        wordCount = 4 * digitCount + 2
        words = .allocate(capacity: wordCount)
        words.initialize(repeating: 0, count: wordCount)
        constants = .allocate(capacity: 1)
        fillTables(digitBits: digitBits)
        set(one, repeating: radix.modulo(order))
        set(squaredRadix, repeating: (radix * radix).modulo(order))
    }

    deinit {
        // n may be a secret prime.
        chancery_wipe(words, 8 * wordCount)
        chancery_wipe(constants, MemoryLayout<chancery_lanes_modulus>.size)
        words.deallocate()
        constants.deallocate()
    }

    /// Lends scratch memory that is kept, unwiped, for the next caller: for numbers that are public.
    package func withSharedWorkspace<Result>(_ body: (LaneWorkspace) -> Result) -> Result {
        let workspace = idleWorkspaces.withLock { $0.popLast() } ?? makeWorkspace()
        defer { idleWorkspaces.withLock { $0.append(workspace) } }
        return body(workspace)
    }

    /// R.
    package var radix: BigInteger { BigInteger.one << (digitCount * Int(CHANCERY_LANES_DIGIT_BITS)) }

    /// What the C functions want to know of n.
    var context: UnsafePointer<chancery_lanes_modulus> { UnsafePointer(constants) }

    private func fillTables(digitBits: Int) {
        // The least multiple of n from R on; its top digit, 1, is lent to the digits below, 2^28 each, less what each
        // lends on.
        let offset = words + digitCount
        Self.writeDigits(radix + (-radix).modulo(modulus), count: digitCount, into: offset)
        for index in 0..<digitCount { offset[index] += (1 << UInt64(digitBits)) - (index > 0 ? 1 : 0) }
        Self.writeDigits(modulus, count: digitCount, into: words)
        Self.writeDigits(radix - modulus, count: digitCount, into: words + 2 * digitCount)
        let reciprocal = (radix * radix).flooredQuotientAndRemainder(dividingBy: modulus).quotient
        Self.writeDigits(reciprocal, count: digitCount + 2, into: words + 3 * digitCount)
        let inverse = (-modulus).inverse(modulo: .one << digitBits)?.exactInt ?? 0
        constants.initialize(
            to: chancery_lanes_modulus(
                digits: digitCount, modulus: words, offset: offset,
                reciprocal: words + 3 * digitCount, negated: words + 2 * digitCount, inverse: UInt64(inverse)))
    }
}
