import Multiprecision
import TestSupport
import Testing

@Suite("Primes")
struct PrimalityTests {
    @Test("Small numbers are told apart as Eratosthenes does")
    func small() {
        let primes = Set(SmallPrimes.sieve(below: 2000).map { Int($0) } + [2])
        for value in -5..<2000 {
            #expect(BigInteger(value).isProbablePrime(rounds: 4) == primes.contains(value), "\(value)")
        }
    }

    @Test("There are 6542 primes below 2^16, 2 included")
    func table() {
        #expect(SmallPrimes.odd.count == 6541)
        #expect(SmallPrimes.odd.first == 3 && SmallPrimes.odd.last == 65521)
    }

    @Test("Carmichael numbers, strong pseudoprimes and products of primes are composite")
    func composites() throws {
        // Arnault's 1995 example passes Miller-Rabin for every prime base below 307 in its 397-digit form; these are
        // shorter classics: psi_9, psi_12 and psi_13 (Sorenson and Webster), strong to the first 9, 12, 13 prime bases.
        let texts = [
            "561", "41041", "3825123056546413051", "318665857834031151167461", "3317044064679887385961981",
        ]
        for text in texts {
            let value = try #require(BigInteger(text))
            #expect(!value.isProbablePrime(rounds: 4))
        }
        let product = ((BigInteger.one << 127) - 1) * ((BigInteger.one << 521) - 1)
        #expect(!product.isProbablePrime(rounds: 2))
        #expect(((BigInteger.one << 521) - 1).isProbablePrime(rounds: 2))
        #expect(!((BigInteger.one << 523) - 1).isProbablePrime(rounds: 2))
        #expect(!(-((BigInteger.one << 521) - 1)).isProbablePrime(rounds: 2))
    }

    @Test("A base strong to a composite passes one round, as published: 2047 to base 2")
    func strongLiar() {
        #expect(BigInteger(2047).isStrongProbablePrime(base: 2))
        #expect(!BigInteger(2047).isStrongProbablePrime(base: 3))
    }

    @Test("The group prime of RFC 2409 is a safe prime; its neighbours are not")
    func safePrimes() throws {
        // Oakley group 1 (768 bits): 2^768 - 2^704 - 1 + 2^64 * ([2^638 pi] + 149686), RFC 2409, 6.1.
        let hex =
            "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
            + "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A3620FFFFFFFFFFFFFFFF"
        let prime = try #require(BigInteger(hex, radix: 16))
        #expect(prime.bitWidth == 768)
        #expect(SafePrimeSearch.isSafePrime(prime))
        #expect(!SafePrimeSearch.isSafePrime(prime + 2))
        // 2^127 - 1 is prime, (2^126 - 1) is not.
        #expect(!SafePrimeSearch.isSafePrime((BigInteger.one << 127) - 1))
        #expect(!SafePrimeSearch.isSafePrime(0) && !SafePrimeSearch.isSafePrime(-23))
    }

    @Test("The least factor is found up to the bound, and the number itself is none")
    func factors() {
        let long = (BigInteger.one << 521) - 1
        #expect(SmallPrimes.leastFactor(of: long, upTo: 65536) == nil)
        for prime in [UInt(3), 5, 251, 257, 65519, 65521] {
            #expect(SmallPrimes.leastFactor(of: long * BigInteger(UInt64(prime)), upTo: 65536) == prime)
            #expect(SmallPrimes.leastFactor(of: BigInteger(UInt64(prime)), upTo: 65536) == nil)
        }
        #expect(SmallPrimes.leastFactor(of: long * 65521, upTo: 65520) == nil)
        #expect(SmallPrimes.leastFactor(of: 9, upTo: 3) == 3)
    }

    @Test("The search gives safe primes of the exact length with both high bits set", arguments: [32, 33, 64, 128])
    func search(bitCount: Int) {
        var generator = SeededGenerator(seed: UInt64(bitCount))
        let search = SafePrimeSearch(bitCount: bitCount)
        var found: Set<BigInteger> = []
        while found.count < 5 {
            guard let prime = search.searchInterval(using: &generator, step: { true }) else { continue }
            #expect(prime.bitWidth == bitCount && prime.bit(bitCount - 2))
            #expect(SafePrimeSearch.isSafePrime(prime))
            found.insert(prime)
        }
    }

    @Test("A search ends when told to")
    func stop() {
        var generator = SeededGenerator(seed: 3)
        var steps = 0
        let prime = SafePrimeSearch(bitCount: 1024).searchInterval(using: &generator) {
            steps += 1
            return steps < 3
        }
        #expect(prime == nil && steps == 3)
    }
}
