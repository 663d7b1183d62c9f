import Multiprecision

extension PublicKey {
    static func validate(_ modulus: BigInteger, leastBitCount: Int) throws(PaillierError) {
        guard modulus.signum > 0, modulus.bitWidth >= leastBitCount else {
            throw .modulusTooShort(bitCount: modulus.signum > 0 ? modulus.bitWidth : 0, least: leastBitCount)
        }
        guard modulus.bitWidth <= greatestBitCount else {
            throw .modulusTooLong(bitCount: modulus.bitWidth, most: greatestBitCount)
        }
        guard !modulus.isEven else { throw .modulusEven }
        if let factor = SmallPrimes.leastFactor(of: modulus, upTo: trialDivisionBound) {
            throw .modulusHasSmallFactor(factor)
        }
        guard !modulus.isPerfectPower else { throw .modulusIsPerfectPower }
        // With a prime modulus anybody decrypts. A composite that a hostile owner made look prime harms its owner
        // alone, and is refused just as well.
        guard !modulus.isProbablePrime(rounds: 0) else { throw .modulusIsPrime }
    }
}
