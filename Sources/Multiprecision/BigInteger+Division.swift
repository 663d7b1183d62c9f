import CGMP

extension BigInteger {
    /// `⌊self / divisor⌋` and the remainder, which has the divisor's sign.
    ///
    /// - Precondition: `divisor` is not 0.
    public func flooredQuotientAndRemainder(
        dividingBy divisor: BigInteger
    ) -> (quotient: BigInteger, remainder: BigInteger) {
        precondition(!divisor.isZero, "division by zero")
        let (quotient, remainder) = (Storage(), Storage())
        __gmpz_fdiv_qr(quotient.pointer, remainder.pointer, pointer, divisor.pointer)
        return (BigInteger(storage: quotient), BigInteger(storage: remainder))
    }

    /// The quotient rounded towards zero and the remainder, which has this value's sign.
    ///
    /// - Precondition: `divisor` is not 0.
    public func truncatedQuotientAndRemainder(
        dividingBy divisor: BigInteger
    ) -> (quotient: BigInteger, remainder: BigInteger) {
        precondition(!divisor.isZero, "division by zero")
        let (quotient, remainder) = (Storage(), Storage())
        __gmpz_tdiv_qr(quotient.pointer, remainder.pointer, pointer, divisor.pointer)
        return (BigInteger(storage: quotient), BigInteger(storage: remainder))
    }

    /// The representative in `[0, modulus)`.
    ///
    /// - Precondition: `modulus` is positive.
    public func modulo(_ modulus: BigInteger) -> BigInteger {
        precondition(modulus.signum > 0, "a modulus is positive")
        return .make { __gmpz_mod($0, pointer, modulus.pointer) }
    }

    /// The representative in `[0, modulus)`.
    ///
    /// - Precondition: `modulus` is positive.
    public func modulo(_ modulus: UInt) -> UInt {
        precondition(modulus > 0, "a modulus is positive")
        return __gmpz_fdiv_ui(pointer, modulus)
    }

    /// `self / divisor` where the division leaves nothing over, else `nil`.
    public func exactQuotient(dividingBy divisor: BigInteger) -> BigInteger? {
        let (quotient, remainder) = truncatedQuotientAndRemainder(dividingBy: divisor)
        return remainder.isZero ? quotient : nil
    }
}
