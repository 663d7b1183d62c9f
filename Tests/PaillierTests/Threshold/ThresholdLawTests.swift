import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Keys in shares, over many cases")
struct ThresholdLawTests {
    /// Over a thousand for each law, most of them at the size that costs least.
    private static let cases = [64: 1_000, 128: 200, 256: 40]

    /// A key, a structure and a set of holders, all drawn.
    /// - Parameter qualified: Whether only sets that suffice are drawn.
    private func tryCases(
        _ name: String, _ bitCount: Int, qualified: Bool = true,
        _ holds: (ThresholdCase, Set<Int>, inout SeededGenerator) throws -> Bool
    ) throws {
        let privateKey = try SmallKeys.key(bitCount: bitCount, seed: UInt64(bitCount))
        let structures = try AccessStructure.samples()
        let sets = structures.map { structure in
            structure.subsets.filter { !qualified || structure.suffices($0) }
        }
        try Law("\(name), \(bitCount) bits", cases: Self.cases[bitCount] ?? 1, seed: UInt64(bitCount)).holds {
            generator in
            let drawn = Int.random(in: 0..<structures.count, using: &generator)
            let set = sets[drawn][Int.random(in: 0..<sets[drawn].count, using: &generator)]
            return try holds(ThresholdCase(privateKey, structures[drawn], &generator), set, &generator)
        }
    }

    @Test("Any qualified set opens, in any order; no other set does", arguments: [64, 128, 256])
    func anyQualifiedSet(bitCount: Int) throws {
        try tryCases("a qualified set opens", bitCount, qualified: false) { dealt, set, generator in
            let plaintext = BigInteger.random(below: dealt.key.publicKey.modulus, using: &generator)
            let ciphertext = try dealt.encrypt(plaintext, &generator)
            let holders = set.shuffled(using: &generator)
            guard dealt.key.structure.suffices(set) else {
                return PaillierError.tooFewPartials(valid: set.sorted(), faulty: [])
                    .isThrown { _ = try dealt.open([ciphertext], by: holders, &generator) }
            }
            let opened = try dealt.open([ciphertext], by: holders, &generator)
            return opened.plaintexts == [plaintext] && opened.faults.isEmpty && set.isSuperset(of: opened.holders)
        }
    }

    @Test("Refreshed shares open, of whatever epoch; old and new ones do not mix", arguments: [64, 128, 256])
    func refreshing(bitCount: Int) throws {
        try tryCases("refreshed shares", bitCount) { dealt, set, generator in
            let once = try dealt.refreshed(by: Int.random(in: 1...3, using: &generator), &generator)
            let twice = try once.refreshed(by: 1, &generator)
            let ciphertext = try dealt.encrypt(42, &generator)
            let opened = try twice.open([ciphertext], by: set.sorted(), &generator)
            let old = try once.partial(set.sorted()[0], of: [ciphertext], &generator)
            let isRefused = PaillierError.shareOfAnotherEpoch(found: 2, expected: 3)
                .isThrown { try twice.key.verify(old, of: [ciphertext], context: ThresholdCase.context) }
            return opened.plaintexts == [42] && isRefused && twice.key.epoch == 3
        }
    }

    @Test("Shares of two epochs do not combine, even when the epoch is forged", arguments: [64, 128])
    func mixing(bitCount: Int) throws {
        let structure = try AccessStructure(threshold: 2, of: 3)
        let privateKey = try SmallKeys.key(bitCount: bitCount, seed: 3)
        try Law("mixed epochs, \(bitCount) bits", cases: Self.cases[bitCount] ?? 1, seed: 4).holds { generator in
            let dealt = try ThresholdCase(privateKey, structure, &generator)
            let next = try dealt.refreshed(by: 2, &generator)
            let ciphertext = try dealt.encrypt(42, &generator)
            let old = try dealt.partial(1, of: [ciphertext], &generator)
            let forged = PartialDecryption(
                holder: 1, epoch: 2, values: old.values, challenge: old.challenge, response: old.response)
            let new = try next.partial(2, of: [ciphertext], &generator)
            return PaillierError.tooFewPartials(valid: [2], faulty: [1])
                .isThrown {
                    _ = try next.key.open([ciphertext], with: [forged, new], context: ThresholdCase.context)
                }
        }
    }

    @Test("Shares dealt on to another structure open, and again after that", arguments: [64, 128, 256])
    func resharing(bitCount: Int) throws {
        let structures = try AccessStructure.samples()
        try tryCases("reshared", bitCount) { dealt, set, generator in
            let other = structures[Int.random(in: 0..<structures.count, using: &generator)]
            let moved = try dealt.reshared(over: other, by: set.sorted(), &generator)
            let again = try moved.refreshed(by: 1, &generator)
                .reshared(over: dealt.key.structure, by: Array(1...other.holderCount), &generator)
            let ciphertext = try dealt.encrypt(123, &generator)
            let first = try moved.open([ciphertext], by: Array(1...other.holderCount), &generator)
            let second = try again.open([ciphertext], by: set.sorted(), &generator)
            return first.plaintexts == [123] && second.plaintexts == [123]
        }
    }

