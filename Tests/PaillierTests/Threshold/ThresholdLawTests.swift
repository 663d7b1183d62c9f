import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Keys in shares, over many cases")
struct ThresholdLawTests {
    private static let cases = [64: 400, 128: 300, 256: 120]

    /// A key, a structure and a set of holders, all drawn.
    private func tryCases(
        _ name: String, _ bitCount: Int, divisor: Int = 1,
        _ holds: (ThresholdCase, Set<Int>, inout SeededGenerator) throws -> Bool
    ) throws {
        let privateKey = try SmallKeys.key(bitCount: bitCount, seed: UInt64(bitCount))
        let structures = try AccessStructure.samples()
        let count = max(1, (Self.cases[bitCount] ?? 1) / divisor)
        try Law("\(name), \(bitCount) bits", cases: count, seed: UInt64(bitCount)).holds { generator in
            let structure = structures[Int.random(in: 0..<structures.count, using: &generator)]
            let subsets = structure.subsets
            let set = subsets[Int.random(in: 0..<subsets.count, using: &generator)]
            return try holds(ThresholdCase(privateKey, structure, &generator), set, &generator)
        }
    }

    @Test("Any qualified set opens, in any order; no other set does", arguments: [64, 128, 256])
    func anyQualifiedSet(bitCount: Int) throws {
        try tryCases("a qualified set opens", bitCount) { dealt, set, generator in
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
        try tryCases("refreshed shares", bitCount, divisor: 3) { dealt, set, generator in
            guard dealt.key.structure.suffices(set) else { return true }
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
        try Law("mixed epochs, \(bitCount) bits", cases: 60, seed: 4).holds { generator in
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
        try tryCases("reshared", bitCount, divisor: 4) { dealt, set, generator in
            guard dealt.key.structure.suffices(set) else { return true }
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
        try tryCases("batches", bitCount, divisor: 4) { dealt, set, generator in
            guard dealt.key.structure.suffices(set) else { return true }
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

    @Test("At 2048 bits: three of five open, refreshed and dealt on; two do not; rubbish is passed over and named")
    func fullSize() throws {
        var generator = SeededGenerator(seed: 2048)
        let dealt = try ThresholdCase(TestKeys.of2048, AccessStructure(threshold: 3, of: 5), &generator)
        let ciphertexts = try [7, 11].map { try dealt.encrypt($0, &generator) }
        var partials = try [5, 2, 3, 1].map { try dealt.partial($0, of: ciphertexts, &generator) }
        partials[0] = PartialDecryption(
            holder: 5, epoch: 1, values: partials[1].values, challenge: partials[0].challenge,
            response: partials[0].response)
        let opened = try dealt.key.open(ciphertexts, with: partials, context: ThresholdCase.context, workers: 2)
        #expect(opened.plaintexts == [7, 11])
        #expect(opened.holders == [1, 2, 3])
        #expect(opened.faults == [5: .partialWrong(holder: 5)])
        #expect(throws: PaillierError.tooFewPartials(valid: [2, 3], faulty: [])) {
            try dealt.key.open(ciphertexts, with: Array(partials[1...2]), context: ThresholdCase.context)
        }
        let next = try dealt.refreshed(by: 2, &generator)
        #expect(try next.open(ciphertexts, by: [1, 4, 5], &generator).plaintexts == [7, 11])
        let moved = try next.reshared(over: AccessStructure(threshold: 2, of: 3), by: [2, 4, 5], &generator)
        #expect(try moved.open(ciphertexts, by: [3, 1], &generator).plaintexts == [7, 11])
    }
}
