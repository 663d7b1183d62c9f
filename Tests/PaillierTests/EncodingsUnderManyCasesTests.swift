import Multiprecision
import Paillier
import TestSupport
import Testing

/// Numbers of every kind through encryption and sums: 10,000 seeded random cases of each at small lengths.
@Suite("Signed, decimal and packed numbers, under many cases")
struct EncodingsUnderManyCasesTests {
    @Test("Signed numbers keep their sign through sums and products", arguments: LawCases.smallBitCounts)
    func signed(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("signed numbers").holds { generator in try signedHolds(cases, &generator) }
    }

    @Test("Decimal fractions add and multiply without rounding", arguments: LawCases.smallBitCounts)
    func decimals(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        try cases.law("decimal fractions").holds { generator in try decimalHolds(cases, &generator) }
    }

    @Test("Weighted sums of packed rows unpack to those of the slots, at the extremes too", arguments: [128, 190, 256])
    func packed(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        let law = Law("packed rows, \(bitCount) bits", cases: 3_400, seed: cases.seed)
        try law.holds { generator in try packedHolds(cases, &generator) }
    }

    @Test("A sum beyond the capacity is found out, whichever slot it is in", arguments: [128, 190, 256])
    func overflow(bitCount: Int) throws {
        let cases = try LawCases.small(bitCount)
        let law = Law("packed rows beyond the capacity, \(bitCount) bits", cases: 3_400, seed: cases.seed)
        try law.holds { generator in
            let layout = try SlotLayout(
                entries: [("a", 255), ("b", 255)], weightCapacityBits: 16, modulusBitCount: bitCount)
            let slot = Int.random(in: 0..<2, using: &generator)
            // From just above the capacity, 2^24, up to where the guard bits would wrap.
            let weight = Int.random(in: 65_794..<1 << 24, using: &generator)
            let row = try layout.pack([slot == 0 ? 255 : 0, slot == 1 ? 255 : 0])
            let sum = try cases.publicKey.multiply(cases.encrypt(row, &generator), by: BigInteger(weight))
            let refusal = PaillierError.guardBitsSet(slot: slot == 0 ? "a" : "b")
            return refusal.isThrown {
                _ = try layout.unpack(cases.key.decrypt(sum))
            }
        }
    }

    @Test("All of these at 2048 bits")
    func fullSize() throws {
        let cases = try LawCases.fullSize(count: 150)
        try cases.law("signed numbers").holds { generator in try signedHolds(cases, &generator) }
        try cases.law("decimal fractions").holds { generator in try decimalHolds(cases, &generator) }
        try cases.law("packed rows").holds { generator in try packedHolds(cases, &generator) }
    }

    /// `a · factor + b` within the signed range.
    private func signedHolds(_ cases: LawCases, _ generator: inout SeededGenerator) throws -> Bool {
        let encoding = SignedEncoding(key: cases.publicKey)
        let factorBits = cases.bitCount / 4
        let atEnd = Int.random(in: 0..<8, using: &generator) == 0
        let a = atEnd ? -encoding.limit : cases.integer(bitCount: cases.bitCount - factorBits - 4, &generator)
        let (factor, b): (BigInteger, BigInteger) =
            atEnd
            ? (Bool.random(using: &generator) ? 1 : -1, 0)
            : (cases.integer(bitCount: factorBits, &generator), cases.integer(bitCount: cases.bitCount - 4, &generator))
        let product = try cases.publicKey.multiply(cases.encrypt(encoding.encode(a), &generator), by: factor)
        let sum = try cases.publicKey.add(product, cases.encrypt(encoding.encode(b), &generator))
        return try encoding.decode(cases.key.decrypt(sum)) == a * factor + b
    }

    /// `(a + b) · factor` for decimal text, against text made from whole numbers by hand.
    private func decimalHolds(_ cases: LawCases, _ generator: inout SeededGenerator) throws -> Bool {
        let decimals = Int.random(in: 0...6, using: &generator)
        let encoding = FixedPointEncoding(decimals: decimals, key: cases.publicKey)
        let (a, b) = (
            Int.random(in: -1_000_000_000...1_000_000_000, using: &generator),
            Int.random(in: -1_000_000_000...1_000_000_000, using: &generator)
        )
        let factor = Int.random(in: -1_000_000...1_000_000, using: &generator)
        let sum = try cases.publicKey.add(
            cases.encrypt(encoding.encode(Self.text(a, decimals)), &generator),
            cases.encrypt(encoding.encode(Self.text(b, decimals)), &generator))
        let product = try cases.publicKey.multiply(sum, by: encoding.scaled(Self.text(factor, decimals)))
        return try encoding.decode(cases.key.decrypt(sum)) == Self.text(a + b, decimals)
            && encoding.decode(cases.key.decrypt(product), factorDecimals: decimals)
                == Self.text((a + b) * factor, 2 * decimals)
    }

    /// A few rows at 0, the maximum or between, with weights that may fill the capacity.
    private func packedHolds(_ cases: LawCases, _ generator: inout SeededGenerator) throws -> Bool {
        let capacity = Int.random(in: 4...20, using: &generator)
        let count = Int.random(in: 1...3, using: &generator)
        // Slots fill the key: entry, capacity and guard bits of each, below n's highest bit.
        let widest = (cases.bitCount - 1) / count - capacity - SlotLayout.guardBitCount
        let maxima = (0..<count).map { _ in
            (BigInteger.one << Int.random(in: 1...widest, using: &generator)) - 1
        }
        let layout = try SlotLayout(
            entries: maxima.enumerated().map { ("\($0.offset)", $0.element) }, weightCapacityBits: capacity,
            modulusBitCount: cases.bitCount)
        var (left, expected) = (1 << capacity, maxima.map { _ in BigInteger.zero })
        let sum = WeightedSum(key: cases.publicKey, weightBitCount: capacity + 1, expectedCount: 3)
        for last in [false, false, true] {
            let weight = last ? left : Int.random(in: 0...left, using: &generator)
            left -= weight
            let row = maxima.map { maximum in
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: maximum
                case 1: BigInteger.zero
                default: BigInteger.random(below: maximum + 1, using: &generator)
                }
            }
            let ciphertext = try cases.encrypt(layout.pack(row), &generator)
            try sum.add(ciphertext, weight: Int64(weight))
            for index in row.indices { expected[index] += row[index] * BigInteger(weight) }
        }
        return try layout.unpack(cases.key.decrypt(sum.value())) == expected
    }

    /// `value / 10^decimals` as text.
    private static func text(_ value: Int, _ decimals: Int) -> String {
        guard decimals > 0 else { return String(value) }
        var scale = 1
        for _ in 0..<decimals { scale *= 10 }
        let fraction = String(value.magnitude % UInt(scale))
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return "\(value < 0 ? "-" : "")\(value.magnitude / UInt(scale)).\(zeros)\(fraction)"
    }
}
