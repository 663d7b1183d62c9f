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
    /// R³: a product with it takes what was loaded into Montgomery form.
    let cubedRadix: LaneNumber
    let functions: chancery_lanes_kernel
    /// Workspaces that nobody uses at the moment.
    private let idleWorkspaces = Mutex<[LaneWorkspace]>([])
    private let words: UnsafeMutablePointer<UInt64>
    private let constants: UnsafeMutablePointer<chancery_lanes_modulus>

    /// - Returns: `nil` where n is even, or has over 6,996 bits, or where there is no `kernel`.
    package init?(modulus: BigInteger, isSquare: Bool, kernel: LaneKernel? = .best) {
        let digitBits = Int(CHANCERY_LANES_DIGIT_BITS)
        // R ≥ 16n: four bits above n.
        let digitCount = (modulus.bitWidth + 4 + digitBits - 1) / digitBits
        guard let functions = kernel?.functions, modulus > 1, !modulus.isEven,
            digitCount <= CHANCERY_LANES_MOST_DIGITS
        else { return nil }
        self.functions = functions.pointee
        self.modulus = modulus
        self.isSquare = isSquare
        self.digitCount = digitCount
        order = isSquare ? modulus * modulus : modulus
        one = LaneNumber(columnCount: isSquare ? 2 * digitCount : digitCount)
        cubedRadix = LaneNumber(columnCount: one.columnCount)
        words = .allocate(capacity: 2 * digitCount)
        constants = .allocate(capacity: 1)
        fillTables(digitBits: digitBits)
        set(one, repeating: radix.modulo(order))
        set(cubedRadix, repeating: (radix * radix * radix).modulo(order))
    }

    deinit {
        // n may be a secret prime.
        chancery_wipe(words, 16 * digitCount)
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
        let mask = BigInteger.one << digitBits
        func digits(_ value: BigInteger) -> [UInt64] {
            (0..<digitCount).map { UInt64((value >> ($0 * digitBits)).modulo(mask).exactInt ?? 0) }
        }
        // The least multiple of n from R on; its top digit, 1, is lent to the digits below, 2^28 each, less what each
        // lends on.
        let multiple = radix + (-radix).modulo(modulus)
        for (index, digit) in digits(modulus).enumerated() { words[index] = digit }
        for (index, digit) in digits(multiple).enumerated() {
            words[digitCount + index] = digit + (1 << UInt64(digitBits)) - (index > 0 ? 1 : 0)
        }
        let inverse = (-modulus).inverse(modulo: mask)?.exactInt ?? 0
        constants.initialize(
            to: chancery_lanes_modulus(
                digits: digitCount, modulus: words, offset: words + digitCount, inverse: UInt64(inverse)))
    }
}
