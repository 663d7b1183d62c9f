import Foundation
import Multiprecision
import Paillier
import TestSupport
import Testing

/// One bit, one sign, one number of what somebody has published is another: of every field, drawn.
@Suite("Keys in shares, with every field changed")
struct ThresholdMutationTests {
    @Test("A part with one change in any field is refused, and its giver named", arguments: [(64, 1_500), (2_048, 48)])
    func parts(bitCount: Int, count: Int) throws {
        let dealt = try ThresholdFixture(bitCount)
        Law("a changed part, \(bitCount) bits", cases: count, seed: 21).holds { generator in
            let part = dealt.parts[Int.random(in: 0..<dealt.parts.count, using: &generator)]
            let (changed, field) = part.mutated(under: dealt.key, using: &generator)
            guard changed != part else { return true }
            let culprit = changed.holder
            let faults: [PaillierError] = [
                .partialWrong(holder: culprit), .partialMalformed(holder: culprit), .unknownHolder(culprit),
                .shareOfAnotherEpoch(found: changed.epoch, expected: dealt.key.epoch),
            ]
            let isNamed = faults.contains {
                $0.isThrown {
                    try dealt.key.verify(changed, of: dealt.ciphertexts, context: ThresholdCase.context)
                }
            }
            if !isNamed { print("a change of \(field) passes") }
            return isNamed
        }
    }

    /// The record of a first dealing is what a dealer publishes; those of later epochs everybody computes himself.
    @Test(
        "Published values with one change in any field are refused, or fit no holder's share, or no part",
        arguments: [(64, 1_500), (2_048, 48)])
    func records(bitCount: Int, count: Int) throws {
        let dealt = try ThresholdFixture(bitCount)
        try Law("changed published values, \(bitCount) bits", cases: count, seed: 22).holds { generator in
            let (changed, field) = try dealt.key.record.mutated(
                modulo: dealt.key.publicKey.modulusSquared, using: &generator)
            guard changed != dealt.key.record else { return true }
            guard let key = try? ThresholdKey(changed, of: dealt.key.publicKey) else { return true }
            // Every holder acknowledges after it has checked its own share: one that finds out is enough.
            let isFoundOut =
                dealt.shares.contains { share in
                    share.withSerialized { (try? KeyShare(serialized: $0, under: key)) == nil }
                }
                && dealt.parts.contains { part in
                    (try? key.verify(part, of: dealt.ciphertexts, context: ThresholdCase.context)) == nil
                }
            if !isFoundOut { print("a change of \(field) passes") }
            return isFoundOut
        }
    }

    @Test("A longer bound on shares is the only change that nobody finds out, and it hides them better")
    func bound() throws {
        let dealt = try ThresholdFixture(64)
        let record = dealt.key.record
        let longer = try ThresholdKey(record.with(shareBitCount: record.shareBitCount + 640), of: dealt.key.publicKey)
        let share = try dealt.shares[0].withSerialized { try KeyShare(serialized: $0, under: longer) }
        var counter = CountingGenerator(base: SeededGenerator(seed: 23))
        let part = try share.decrypt(
            dealt.ciphertexts, under: longer, context: ThresholdCase.context, using: &counter)
        try longer.verify(part, of: dealt.ciphertexts, context: ThresholdCase.context)
        #expect(counter.bitCount >= record.shareBitCount + 640 + 256)
        #expect(throws: PaillierError.commitmentsMalformed) {
            try ThresholdKey(record.with(shareBitCount: record.shareBitCount - 1), of: dealt.key.publicKey)
        }
    }

    @Test(
        "Proofs hide shares in every epoch: the mask is longer than what it hides by 128 bits, however that has grown")
    func masks() throws {
        var generator = SeededGenerator(seed: 24)
        let structure = try AccessStructure(threshold: 3, of: 5)
        var dealt = try ThresholdCase(SmallKeys.key(bitCount: 256, seed: 5), structure, &generator)
        let ciphertexts = [try dealt.encrypt(42, &generator)]
        for epoch in 1...12 {
            for share in dealt.shares {
                var counter = CountingGenerator(base: generator)
                _ = try share.decrypt(ciphertexts, under: dealt.key, context: ThresholdCase.context, using: &counter)
                let value = try share.withSerialized { try DealtShare(serialized: $0).value }
                // e·Δs, and 128 bits more.
                let hidden = 128 + (value * 120).bitWidth
                #expect(counter.bitCount >= hidden + 128, "epoch \(epoch)")
                #expect(counter.bitCount >= dealt.key.record.shareBitCount + 256, "epoch \(epoch)")
            }
            dealt =
                try epoch.isMultiple(of: 5)
                ? dealt.reshared(over: structure, by: [1, 3, 5], &generator) : dealt.refreshed(by: 2, &generator)
        }
    }
}

