import Multiprecision
import Paillier
import TestSupport
import Testing

/// Keys made to deceive: what their owner would gain is said with each.
@Suite("Keys made to deceive")
struct KeyAttackTests {
    @Test("n = p²q, where two plaintexts open, has no proof: its owner's best roots are refused", arguments: 1...3)
    func squareFactor(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let (p, q) = (Self.prime(bitCount: 700, &generator), Self.prime(bitCount: 700, &generator))
        let publicKey = try PublicKey(modulus: p * p * q)
        let roots = try Self.bestRoots(of: publicKey, groupOrder: p * (p - 1) * (q - 1), withoutFactor: p)
        #expect(throws: PaillierError.keyProofRootWrong(index: 0)) { try publicKey.verify(NthRootProof(roots: roots)) }
    }

    @Test("n = pq with p | q - 1, where n-th powers forget a part of the randomness, has no proof", arguments: 1...3)
    func dividingFactor(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let p = Self.prime(bitCount: 300, &generator)
        var q = BigInteger.zero
        repeat {
            q = p * BigInteger.random(bitCount: 1_500, using: &generator) * 2 + 1
        } while !q.isProbablePrime(rounds: 16, using: &generator)
        let publicKey = try PublicKey(modulus: p * q)
        let roots = try Self.bestRoots(of: publicKey, groupOrder: (p - 1) * (q - 1), withoutFactor: p)
        #expect(throws: PaillierError.keyProofRootWrong(index: 0)) { try publicKey.verify(NthRootProof(roots: roots)) }
    }

