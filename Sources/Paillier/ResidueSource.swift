import Multiprecision

/// Random n-th residues modulo n², the second factor of a ciphertext.
enum ResidueSource: Sendable {
    /// h_s^α from a table.
    case table(FixedBaseTable)
    /// h_s^α in constant time, where a table does not pay.
    case power(base: BigInteger, exponentBitCount: Int)
    /// rⁿ, r uniform.
    case textbook

    init(
        key: PublicKey, randomness: Encryptor.Randomness, expectedCount: Int, memoryLimit: Int
    ) throws(PaillierError) {
        let exponentBitCount: Int
        switch randomness {
        case .textbook:
            self = .textbook
            return
        case .half:
            exponentBitCount = (key.bitCount + 1) / 2
        case .short(let bits):
            guard bits >= Encryptor.leastShortBitCount else {
                throw .shortExponentTooShort(bitCount: bits, least: Encryptor.leastShortBitCount)
            }
            guard bits <= key.bitCount else { throw .exponentTooLong(bitCount: bits, most: key.bitCount) }
            exponentBitCount = bits
        }
        let ring = key.context.ciphertextRing
        let shape = FixedBaseTable.Shape.best(
            exponentBitCount: exponentBitCount, limbCount: ring.limbCount, expectedCount: expectedCount,
            memoryLimit: memoryLimit)
        if let shape {
            self = .table(FixedBaseTable(base: key.residueBasePower, modulus: ring, shape: shape))
        } else {
            self = .power(base: key.residueBasePower, exponentBitCount: exponentBitCount)
        }
    }

    /// Writes a fresh residue in Montgomery form.
    func next(
        into result: MontgomeryModulus.Element, key: PublicKey, workspace: MontgomeryModulus.Workspace,
        using generator: inout some RandomNumberGenerator
    ) {
        switch self {
        case .table(let table):
            let alpha = FixedBaseTable.randomExponent(bitCount: table.shape.exponentBitCount, using: &generator)
            table.power(alpha, into: result, workspace: workspace)
        case .power(let base, let exponentBitCount):
            // α = 0 would be no exponent for the constant-time power; a multiple of 2^|α| never is one.
            let alpha = BigInteger.random(bitCount: exponentBitCount, using: &generator)
            enter(secretPower(base, alpha, key), into: result, key: key, workspace: workspace)
        case .textbook:
            let r = BigInteger.random(below: key.modulus - 1, using: &generator) + 1
            enter(secretPower(r, key.modulus, key), into: result, key: key, workspace: workspace)
        }
    }

    private func enter(
        _ residue: BigInteger, into result: MontgomeryModulus.Element, key: PublicKey,
        workspace: MontgomeryModulus.Workspace
    ) {
        let ring = key.context.ciphertextRing
        result.set(residue)
        ring.multiply(result, ring.radixSquared, into: result, workspace: workspace)
    }

    private func secretPower(_ base: BigInteger, _ exponent: BigInteger, _ key: PublicKey) -> BigInteger {
        // The one failure left (n² is odd) is an exponent of 0, whose power is 1.
        (try? base.secretPower(exponent, modulo: key.modulusSquared)) ?? 1
    }
}