/// One dealing with parts of all holders, for many cases.
private struct ThresholdFixture {
    let key: ThresholdKey
    let shares: [KeyShare]
    let ciphertexts: [Ciphertext]
    let parts: [PartialDecryption]

    init(_ bitCount: Int) throws {
        var generator = SeededGenerator(seed: UInt64(bitCount))
        let privateKey =
            try bitCount == 2_048 ? TestKeys.of2048 : SmallKeys.key(bitCount: bitCount, seed: UInt64(bitCount))
        let structure = try AccessStructure(
            .gate(threshold: 2, of: [.holder, .gate(threshold: 2, of: [.holder, .holder, .holder])]))
        let dealt = try ThresholdCase(privateKey, structure, &generator)
        let ciphertexts = try [1, 2].map { try dealt.encrypt($0, &generator) }
        (key, shares, self.ciphertexts) = (dealt.key, dealt.shares, ciphertexts)
        parts = try (1...structure.holderCount).map { try dealt.partial($0, of: ciphertexts, &generator) }
    }
}

/// Seeded, and counts what is drawn.
private struct CountingGenerator: RandomNumberGenerator {
    var base: SeededGenerator
    private(set) var bitCount = 0

    mutating func next() -> UInt64 {
        bitCount += 64
        return base.next()
    }
}

extension BigInteger {
    /// With a bit turned over, the other sign, the number that has the same square modulo `modulus`, or a neighbour.
    fileprivate func mutated(modulo modulus: BigInteger, using generator: inout SeededGenerator) -> BigInteger {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return -self
        case 1: return modulus - self
        case 2: return self + 1
        case 3: return self + modulus
        default:
            let place = Int.random(in: 0..<max(1, bitWidth), using: &generator)
            let bit = BigInteger.one << place
            return (self >> place).isEven ? self + bit : self - bit
        }
    }
}

extension PartialDecryption {
    fileprivate func mutated(
        under key: ThresholdKey, using generator: inout SeededGenerator
    ) -> (PartialDecryption, String) {
        let square = key.publicKey.modulusSquared
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return (with(holder: Int.random(in: -1...key.structure.holderCount + 1, using: &generator)), "holder")
        case 1: return (with(epoch: Int.random(in: 0...3, using: &generator)), "epoch")
        case 2: return (with(challenge: challenge.mutated(modulo: square, using: &generator)), "challenge")
        case 3: return (with(response: response.mutated(modulo: square, using: &generator)), "response")
        case 4:
            var changed = values
            let place = Int.random(in: 0..<values.count, using: &generator)
            changed[place] = changed[place].mutated(modulo: square, using: &generator)
            return (with(values: changed), "values")
        default:
            let changes: [[BigInteger]] = [
                Array(values.reversed()), Array(values.dropLast()), values + [values[0]], [values[0], values[0]],
            ]
            return (with(values: changes[Int.random(in: 0..<changes.count, using: &generator)]), "values")
        }
    }
}

extension ThresholdRecord {
    fileprivate func with(
        fingerprint: String? = nil, structure: AccessStructure? = nil, epoch: Int? = nil,
        commitments: ShareCommitments? = nil, shareBitCount: Int? = nil, factor: BigInteger? = nil
    ) -> ThresholdRecord {
        ThresholdRecord(
            fingerprint: fingerprint ?? self.fingerprint, structure: structure ?? self.structure,
            epoch: epoch ?? self.epoch, commitments: commitments ?? self.commitments,
            shareBitCount: shareBitCount ?? self.shareBitCount, factor: factor ?? self.factor)
    }

    fileprivate func mutated(
        modulo square: BigInteger, using generator: inout SeededGenerator
    ) throws -> (ThresholdRecord, String) {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
            var bytes = Array(fingerprint.utf8)
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1
            return (with(fingerprint: String(decoding: bytes, as: UTF8.self)), "fingerprint")
        case 1:
            let structures =
                try AccessStructure.samples() + [
                    // Of as many commitments, holders and Δ as the one that is dealt over.
                    AccessStructure(
                        .gate(threshold: 2, of: [.gate(threshold: 2, of: [.holder, .holder, .holder]), .holder])),
                    AccessStructure(
                        .gate(threshold: 2, of: [.holder, .gate(threshold: 2, of: [.holder, .holder]), .holder])),
                ]
            return (with(structure: structures[Int.random(in: 0..<structures.count, using: &generator)]), "structure")
        case 2: return (with(epoch: Int.random(in: 0...3, using: &generator)), "epoch")
        case 3:
            return (with(factor: factor.mutated(modulo: square, using: &generator)), "factor")
        default:
            var flat = [commitments.root] + commitments.gates.joined()
            let place = Int.random(in: 0..<flat.count, using: &generator)
            flat[place] = flat[place].mutated(modulo: square, using: &generator)
            return (with(commitments: commitments.shaped(like: flat)), "commitments")
        }
    }
}