    @Test("Every prime up to the bound is found as a factor")
    func smallFactors() throws {
        let (modulus, primes) = (TestKeys.of2048.publicKey.modulus, SmallPrimes.odd)
        for prime in primes {
            #expect(throws: PaillierError.modulusHasSmallFactor(prime)) {
                try PublicKey(modulus: modulus * BigInteger(UInt64(prime)))
            }
        }
        print("small factors: \(primes.count) primes up to \(PublicKey.trialDivisionBound)")
    }

    @Test("Even moduli, primes and squares are no keys")
    func noKeys() throws {
        var generator = SeededGenerator(seed: 5)
        let prime = Self.prime(bitCount: 1_100, &generator)
        let other = Self.prime(bitCount: 1_100, &generator)
        #expect(throws: PaillierError.modulusEven) { try PublicKey(modulus: prime * other * 2) }
        #expect(throws: PaillierError.modulusIsPerfectPower) { try PublicKey(modulus: prime * prime) }
        #expect(throws: PaillierError.modulusIsPerfectPower) { try PublicKey(modulus: prime.power(3)) }
        let long = Self.prime(bitCount: 2_100, &generator)
        #expect(throws: PaillierError.modulusIsPrime) { try PublicKey(modulus: long) }
        #expect(throws: PaillierError.factorsEqual) { try PrivateKey(p: prime, q: prime) }
        #expect(throws: PaillierError.factorsEqual) { try ForeignDecryptionKey(p: prime, q: prime) }
    }

    @Test("Of 10,000 proofs with one root altered or put beside the range, none passes")
    func alteredRoots() throws {
        let keys = try (1...4).map { try SmallKeys.key(bitCount: 256, seed: $0) }
        let proofs = try keys.map { try $0.proveModulus() }
        let primes = try keys.map { key in
            try #require(
                LawCases(key: key, encryptor: try Encryptor(key: key.publicKey, expectedCount: 1), count: 0).factor)
        }
        Law("altered key proof, 256 bits", cases: 10_000, seed: 9).holds { generator in
            let place = Int.random(in: keys.indices, using: &generator)
            let (n, index) = (keys[place].publicKey.modulus, Int.random(in: 0..<8, using: &generator))
            var roots = proofs[place].roots
            let root = roots[index]
            let (wrong, outside) = (
                PaillierError.keyProofRootWrong(index: index), PaillierError.keyProofRootOutOfRange(index: index)
            )
            let expected: PaillierError
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: (roots[index], expected) = (n - root, wrong)
            case 1: (roots[index], expected) = (roots[(index + 1) % 8], wrong)
            case 2: (roots[index], expected) = (root + n, outside)
            case 3: (roots[index], expected) = (root - n, outside)
            case 4: (roots[index], expected) = (primes[place], outside)
            case 5: (roots[index], expected) = (0, outside)
            default:
                let other = (root + BigInteger.random(below: n - 1, using: &generator) + 1).modulo(n)
                // A root that has a factor of n is beside the range; it takes luck of 2^-127 to meet one.
                (roots[index], expected) = (other, wrong)
            }
            return expected.isThrown {
                try keys[place].publicKey.verify(NthRootProof(roots: roots))
            }
        }
    }

    @Test("A proof proves one key only", arguments: [UInt64(1), 2])
    func otherKeys(seed: UInt64) throws {
        let keys = try (0..<12).map { try SmallKeys.key(bitCount: 256, seed: seed * 100 + $0) }
        for (owner, key) in keys.enumerated() {
            let proof = try key.proveModulus()
            for (other, stranger) in keys.enumerated() where other != owner {
                #expect(throws: PaillierError.self) { try stranger.publicKey.verify(proof) }
            }
        }
    }

    @Test("A key whose least factor is just above the bound cannot slip an error of that order into a batch")
    func errorsOfLeastOrder() throws {
        // 65537 is the least prime that a key may have: an error of order 65537 in the plaintexts passes a single
        // random combination once in 65537 times, and eight of them never.
        var generator = SeededGenerator(seed: 65_537)
        let (s, q) = (BigInteger(65_537), Self.prime(bitCount: 200, &generator))
        let publicKey = try PublicKey(insecureModulusForTesting: s * q)
        let (n, squared) = (publicKey.modulus, publicKey.modulusSquared)
        let items = try (0..<12).map { _ in
            let (m, r) = (
                BigInteger.random(below: n, using: &generator), BigInteger.random(below: n - 1, using: &generator) + 1
            )
            let value = ((m * n + 1) * r.power(n, modulo: squared, variableTime: true)).modulo(squared)
            return (
                ciphertext: try Ciphertext(checking: value, under: publicKey),
                opening: Opening(plaintext: m, randomness: r)
            )
        }
        try publicKey.verifyBatch(items)
        Law("errors of order 65537 in a batch", cases: 2_000, seed: 1).holds { generator in
            var bad = items
            var least = items.count
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: items.indices, using: &generator)
                let shift = q * BigInteger(Int.random(in: 1..<65_537, using: &generator))
                let opening = items[place].opening
                bad[place].opening = Opening(
                    plaintext: (opening.plaintext + shift).modulo(n), randomness: opening.randomness)
                least = min(least, place)
            }
            return PaillierError.openingDoesNotMatch(index: least).isThrown {
                try publicKey.verifyBatch(bad)
            }
        }
    }

    /// Roots that are right wherever the group allows it: the exponent inverts n on the part coprime to `factor`.
    private static func bestRoots(
        of key: PublicKey, groupOrder: BigInteger, withoutFactor factor: BigInteger
    ) throws -> [BigInteger] {
        var order = groupOrder
        while let rest = order.exactQuotient(dividingBy: factor) { order = rest }
        let exponent = try #require(key.modulus.inverse(modulo: order))
        return (0..<NthRootProof.rootCount).map { index in
            NthRootProof.target(index, of: key).power(exponent, modulo: key.modulus, variableTime: true)
        }
    }

    private static func prime(bitCount: Int, _ generator: inout SeededGenerator) -> BigInteger {
        while true {
            let candidate = BigInteger.random(bitCount: bitCount - 2, using: &generator) * 2 + 1
            let number = candidate + (BigInteger.one << (bitCount - 1))
            if number.isProbablePrime(rounds: 16, using: &generator) { return number }
        }
    }
}
