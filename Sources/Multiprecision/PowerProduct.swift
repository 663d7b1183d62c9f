/// `∏ bᵢ^eᵢ` modulo n² (or n) for many short public exponents, by sorting the bases into buckets.
///
/// An exponent is cut into windows; in each, a base is multiplied into the bucket of its digit. At the end a window's
/// buckets B_d give `∏ B_d^d` for two products a bucket, and the windows join with as many squarings as the exponents
/// have bits. Variable time.
/// - SeeAlso: N. Pippenger, On the evaluation of powers and monomials, SIAM J. Comput. 9 (1980); D. J. Bernstein, J.
///   Doumen, T. Lange, J.-J. Oosterwijk, Faster batch forgery identification, 2012, section 4.
package final class PowerProduct {
    private let ring: MontgomeryModulus
    private let buckets: any Buckets
    private let shape: Shape
    /// Σ eᵢ: as often every base's surplus division by a power of R has to be made good.
    private var exponentSum = BigInteger.zero

    /// 1.
    ///
    /// - Parameters:
    ///   - ring: The integers in which to multiply.
    ///   - lanes: The same integers eight at a time, or `nil`.
    ///   - exponentBitCount: Of the longest exponent: 1 to 64.
    ///   - expectedCount: How many bases are expected; any number may come.
    package init(ring: MontgomeryModulus, lanes: LaneRing?, exponentBitCount: Int, expectedCount: Int) {
        precondition((1...64).contains(exponentBitCount), "an exponent has 1 to 64 bits")
        self.ring = ring
        shape = Shape.best(
            exponentBitCount: exponentBitCount, expectedCount: expectedCount,
            bucketsAtOnce: lanes == nil ? 1 : LaneRing.laneCount,
            bucketByteCount: lanes.map { PackedNumbers.byteCount(columnCount: $0.columnCount) } ?? ring.limbCount * 8)
        if let lanes {
            buckets = LaneBuckets(ring: lanes, limbCount: ring.limbCount, shape: shape)
        } else {
            buckets = LimbBuckets(ring: ring, shape: shape)
        }
    }

    /// Multiplies by `base^exponent`.
    ///
    /// - Parameters:
    ///   - base: A number below the order, of the ring's limbs.
    ///   - exponent: Of at most the bits that were announced.
    package func multiply(by base: MontgomeryModulus.Limbs, exponent: UInt64) {
        precondition(shape.covers(exponent), "an exponent within the announced length")
        guard exponent > 0 else { return }
        buckets.add(base, exponent: exponent)
        exponentSum += BigInteger(exponent)
    }

    /// The product in `[0, order)`.
    package func value() -> BigInteger {
        let (product, surplus) = buckets.product()
        let correction = surplus.power(exponentSum, modulo: ring.modulus, variableTime: true)
        return (product * correction).modulo(ring.modulus)
    }
}

/// The buckets of a ``PowerProduct``.
protocol Buckets: AnyObject {
    /// Multiplies `base` into a bucket of each window.
    func add(_ base: MontgomeryModulus.Limbs, exponent: UInt64)
    /// The product of all powers, and the factor by which each base came too small. Nothing may be added afterwards.
    func product() -> (product: BigInteger, surplus: BigInteger)
}

extension PowerProduct {
    /// How exponents are cut.
    struct Shape: Hashable {
        /// Bits of a digit.
        let windowBitCount: Int
        /// Digits of an exponent.
        let windowCount: Int
        /// Values of a digit.
        var digitCount: Int { 1 << windowBitCount }

        func covers(_ exponent: UInt64) -> Bool {
            windowBitCount * windowCount >= 64 || exponent >> UInt64(windowBitCount * windowCount) == 0
        }

        func digit(_ window: Int, of exponent: UInt64) -> Int {
            Int(truncatingIfNeeded: exponent >> UInt64(window * windowBitCount)) & (digitCount - 1)
        }

        /// The fewest products for `expectedCount` bases within 64 MiB of buckets.
        static func best(
            exponentBitCount: Int, expectedCount: Int, bucketsAtOnce: Int, bucketByteCount: Int
        ) -> Shape {
            let shapes = (1...12).map { bits in
                Shape(windowBitCount: bits, windowCount: (exponentBitCount + bits - 1) / bits)
            }
            func products(_ shape: Shape) -> Int {
                shape.windowCount * (expectedCount + 2 * shape.digitCount * bucketsAtOnce)
            }
            let fitting = shapes.filter {
                $0.windowCount * $0.digitCount * bucketsAtOnce * bucketByteCount <= 64 << 20
            }
            return fitting.min { products($0) < products($1) } ?? shapes[0]
        }
    }
}
