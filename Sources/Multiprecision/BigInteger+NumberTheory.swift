import CGMP

extension BigInteger {
    /// The greatest common divisor, never negative; `gcd(0, 0) = 0`. Variable time.
    public func greatestCommonDivisor(with other: BigInteger) -> BigInteger {
        .make { __gmpz_gcd($0, pointer, other.pointer) }
    }

    /// The least common multiple, never negative. Variable time.
    public func leastCommonMultiple(with other: BigInteger) -> BigInteger {
        .make { __gmpz_lcm($0, pointer, other.pointer) }
    }

    /// The inverse in `[0, modulus)`, `nil` where there is none. Variable time.
    ///
    /// - Precondition: `modulus` is positive.
    public func inverse(modulo modulus: BigInteger) -> BigInteger? {
        precondition(modulus.signum > 0, "a modulus is positive")
        let result = Storage()
        guard __gmpz_invert(result.pointer, pointer, modulus.pointer) != 0 else { return nil }
        return BigInteger(storage: result)
    }

    /// `self^exponent mod modulus` for public operands: sliding windows whose timing shows the exponent.
    ///
    /// - Parameter variableTime: Write `true`: the label warns whoever reads the call. ``secretPower(_:modulo:)`` is
    ///   the other kind.
    /// - Precondition: `modulus` is positive, `exponent` is not negative.
    public func power(_ exponent: BigInteger, modulo modulus: BigInteger, variableTime: Bool) -> BigInteger {
        precondition(variableTime, "for a secret exponent there is secretPower")
        precondition(modulus.signum > 0 && exponent.signum >= 0, "a positive modulus, an exponent from 0")
        return .make { __gmpz_powm($0, pointer, exponent.pointer, modulus.pointer) }
    }

    /// `self^exponent mod modulus` in time and memory accesses that depend on the operands' lengths alone.
    ///
    /// - Throws: ``MultiprecisionError/evenModulus`` unless the modulus is odd and over 1,
    ///   ``MultiprecisionError/exponentNotPositive``: on these GMP would end the process.
    /// - Complexity: About a tenth over ``power(_:modulo:variableTime:)``.
    public func secretPower(
        _ exponent: BigInteger, modulo modulus: BigInteger
    ) throws(MultiprecisionError) -> BigInteger {
        guard modulus > 1, !modulus.isEven else { throw .evenModulus }
        guard exponent.signum > 0 else { throw .exponentNotPositive }
        return .make { __gmpz_powm_sec($0, pointer, exponent.pointer, modulus.pointer) }
    }

    /// Whether the value is `a^b` with `b > 1`. Variable time.
    public var isPerfectPower: Bool { __gmpz_perfect_power_p(pointer) != 0 }

    /// `⌊√self⌋`.
    ///
    /// - Precondition: The value is not negative.
    public var squareRoot: BigInteger {
        precondition(signum >= 0, "a square root of a number that is not negative")
        return .make { __gmpz_sqrt($0, pointer) }
    }
}
