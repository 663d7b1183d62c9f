import Multiprecision

/// Random n-th residues modulo n², the second factor of a ciphertext.
enum ResidueSource: Sendable {
    /// h_s^α from a table.
    case table(PowerTable)
    /// h_s^α by whoever knows the factors: two powers of half the length.
    case factored(FactoredPowerTables)
    /// h_s^α in constant time, where a table does not pay.
    case power(base: BigInteger, exponentBitCount: Int)
    /// rⁿ, r uniform.
    case textbook

    init(
        key: PublicKey, randomness: Encryptor.Randomness, expectedCount: Int, memoryLimit: Int
    ) throws(PaillierError) {
        guard let exponentBitCount = try randomness.exponentBitCount(under: key) else {
            self = .textbook
            return
        }
        let base = key.residueBasePower
        let table = PowerTable(
            base: base, ring: key.context.ciphertextRing, lanes: key.context.lanes,
            exponentBitCount: exponentBitCount, expectedCount: expectedCount, memoryLimit: memoryLimit)
        self = table.map { .table($0) } ?? .power(base: base, exponentBitCount: exponentBitCount)
    }

    /// For the owner of the key.
    init(
        owner: PrivateKey, randomness: Encryptor.Randomness, expectedCount: Int, memoryLimit: Int
    ) throws(PaillierError) {
        let key = owner.publicKey
        guard let exponentBitCount = try randomness.exponentBitCount(under: key),
            let tables = try FactoredPowerTables(
                base: key.residueBasePower, factors: owner.factors, exponentBitCount: exponentBitCount,
                expectedCount: expectedCount, memoryLimit: memoryLimit)
        else {
            try self.init(
                key: key, randomness: randomness, expectedCount: expectedCount, memoryLimit: memoryLimit)
            return
        }
        self = .factored(tables)
    }

    /// Fresh residues in `(0, n²)`.
    ///
    /// - Parameter count: Any; a vector unit works on eight at a time, and on one as fast as it can.
    func next(_ count: Int, key: PublicKey, using generator: inout some RandomNumberGenerator) -> [BigInteger] {
        switch self {
        case .table(let table):
            return table.powers(Self.exponents(count, bitCount: table.exponentBitCount, using: &generator))
        case .factored(let tables):
            return tables.powers(Self.exponents(count, bitCount: tables.exponentBitCount, using: &generator))
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

    private static func exponents(
        _ count: Int, bitCount: Int, using generator: inout some RandomNumberGenerator
    ) -> [MontgomeryModulus.Element] {
        (0..<count).map { _ in FixedBaseTable.randomExponent(bitCount: bitCount, using: &generator) }
    }

    private func secretPower(_ base: BigInteger, _ exponent: BigInteger, _ key: PublicKey) -> BigInteger {
        // The one failure left (n² is odd) is an exponent of 0, whose power is 1.
        (try? base.secretPower(exponent, modulo: key.modulusSquared)) ?? 1
    }
}

extension Encryptor.Randomness {
    /// Length of α in bits; `nil` for the textbook's form, which has no α.
    func exponentBitCount(under key: PublicKey) throws(PaillierError) -> Int? {
        switch self {
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
}
