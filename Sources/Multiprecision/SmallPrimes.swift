/// The odd primes below 2^16, and trial division by them.
package enum SmallPrimes {
    /// Ascending: 3, 5, 7, … 65521.
    package static let odd: [UInt] = sieve(below: 1 << 16)

    /// The odd primes below `limit`, ascending. Eratosthenes.
    package static func sieve(below limit: Int) -> [UInt] {
        guard limit > 3 else { return [] }
        // Index i stands for 2i + 1.
        var composite = [Bool](repeating: false, count: limit / 2)
        var primes: [UInt] = []
        composite.withUnsafeMutableBufferPointer { composite in
            for index in 1..<composite.count where !composite[index] {
                let prime = 2 * index + 1
                primes.append(UInt(prime))
                guard prime * prime < limit else { continue }
                var multiple = (prime * prime) / 2
                while multiple < composite.count {
                    composite[multiple] = true
                    multiple += prime
                }
            }
        }
        return primes
    }

    /// The least odd prime up to `bound` (at most 2^16) that divides `number` and is not `number` itself. Variable time.
    package static func leastFactor(of number: BigInteger, upTo bound: UInt) -> UInt? {
        precondition(bound <= 1 << 16, "primes are tabulated below 2^16")
        // Primes are multiplied into words, so that the long number is divided once for several of them.
        var start = 0
        while start < odd.count, odd[start] <= bound {
            var (product, end) = (odd[start], start + 1)
            while end < odd.count {
                let (next, overflow) = product.multipliedReportingOverflow(by: odd[end])
                if overflow { break }
                (product, end) = (next, end + 1)
            }
            let remainder = number.modulo(product)
            for prime in odd[start..<end] where prime <= bound && remainder.isMultiple(of: prime) {
                if number != BigInteger(UInt64(prime)) { return prime }
            }
            start = end
        }
        return nil
    }
}
