import Foundation
import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Keys in shares, attacked")
struct ThresholdAttackTests {
    private let bits = 256

    private func dealt(_ structure: AccessStructure? = nil) throws -> (ThresholdCase, SeededGenerator) {
        var generator = SeededGenerator(seed: 9)
        let structure = try structure ?? AccessStructure(threshold: 3, of: 5)
        return (try ThresholdCase(SmallKeys.key(bitCount: bits, seed: 5), structure, &generator), generator)
    }

    @Test("A dealer that changes any published number is refused, or the holders find out")
    func cheatingDealer() throws {
        for structure in try AccessStructure.samples() {
            let (dealt, _) = try dealt(structure)
            let (record, square) = (dealt.key.record, dealt.key.publicKey.modulusSquared)
            var flat = [record.commitments.root] + record.commitments.gates.joined()
            for place in flat.indices {
                let honest = flat[place]
                for wrong in [
                    (honest * 4).modulo(square), (honest * honest).modulo(square), square - honest, 0, square,
                ] {
                    flat[place] = wrong
                    let forged = try record.with(commitments: record.commitments.shaped(like: flat))
                    #expect(isFoundOut(forged, dealt), "number \(place) of \(structure)")
                }
                flat[place] = honest
            }
        }
    }

    /// Whether the record is refused, or one of the honest shares does not match it.
    private func isFoundOut(_ record: ThresholdRecord, _ dealt: ThresholdCase) -> Bool {
        guard let key = try? ThresholdKey(record, of: dealt.key.publicKey) else { return true }
        return dealt.shares.contains { share in
            let copy = share.withSerialized { bytes in try? KeyShare(serialized: bytes, under: key) }
            return copy == nil
        }
    }

