import Dispatch
import Multiprecision
import Synchronization

extension PrivateKey {
    /// How far a key generation has come.
    public struct GenerationProgress: Hashable, Sendable {
        /// Candidates tested so far, by all threads.
        public let testedCandidates: Int
        /// Safe primes found, of 2.
        public let foundPrimes: Int
    }

    /// Makes a key from two safe primes, searched by two threads with randomness from the operating system.
    ///
    /// Blocks its caller: at 3072 bits some 10 seconds, now and then a minute.
    /// - Parameters:
    ///   - bitCount: Length of n in bits: even, 2048 to 16384.
    ///   - progress: Called about every 16 candidates, from either thread.
    ///   - shouldStop: Asked before each candidate, from either thread; `true` ends the search.
    /// - Throws: ``PaillierError/keySizeNotSupported(bitCount:)``, ``PaillierError/cancelled``.
    public static func generate(
        bitCount: Int = PublicKey.defaultBitCount,
        progress: @escaping @Sendable (GenerationProgress) -> Void = { _ in },
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws(PaillierError) -> PrivateKey {
        guard bitCount.isMultiple(of: 2), (PublicKey.leastBitCount...PublicKey.greatestBitCount).contains(bitCount)
        else { throw .keySizeNotSupported(bitCount: bitCount) }
        let search = SafePrimeSearch(bitCount: bitCount / 2)
        let hunt = PrimeHunt(progress: progress, shouldStop: shouldStop)
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            var generator = SystemRandomNumberGenerator()
            while hunt.mayGoOn() {
                if let prime = search.searchInterval(using: &generator, step: hunt.countStep) { hunt.found(prime) }
            }
        }
        guard let (p, q) = hunt.result else { throw .cancelled }
        return try PrivateKey(p: p, q: q, leastBitCount: PublicKey.leastBitCount, primesAreChecked: true)
    }

    /// Makes a key too short for anything but tests, from a given source of randomness, on the caller's thread.
    ///
    /// - Parameter insecureBitCountForTesting: Length of n in bits: even, 64 or more.
    /// - Throws: ``PaillierError/keySizeNotSupported(bitCount:)``.
    public static func generate(
        insecureBitCountForTesting bitCount: Int, using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> PrivateKey {
        guard bitCount.isMultiple(of: 2), (64...PublicKey.greatestBitCount).contains(bitCount) else {
            throw .keySizeNotSupported(bitCount: bitCount)
        }
        let search = SafePrimeSearch(bitCount: bitCount / 2)
        var primes: [BigInteger] = []
        while primes.count < 2 {
            guard let prime = search.searchInterval(using: &generator, step: { true }) else { continue }
            if !primes.contains(prime) { primes.append(prime) }
        }
        return try PrivateKey(p: primes[0], q: primes[1], leastBitCount: 64, primesAreChecked: true)
    }
}

/// What the threads of one key generation share.
private final class PrimeHunt: Sendable {
    private struct State {
        var tested = 0
        var primes: [BigInteger] = []
    }

    private let state = Mutex(State())
    private let progress: @Sendable (PrivateKey.GenerationProgress) -> Void
    private let shouldStop: @Sendable () -> Bool

    init(
        progress: @escaping @Sendable (PrivateKey.GenerationProgress) -> Void,
        shouldStop: @escaping @Sendable () -> Bool
    ) {
        self.progress = progress
        self.shouldStop = shouldStop
    }

    var result: (BigInteger, BigInteger)? {
        state.withLock { $0.primes.count == 2 ? ($0.primes[0], $0.primes[1]) : nil }
    }

    func mayGoOn() -> Bool {
        state.withLock { $0.primes.count < 2 } && !shouldStop()
    }

    /// Counts a candidate; `false` when the search is over.
    func countStep() -> Bool {
        let (tested, found) = state.withLock { state in
            state.tested += 1
            return (state.tested, state.primes.count)
        }
        if tested.isMultiple(of: 16) { progress(.init(testedCandidates: tested, foundPrimes: found)) }
        return found < 2 && !shouldStop()
    }

    func found(_ prime: BigInteger) {
        let report = state.withLock { state in
            // The other thread may have been quicker.
            if state.primes.count < 2, !state.primes.contains(prime) { state.primes.append(prime) }
            return PrivateKey.GenerationProgress(testedCandidates: state.tested, foundPrimes: state.primes.count)
        }
        progress(report)
    }
}