    @Test("One proof serves many ciphertexts, and a wrong one among them is found", arguments: [64, 128, 256])
    func batches(bitCount: Int) throws {
        try tryCases("batches", bitCount) { dealt, set, generator in
            let plaintexts = (0..<Int.random(in: 2...20, using: &generator)).map { BigInteger($0 * 7) }
            var ciphertexts: [Ciphertext] = []
            for plaintext in plaintexts { ciphertexts.append(try dealt.encrypt(plaintext, &generator)) }
            let opened = try dealt.open(ciphertexts, by: set.sorted(), &generator)
            let culprit = set.sorted()[0]
            let partial = try dealt.partial(culprit, of: ciphertexts, &generator)
            var values = partial.values
            let place = Int.random(in: 0..<values.count, using: &generator)
            values[place] = (values[place] * (1 + dealt.key.publicKey.modulus)).modulo(
                dealt.key.publicKey.modulusSquared)
            let wrong = PartialDecryption(
                holder: culprit, epoch: partial.epoch, values: values, challenge: partial.challenge,
                response: partial.response)
            return opened.plaintexts == plaintexts
                && PaillierError.partialWrong(holder: culprit)
                    .isThrown { try dealt.key.verify(wrong, of: ciphertexts, context: ThresholdCase.context) }
        }
    }

    @Test("One part less than suffices opens nothing, by itself or with one that was made up", arguments: [64, 128])
    func onePartLess(bitCount: Int) throws {
        let privateKey = try SmallKeys.key(bitCount: bitCount, seed: 7)
        let structures = try [(2, 3), (3, 5), (5, 5)].map { try AccessStructure(threshold: $0, of: $1) }
        try Law("t - 1, \(bitCount) bits", cases: Self.cases[bitCount] ?? 1, seed: 8).holds { generator in
            let structure = structures[Int.random(in: 0..<structures.count, using: &generator)]
            let dealt = try ThresholdCase(privateKey, structure, &generator)
            let plaintext = BigInteger.random(below: dealt.key.publicKey.modulus, using: &generator)
            let ciphertext = try dealt.encrypt(plaintext, &generator)
            guard case .gate(let threshold, let nodes) = structure.root else { return false }
            let order = Array(1...nodes.count).shuffled(using: &generator)
            let (few, next) = (order.prefix(threshold - 1).sorted(), order[threshold - 1])
            var parts: [PartialDecryption] = []
            for holder in few { parts.append(try dealt.partial(holder, of: [ciphertext], &generator)) }
            // As if so many were enough: the arithmetic gives anything but the plaintext.
            guard try interpolated(parts, of: nodes.count, under: dealt.key.publicKey) != plaintext else {
                return false
            }
            // Another's part under one's own number, any number with its proof, and a right part of another sharing.
            let copy = parts[0]
            let any = BigInteger.random(below: dealt.key.publicKey.modulusSquared, using: &generator)
            let another = try ThresholdCase(privateKey, structure, &generator)
            let forged = [
                copy.with(holder: next), copy.with(holder: next, values: [any]),
                try another.partial(next, of: [ciphertext], &generator),
            ]
            return forged.allSatisfy { forged in
                let named = [PaillierError.partialWrong(holder: next), .partialMalformed(holder: next)]
                return PaillierError.tooFewPartials(valid: few, faulty: [next])
                    .isThrown {
                        _ = try dealt.key.open(
                            [ciphertext], with: parts + [forged], context: ThresholdCase.context)
                    }
                    && named.contains {
                        $0.isThrown {
                            try dealt.key.verify(forged, of: [ciphertext], context: ThresholdCase.context)
                        }
                    }
            }
        }
    }

    /// What these parts would open if they sufficed; `nil` where the logarithm is not exact.
    ///
    /// Written anew: the library does not combine too few.
    private func interpolated(
        _ parts: [PartialDecryption], of count: Int, under key: PublicKey
    ) throws -> BigInteger? {
        let (delta, square) = ((1...count).reduce(1, *), key.modulusSquared)
        var product: BigInteger = 1
        for part in parts {
            let others = parts.map(\.holder).filter { $0 != part.holder }
            let weight = others.reduce(delta) { $0 * -$1 } / others.reduce(1) { $0 * (part.holder - $1) }
            let power = part.values[0].power(BigInteger(2 * abs(weight)), modulo: square, variableTime: true)
            let factor = weight < 0 ? try #require(power.inverse(modulo: square)) : power
            product = (product * factor).modulo(square)
        }
        guard let quotient = (product - 1).exactQuotient(dividingBy: key.modulus),
            let inverse = BigInteger(4 * delta * delta).inverse(modulo: key.modulus)
        else { return nil }
        return (quotient * inverse).modulo(key.modulus)
    }
}