    @Test("A share that is not what was published is refused")
    func wrongShare() throws {
        let (dealt, _) = try dealt()
        for holder in 1...5 {
            let value = dealt.shares[holder - 1].withSerialized { try? DealtShare(serialized: $0) }?.value ?? 0
            for wrong in [value + 1, value - 1, -value, 0, value << 1] {
                #expect(throws: PaillierError.shareDoesNotMatch(holder: holder)) {
                    try KeyShare(holder: holder, value: wrong, under: dealt.key)
                }
            }
        }
        #expect(throws: PaillierError.unknownHolder(6)) { try KeyShare(holder: 6, value: 1, under: dealt.key) }
        #expect(throws: PaillierError.unknownHolder(0)) { try KeyShare(holder: 0, value: 1, under: dealt.key) }
    }

    @Test("Sharing another number than a decryption exponent is refused")
    func anotherNumber() throws {
        let (dealt, _) = try dealt()
        let record = dealt.key.record
        for factor in [BigInteger(2), 6, 24] {
            let forged = ThresholdRecord(
                fingerprint: record.fingerprint, structure: record.structure, epoch: 1,
                commitments: record.commitments, shareBitCount: record.shareBitCount, factor: factor)
            #expect(throws: PaillierError.sharedNumberIsNoKey) {
                try ThresholdKey(forged, of: dealt.key.publicKey)
            }
        }
        // The same modulo n would be the same key in other bytes.
        for factor in [1 + dealt.key.publicKey.modulus, 1 - dealt.key.publicKey.modulus] {
            let other = ThresholdRecord(
                fingerprint: record.fingerprint, structure: record.structure, epoch: 1,
                commitments: record.commitments, shareBitCount: record.shareBitCount, factor: factor)
            #expect(throws: PaillierError.commitmentsMalformed) { try ThresholdKey(other, of: dealt.key.publicKey) }
        }
        let other = try SmallKeys.key(bitCount: bits, seed: 6)
        #expect(throws: PaillierError.keyMismatch) { try ThresholdKey(record, of: other.publicKey) }
    }

    @Test("Every change of every field of a part is refused, and its giver named")
    func mutations() throws {
        var (dealt, generator) = try dealt()
        let ciphertexts = try [1, 2, 3].map { try dealt.encrypt($0, &generator) }
        let part = try dealt.partial(2, of: ciphertexts, &generator)
        let (n, square) = (dealt.key.publicKey.modulus, dealt.key.publicKey.modulusSquared)
        let context = ThresholdCase.context
        try dealt.key.verify(part, of: ciphertexts, context: context)
        var changed: [PartialDecryption] = []
        for (place, value) in part.values.enumerated() {
            for wrong in [(value * 4).modulo(square), (value * (1 + n)).modulo(square), value + square, n, 0, -value] {
                var values = part.values
                values[place] = wrong
                changed.append(part.with(values: values))
            }
        }
        changed += [part.with(values: Array(part.values.reversed())), part.with(values: Array(part.values.dropLast()))]
        for challenge in [part.challenge + 1, part.challenge - 1, 0, part.challenge + (BigInteger.one << 128), -1] {
            changed.append(part.with(challenge: challenge))
        }
        for response in [part.response + 1, part.response - 1, 0, -part.response, part.response << 1000] {
            changed.append(part.with(response: response))
        }
        for (number, wrong) in changed.enumerated() {
            let opening = try? dealt.key.open(ciphertexts, with: [wrong], context: context)
            #expect(opening == nil)
            let culprits = [PaillierError.partialWrong(holder: 2), .partialMalformed(holder: 2)]
            #expect(
                culprits.contains { $0.isThrown { try dealt.key.verify(wrong, of: ciphertexts, context: context) } },
                "change \(number)")
        }
    }

    @Test("A part is for its holder, its ciphertexts in their order, its epoch and its request alone")
    func bindings() throws {
        var (dealt, generator) = try dealt()
        let ciphertexts = try [1, 2].map { try dealt.encrypt($0, &generator) }
        let part = try dealt.partial(2, of: ciphertexts, &generator)
        let context = ThresholdCase.context
        func refuses(_ part: PartialDecryption, _ ciphertexts: [Ciphertext], _ context: [UInt8]) -> Bool {
            (try? dealt.key.verify(part, of: ciphertexts, context: context)) == nil
        }
        #expect(!refuses(part, ciphertexts, context))
        #expect(refuses(part, ciphertexts, context + [0]))
        #expect(refuses(part, ciphertexts.reversed(), context))
        #expect(refuses(part, [ciphertexts[0]], context))
        #expect(refuses(part.with(holder: 3), ciphertexts, context))
        #expect(refuses(part.with(holder: 0), ciphertexts, context))
        #expect(refuses(part.with(epoch: 2), ciphertexts, context))
        #expect(throws: PaillierError.noCiphertexts) { try dealt.key.verify(part, of: [], context: context) }
        let foreign = try SmallKeys.key(bitCount: bits, seed: 6).publicKey
        let outside = try Ciphertext(checking: ciphertexts[0].value, under: foreign)
        #expect(throws: PaillierError.keyMismatch) {
            try dealt.key.verify(part, of: [outside, outside], context: context)
        }
    }

    @Test("Verified parts of another epoch, of other values or for another request are not combined")
    func foreignPartsInCombination() throws {
        var (dealt, generator) = try dealt()
        let ciphertexts = [try dealt.encrypt(42, &generator)]
        func verified(_ holder: Int, of dealt: ThresholdCase, for context: String) throws -> VerifiedPartial {
            let part = try dealt.shares[holder - 1].decrypt(
                ciphertexts, under: dealt.key, context: Array(context.utf8), using: &generator)
            return try dealt.key.verify(part, of: ciphertexts, context: Array(context.utf8))
        }
        let own = try (1...3).map { try verified($0, of: dealt, for: "request") }
        #expect(try dealt.key.combine(own, of: ciphertexts).plaintexts == [42])
        let next = try dealt.refreshed(by: 1, &generator)
        #expect(throws: PaillierError.shareOfAnotherEpoch(found: 1, expected: 2)) {
            try next.key.combine(own, of: ciphertexts)
        }
        let another = try ThresholdCase(dealt.privateKey, dealt.key.structure, &generator)
        let foreign = try verified(3, of: another, for: "request")
        #expect(throws: PaillierError.keyMismatch) {
            try dealt.key.combine(own.dropLast() + [foreign], of: ciphertexts)
        }
        let other = try verified(3, of: dealt, for: "another request")
        #expect(throws: PaillierError.partialsOfOtherContexts) {
            try dealt.key.combine(own.dropLast() + [other], of: ciphertexts)
        }
    }

    @Test("A refreshing that shares anything but 0 is refused")
    func refreshingThatChangesTheKey() throws {
        var (dealt, generator) = try dealt()
        let honest = try dealt.key.dealRefreshing(using: &generator)
        // The dealing of a share, instead of 0: in form it is the same.
        let hostile = try dealt.shares[0].dealResharing(
            under: dealt.key, over: dealt.key.structure, using: &generator)
        #expect(throws: PaillierError.commitmentsMalformed) {
            try dealt.key.refreshed(by: [honest.commitments, hostile.commitments])
        }
        for share in honest.shares {
            try dealt.key.check(share, of: honest.commitments, over: dealt.key.structure)
            let wrong = DealtShare(holder: share.holder, epoch: share.epoch, value: share.value + 1)
            #expect(throws: PaillierError.shareDoesNotMatch(holder: share.holder)) {
                try dealt.key.check(wrong, of: honest.commitments, over: dealt.key.structure)
            }
        }
    }

    @Test("Numbers longer than an honest dealer's are refused by each holder, though they match what was published")
    func oversizedNumbers() throws {
        var (dealt, generator) = try dealt()
        let (key, factor) = (dealt.key, BigInteger.one << 10_000)
        let zero = try key.dealRefreshing(using: &generator)
        let commitments = zero.commitments.raised(to: factor, modulo: key.publicKey.modulusSquared)
        // Everything that anybody can check of what is published is right.
        try key.checkRefreshing(commitments)
        #expect(try key.refreshed(by: [commitments]).epoch == 2)
        for share in zero.shares {
            let long = DealtShare(holder: share.holder, epoch: 2, value: share.value * factor)
            #expect(throws: PaillierError.shareDoesNotMatch(holder: share.holder)) {
                try key.check(long, of: commitments, over: key.structure)
            }
        }
        // A resharing of the right share with coefficients that are too long: two of them differ by a sharing of 0.
        let other = try AccessStructure(threshold: 2, of: 4)
        let first = try dealt.shares[0].dealResharing(under: key, over: other, using: &generator)
        let second = try dealt.shares[0].dealResharing(under: key, over: other, using: &generator)
        let long = try first.commitments.adding(
            factor, timesDifferenceTo: second.commitments, modulo: key.publicKey.modulusSquared)
        try key.checkResharing(long, by: 1, over: other)
        for (one, two) in zip(first.shares, second.shares) {
            try key.check(one, of: first.commitments, over: other)
            let share = DealtShare(
                holder: one.holder, epoch: 2, value: one.value + factor * (one.value - two.value))
            #expect(throws: PaillierError.shareDoesNotMatch(holder: one.holder)) {
                try key.check(share, of: long, over: other)
            }
        }
    }

    @Test("Who deals on something else than its share is named, and the others go on without it")
    func resharingOfAnotherNumber() throws {
        var (dealt, generator) = try dealt()
        let other = try AccessStructure(threshold: 2, of: 3)
        var commitments: [Int: ShareCommitments] = [:]
        for holder in [1, 2, 3] {
            commitments[holder] = try dealt.shares[holder - 1].dealResharing(
                under: dealt.key, over: other, using: &generator
            ).commitments
        }
        let hostile = try dealt.shares[3].dealResharing(under: dealt.key, over: other, using: &generator).commitments
        commitments[2] = hostile
        #expect(throws: PaillierError.tooFewPartials(valid: [1, 3], faulty: [2])) {
            try dealt.key.reshared(over: other, by: commitments)
        }
        commitments[4] = hostile
        #expect(try dealt.key.reshared(over: other, by: commitments).epoch == 2)
    }

    @Test("The bound on shares grows with each refreshing, and every share stays below it")
    func bounds() throws {
        var (dealt, generator) = try dealt()
        for _ in 0..<5 {
            let next = try dealt.refreshed(by: 5, &generator)
            #expect(next.key.record.shareBitCount > dealt.key.record.shareBitCount)
            for share in next.shares {
                let value = share.withSerialized { try? DealtShare(serialized: $0) }?.value ?? 0
                #expect(value.bitWidth < next.key.record.shareBitCount)
            }
            dealt = next
        }
        let record = dealt.key.record
        for count in [0, 2 * bits - 1, 1 << 30] {
            let forged = ThresholdRecord(
                fingerprint: record.fingerprint, structure: record.structure, epoch: record.epoch,
                commitments: record.commitments, shareBitCount: count, factor: record.factor)
            #expect(throws: PaillierError.commitmentsMalformed) {
                try ThresholdKey(forged, of: dealt.key.publicKey)
            }
        }
    }

    @Test("Structures outside the limits are refused, from JSON too")
    func structures() throws {
        for (threshold, count) in [(0, 3), (4, 3), (1, 0), (1, 21), (-1, 2)] {
            #expect(throws: PaillierError.accessStructureMalformed) {
                try AccessStructure(threshold: threshold, of: count)
            }
        }
        var deep = AccessStructure.Node.holder
        for _ in 0..<4 { deep = .gate(threshold: 1, of: [deep]) }
        #expect(try AccessStructure(deep).holderCount == 1)
        #expect(throws: PaillierError.accessStructureMalformed) {
            try AccessStructure(.gate(threshold: 1, of: [deep]))
        }
        for text in [
            #""holder""#, #"{"of":[],"threshold":1}"#, #"{"of":["holder"],"threshold":2}"#,
            #"{"of":["x"],"threshold":1}"#,
        ] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(AccessStructure.self, from: Data(text.utf8))
            }
        }
        for structure in try AccessStructure.samples() {
            let copy = try JSONDecoder().decode(AccessStructure.self, from: JSONEncoder().encode(structure))
            #expect(copy == structure)
            for set in structure.subsets { #expect(structure.isQualified(set) == structure.suffices(set)) }
        }
    }

    @Test("A record, a part and a share are the same after they were written and read")
    func roundTrips() throws {
        var (dealt, generator) = try dealt()
        let record = try JSONDecoder().decode(ThresholdRecord.self, from: JSONEncoder().encode(dealt.key.record))
        #expect(record == dealt.key.record)
        let part = try dealt.partial(1, of: [dealt.encrypt(5, &generator)], &generator)
        #expect(try JSONDecoder().decode(PartialDecryption.self, from: JSONEncoder().encode(part)) == part)
        for value in [BigInteger(0), 1, -1, BigInteger.one << 64, -(BigInteger.one << 1000)] {
            let share = DealtShare(holder: 3, epoch: 2, value: value)
            let copy = try share.withSerialized { try DealtShare(serialized: $0) }
            #expect(copy.value == value)
            #expect((copy.holder, copy.epoch) == (3, 2))
        }
        dealt.shares[0].withSerialized { bytes in
            for length in 0..<bytes.count {
                #expect(throws: PaillierError.shareMalformed) {
                    try DealtShare(serialized: UnsafeRawBufferPointer(rebasing: bytes[..<length]))
                }
            }
        }
    }
}

