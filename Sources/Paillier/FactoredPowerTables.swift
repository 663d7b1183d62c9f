import Multiprecision

/// Powers of one base modulo n² by way of p² and q²: what the owner of a key can do in about half the time.
///
/// Holds secrets; the tables wipe themselves. Which entries are read depends on the exponent, as with any table.
struct FactoredPowerTables: Sendable {
    private let first: PowerTable
    private let second: PowerTable
    private let firstSquared: BigInteger
    private let secondSquared: BigInteger
    /// `q^-2 mod p²`.
    private let inverse: BigInteger

    /// - Returns: `nil` where powers without a table are cheaper.
    /// - Throws: ``PaillierError/factorsShareRelation`` where the factors are not coprime.
    init?(
        base: BigInteger, factors: FactoredModulus, exponentBitCount: Int, expectedCount: Int, memoryLimit: Int
    ) throws(PaillierError) {
        func table(_ half: PrimePowerDecryption) throws(PaillierError) -> PowerTable? {
            let ring: MontgomeryModulus
            do {
                ring = try MontgomeryModulus(modulus: half.primeSquared)
            } catch {
                throw .privateKeyMalformed
            }
            return PowerTable(
                base: base.modulo(half.primeSquared), ring: ring, lanes: half.lanes?.square,
                exponentBitCount: exponentBitCount, expectedCount: expectedCount, memoryLimit: memoryLimit / 2)
        }
        firstSquared = factors.first.primeSquared
        secondSquared = factors.second.primeSquared
        guard let inverse = secondSquared.inverse(modulo: firstSquared) else { throw .factorsShareRelation }
        self.inverse = inverse
        guard let first = try table(factors.first), let second = try table(factors.second) else { return nil }
        (self.first, self.second) = (first, second)
    }

    /// Length of the exponents in bits.
    var exponentBitCount: Int { first.exponentBitCount }

    /// The powers with these exponents, in `[0, n²)`.
    func powers(_ exponents: [MontgomeryModulus.Element]) -> [BigInteger] {
        zip(first.powers(exponents), second.powers(exponents)).map { residueP, residueQ in
            residueQ + secondSquared * ((residueP - residueQ) * inverse).modulo(firstSquared)
        }
    }
}
