import Multiprecision
import Paillier
import TestSupport
import Testing

/// At a size that is used: one dealing serves dozens of cases.
@Suite("Keys in shares, at 2048 bits")
struct ThresholdFullSizeTests {
    @Test("Three of five open, refreshed and dealt on; two do not; rubbish is passed over and named")
    func wholeWay() throws {
        var generator = SeededGenerator(seed: 2048)
        let dealt = try ThresholdCase(TestKeys.of2048, AccessStructure(threshold: 3, of: 5), &generator)
        let ciphertexts = try [7, 11].map { try dealt.encrypt($0, &generator) }
        var partials = try [5, 2, 3, 1].map { try dealt.partial($0, of: ciphertexts, &generator) }
        partials[0] = partials[0].with(values: partials[1].values)
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

    @Test("Every set of holders that suffices opens, and no other: 32 sets of five, 64 of six in nested gates")
    func everySet() throws {
        var generator = SeededGenerator(seed: 2049)
        let samples = try AccessStructure.samples()
        for structure in [samples[3], samples[6]] {
            let dealt = try ThresholdCase(TestKeys.of2048, structure, &generator)
            let plaintext = BigInteger.random(below: dealt.key.publicKey.modulus, using: &generator)
            let ciphertexts = [try dealt.encrypt(plaintext, &generator)]
            let verified = try (1...structure.holderCount).map { holder in
                try dealt.key.verify(
                    dealt.partial(holder, of: ciphertexts, &generator), of: ciphertexts,
                    context: ThresholdCase.context)
            }
            for set in structure.subsets {
                let parts = set.map { verified[$0 - 1] }
                guard structure.suffices(set) else {
                    #expect(throws: PaillierError.tooFewPartials(valid: set.sorted(), faulty: [])) {
                        try dealt.key.combine(parts, of: ciphertexts)
                    }
                    continue
                }
                #expect(try dealt.key.combine(parts, of: ciphertexts).plaintexts == [plaintext])
            }
        }
    }

    @Test("Shares of a dozen epochs open, each with its own and none with those of another")
    func epochs() throws {
        var generator = SeededGenerator(seed: 2050)
        let structure = try AccessStructure(threshold: 2, of: 3)
        var present = try ThresholdCase(TestKeys.of2048, structure, &generator)
        let ciphertexts = [try present.encrypt(42, &generator)]
        var parts = try (1...3).map { try present.partial($0, of: ciphertexts, &generator) }
        for epoch in 2...12 {
            let next =
                try epoch.isMultiple(of: 4)
                ? present.reshared(over: structure, by: [1, 2, 3], &generator) : present.refreshed(by: 1, &generator)
            let old = parts
            parts = try (1...3).map { try next.partial($0, of: ciphertexts, &generator) }
            #expect(
                try next.key.open(ciphertexts, with: [parts[epoch % 3], parts[(epoch + 1) % 3]], context: context)
                    .plaintexts == [42])
            // One of the old ones, its epoch forged or not.
            for stale in [old[0], old[0].with(epoch: epoch)] {
                #expect(throws: PaillierError.tooFewPartials(valid: [2], faulty: [1])) {
                    try next.key.open(ciphertexts, with: [stale, parts[1]], context: context)
                }
            }
            present = next
        }
    }

    private var context: [UInt8] { ThresholdCase.context }
}