extension ThresholdRecord {
    fileprivate func with(commitments: ShareCommitments) throws -> ThresholdRecord {
        ThresholdRecord(
            fingerprint: fingerprint, structure: structure, epoch: epoch, commitments: commitments,
            shareBitCount: shareBitCount, factor: factor)
    }
}

extension ShareCommitments {
    private var flat: [BigInteger] { [root] + gates.joined() }

    /// Commitments to `factor` times the numbers of these.
    fileprivate func raised(to factor: BigInteger, modulo square: BigInteger) -> ShareCommitments {
        shaped(like: flat.map { $0.power(factor, modulo: square, variableTime: true) })
    }

    /// Commitments to `a + factor · (a − b)`, these being to a and the others to b.
    fileprivate func adding(
        _ factor: BigInteger, timesDifferenceTo other: ShareCommitments, modulo square: BigInteger
    ) throws -> ShareCommitments {
        let values = try zip(flat, other.flat).map { own, other in
            let difference = (own * (try #require(other.inverse(modulo: square)))).modulo(square)
            return (own * difference.power(factor, modulo: square, variableTime: true)).modulo(square)
        }
        return shaped(like: values)
    }

    /// `values` in the shape of these.
    func shaped(like values: [BigInteger]) -> ShareCommitments {
        var rest = values.dropFirst()[...]
        let gates = gates.map { gate in
            defer { rest = rest.dropFirst(gate.count) }
            return Array(rest.prefix(gate.count))
        }
        return ShareCommitments(root: values[0], gates: gates)
    }
}
