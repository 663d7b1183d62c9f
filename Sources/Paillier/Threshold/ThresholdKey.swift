public import Multiprecision

/// A Paillier key whose private half exists in shares only: everything about it that is public.
///
/// Values of this type have been checked: ``init(_:of:)`` shows that what is shared decrypts under the key. What a
/// holder's own share is worth, that holder checks (``KeyShare/init(holder:value:under:)``). A dealer knew the key while
/// it dealt; nothing here can show that it forgot it.
///
/// Any thread may use it.
/// - SeeAlso: I. Damgård, M. Jurik, J. B. Nielsen, A generalization of Paillier's public-key system with applications to
///   electronic voting, Int. J. Inf. Security 9 (2010), section 4; V. Shoup, Practical threshold signatures, EUROCRYPT
///   2000; P.-A. Fouque, G. Poupard, J. Stern, Sharing decryption in the context of voting or lotteries, FC 2000.
public struct ThresholdKey: Sendable {
    /// The key that data is encrypted under.
    public let publicKey: PublicKey
    /// The published values.
    public let record: ThresholdRecord
    let base: VerificationBase
    /// vᵢ of holder 1, 2, …
    let verificationValues: [BigInteger]

    /// Whose shares open.
    public var structure: AccessStructure { record.structure }
    /// 1 after the dealing, one more with each refreshing or resharing. Shares of different epochs do not mix.
    public var epoch: Int { record.epoch }

    var delta: BigInteger { BigInteger(structure.delta) }
    /// B: a bound on the length of Δ·share in bits.
    var exponentBitCount: Int { record.shareBitCount + delta.bitWidth }

    /// Checks published values.
    ///
    /// `A₀^(4Δ) ≡ 1 + 8Δ²·W·n (mod n²)` with A₀ the commitment to the shared number: that number is W times a decryption
    /// exponent, W being the factor that resharing gathers.
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/commitmentsMalformed``,
    ///   ``PaillierError/sharedNumberIsNoKey``.
    /// - Complexity: A power modulo n² for v, and small ones: about 60 ms at 3072 bits.
    public init(_ record: ThresholdRecord, of publicKey: PublicKey) throws(PaillierError) {
        try self.init(record, base: VerificationBase(of: publicKey))
    }

    init(_ record: ThresholdRecord, base: VerificationBase) throws(PaillierError) {
        let key = base.key
        guard record.fingerprint == key.fingerprint else { throw .keyMismatch }
        guard record.isWithinBounds(of: key) else { throw .commitmentsMalformed }
        try record.commitments.check(for: record.structure, under: key)
        self.record = record
        self.publicKey = key
        self.base = base
        let delta = BigInteger(record.structure.delta)
        let shown = record.commitments.root.power(4 * delta, modulo: key.modulusSquared, variableTime: true)
        let wanted = (1 + 8 * delta * delta * record.factor * key.modulus).modulo(key.modulusSquared)
        guard shown == wanted else { throw .sharedNumberIsNoKey }
        verificationValues = record.commitments.verificationValues(over: record.structure, under: key)
    }
}

/// What is published about the shares of one epoch.
public struct ThresholdRecord: Hashable, Sendable, Codable {
    /// Of the key, see ``PublicKey/fingerprint``.
    public let fingerprint: String
    /// Whose shares open.
    public let structure: AccessStructure
    /// 1 after the dealing.
    public let epoch: Int
    /// Of the shared number and the sharing's polynomials.
    public let commitments: ShareCommitments
    /// Length in bits that no share exceeds. Proofs hide exponents of this length, so it only grows.
    public let shareBitCount: Int
    /// W: the factor by which the shared number is more than a decryption exponent, modulo n; 1 until shares are reshared.
    public let factor: BigInteger

    /// Takes values from outside; ``ThresholdKey/init(_:of:)`` judges them.
    public init(
        fingerprint: String, structure: AccessStructure, epoch: Int, commitments: ShareCommitments,
        shareBitCount: Int, factor: BigInteger
    ) {
        self.fingerprint = fingerprint
        self.structure = structure
        self.epoch = epoch
        self.commitments = commitments
        self.shareBitCount = shareBitCount
        self.factor = factor
    }

    /// A bound that is too small would let proofs tell of shares; one that is too large would make every power as long as a
    /// stranger likes. A factor counts modulo n only, and has one form: published values are known by their digest.
    func isWithinBounds(of key: PublicKey) -> Bool {
        (1...1_000_000).contains(epoch)
            && (2 * key.bitCount...16 * key.bitCount + 16_384).contains(shareBitCount)
            && factor.signum > 0 && factor < key.modulus
            && factor.greatestCommonDivisor(with: key.modulus) == 1
    }
}
