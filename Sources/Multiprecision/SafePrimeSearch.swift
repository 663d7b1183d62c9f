/// Searches a safe prime `p = 2p′ + 1` of an exact length, its two highest bits set (so that the product of two has
/// exactly twice the length).
///
/// From a random start, p′ and 2p′ + 1 are sieved together over an interval; what is left passes a base-2 strong test
/// each, then Baillie–PSW and random Miller–Rabin rounds for p′, and Pocklington for p. Choosing the first prime after a random start
/// favours primes after long gaps; the entropy lost is under a bit (J. Brandt, I. Damgård, CRYPTO 1992), and every
/// interval starts afresh.
package struct SafePrimeSearch {
    /// Random Miller–Rabin rounds for p′, after Baillie–PSW.
    package static let rounds = 16

    /// Length of p in bits.
    package let bitCount: Int
    private let sievingPrimes: [UInt]
    private let intervalLength: Int

    /// - Precondition: At least 32 bits, so that no sieving prime is a candidate itself.
    package init(bitCount: Int) {
        precondition(bitCount >= 32, "a safe prime of 32 bits or more")
        self.bitCount = bitCount
        // A longer sieve costs little beside powers of long candidates, and much beside those of short ones.
        let isLong = bitCount >= 512
        sievingPrimes = isLong ? Self.manyPrimes : Self.fewPrimes
        intervalLength = isLong ? 1 << 17 : 1 << 12
    }

    /// Tries one interval.
    ///
    /// - Parameter step: Called before each candidate's test; `false` ends the search.
    /// - Returns: `nil` where the interval holds none or the search was ended.
    package func searchInterval(
        using generator: inout some RandomNumberGenerator, step: () -> Bool
    ) -> BigInteger? {
        let highBits = BigInteger(3) << (bitCount - 3)
        let low = BigInteger.random(bitCount: bitCount - 3, using: &generator)
        let start = highBits + (low.isEven ? low + 1 : low)
        let survivors = sieve(from: start)
        for index in survivors.indices where survivors[index] {
            guard step() else { return nil }
            let half = start + BigInteger(2 * index)
            guard half.isStrongProbablePrime(base: 2) else { continue }
            let candidate = half + half + 1
            // The interval may run over the edge of the length.
            guard candidate.bitWidth == bitCount, candidate.isStrongProbablePrime(base: 2) else { continue }
            if Self.isSafePrime(candidate, using: &generator) { return candidate }
        }
        return nil
    }

    /// Whether `p` and `(p - 1) / 2` are prime, with error at most `4^-rounds`.
    package static func isSafePrime(_ p: BigInteger) -> Bool {
        var generator = SystemRandomNumberGenerator()
        return isSafePrime(p, using: &generator)
    }

    private static func isSafePrime(_ p: BigInteger, using generator: inout some RandomNumberGenerator) -> Bool {
        guard p > 7, !p.isEven else { return false }
        let half = p >> 1
        // Pocklington with p - 1 = 2p′, p′ > √p: once p′ is prime, 2^(p-1) ≡ 1 and gcd(2² - 1, p) = 1 prove p prime.
        return half.isProbablePrime(rounds: rounds, using: &generator)
            && p.modulo(3) != 0 && BigInteger(2).power(p - 1, modulo: p, variableTime: true) == 1
    }

    /// Which `start + 2i` and twice that plus 1 have no sieving prime as a factor.
    private func sieve(from start: BigInteger) -> [Bool] {
        var survivors = [Bool](repeating: true, count: intervalLength)
        survivors.withUnsafeMutableBufferPointer { survivors in
            for word in sievingPrimes {
                let prime = Int(word)
                let residue = Int(start.modulo(word))
                let halfOfOne = (prime + 1) / 2
                // start + 2i ≡ 0, and 2(start + 2i) + 1 ≡ 0, that is start + 2i ≡ -1/2 = (prime - 1) / 2.
                strike(survivors, from: (prime - residue) * halfOfOne % prime, by: prime)
                let distance = ((prime - 1) / 2 - residue + prime) % prime
                strike(survivors, from: distance * halfOfOne % prime, by: prime)
            }
        }
        return Array(survivors)
    }

    private func strike(_ survivors: UnsafeMutableBufferPointer<Bool>, from first: Int, by prime: Int) {
        var index = first
        while index < survivors.count {
            survivors[index] = false
            index += prime
        }
    }

    private static let fewPrimes = SmallPrimes.sieve(below: 1 << 12)
    private static let manyPrimes = SmallPrimes.sieve(below: 1 << 20)
}
