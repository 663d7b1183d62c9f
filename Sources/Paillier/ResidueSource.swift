import Multiprecision

/// Random n-th residues modulo n², the second factor of a ciphertext.
enum ResidueSource: Sendable {
    /// h_s^α from a table, on a vector unit.
    case laneTable(LanePowerTable)
    /// h_s^α from a table, on GMP.
    case table(FixedBaseTable)
    /// h_s^α in constant time, where a table does not pay.
    case power(base: BigInteger, exponentBitCount: Int)
    /// rⁿ, r uniform.
    case textbook

    init(
        key: PublicKey, randomness: Encryptor.Randomness, expectedCount: Int, memoryLimit: Int
    ) throws(PaillierError) {
        guard let exponentBitCount = try Self.exponentBitCount(randomness, key: key) else {
            self = .textbook
            return
        }
        let (ring, lanes) = (key.context.ciphertextRing, key.context.lanes)
        let base = key.residueBasePower
        let shape = FixedBaseTable.Shape.best(
            exponentBitCount: exponentBitCount,
            entryByteCount: lanes.map { PackedNumbers.byteCount(columnCount: $0.columnCount) } ?? ring.limbCount * 8,
            expectedCount: expectedCount, memoryLimit: memoryLimit)
        switch (shape, lanes) {
        case (let shape?, let lanes?): self = .laneTable(LanePowerTable(base: base, ring: lanes, shape: shape))
        case (let shape?, nil): self = .table(FixedBaseTable(base: base, modulus: ring, shape: shape))
        case (nil, _): self = .power(base: base, exponentBitCount: exponentBitCount)
        }
    }

    /// `nil` for the textbook's form, which has no α.
    private static func exponentBitCount(
        _ randomness: Encryptor.Randomness, key: PublicKey
    ) throws(PaillierError) -> Int? {
        switch randomness {
        case .textbook: return nil
        case .half: return (key.bitCount + 1) / 2
        case .short(let bits):
            guard bits >= Encryptor.leastShortBitCount else {
                throw .shortExponentTooShort(bitCount: bits, least: Encryptor.leastShortBitCount)
            }
            guard bits <= key.bitCount else { throw .exponentTooLong(bitCount: bits, most: key.bitCount) }
            return bits
        }
    }

    /// Fresh residues in `(0, n²)`.
    ///
    /// - Parameter count: Any; a vector unit works on eight at a time, and on one as fast as it can.
    func next(_ count: Int, key: PublicKey, using generator: inout some RandomNumberGenerator) -> [BigInteger] {
        switch self {
        case .laneTable(let table):
            let workspace = table.ring.makeWorkspace()
            return stride(from: 0, to: count, by: LaneRing.laneCount).flatMap { start in
                residues(table, min(LaneRing.laneCount, count - start), workspace: workspace, using: &generator)
            }
        case .table(let table):
            let (workspace, result) = (table.modulus.makeWorkspace(), table.modulus.makeElement())
            return (0..<count).map { _ in
                let alpha = FixedBaseTable.randomExponent(bitCount: table.shape.exponentBitCount, using: &generator)
                table.power(alpha, into: result, workspace: workspace)
                return table.modulus.leave(result, workspace: workspace)
            }
        case .power(let base, let exponentBitCount):
            return (0..<count).map { _ in
                let alpha = BigInteger.random(bitCount: exponentBitCount, using: &generator)
                return secretPower(base, alpha, key)
            }
        case .textbook:
            return (0..<count).map { _ in
                let r = BigInteger.random(below: key.modulus - 1, using: &generator) + 1
                return secretPower(r, key.modulus, key)
            }
        }
    }

    /// One to eight powers from a table in lanes.
    private func residues(
        _ table: LanePowerTable, _ count: Int, workspace: LaneWorkspace,
        using generator: inout some RandomNumberGenerator
    ) -> [BigInteger] {
        let exponents = (0..<count).map { _ in
            FixedBaseTable.randomExponent(bitCount: table.shape.exponentBitCount, using: &generator)
        }
        let result = table.ring.makeNumber()
        // Two and more fill lanes of their own: sharing lanes costs three products more each.
        if count == 1 {
            table.power(exponents[0], into: result, workspace: workspace)
        } else {
            table.powers(exponents, into: result, workspace: workspace)
        }
        return table.ring.values(result, count: count, workspace: workspace)
    }

    private func secretPower(_ base: BigInteger, _ exponent: BigInteger, _ key: PublicKey) -> BigInteger {
        // The one failure left (n² is odd) is an exponent of 0, whose power is 1.
        (try? base.secretPower(exponent, modulo: key.modulusSquared)) ?? 1
    }
}
