import Crypto
public import Multiprecision

/// A Paillier public key: the modulus n, with generator g = n + 1.
///
/// Values of this type have passed the checks of ``init(modulus:)``. That n is square-free and coprime to φ(n) is shown
/// by ``NthRootProof`` alone, and that its factors are safe primes by nobody but the owner.
///
/// A small value that shares its precomputed tables; any thread may use it.
/// - SeeAlso: P. Paillier, Public-key cryptosystems based on composite degree residuosity classes, EUROCRYPT 1999.
public struct PublicKey: Sendable {
    /// The least accepted length of n in bits (112-bit security, NIST SP 800-57 part 1).
    public static let leastBitCount = 2048
    /// The length of n in bits that new keys get (128-bit security).
    public static let defaultBitCount = 3072
    /// The greatest accepted length of n in bits: a bound on the work that a stranger's key can cause.
    public static let greatestBitCount = 16_384
    /// n has no prime factor up to here (2^16): checked for every key, and relied on by ``NthRootProof`` and by
    /// ``verifyBatch(_:)``.
    public static let trialDivisionBound: UInt = 65_536

    let context: Context

    /// Accepts a modulus from outside.
    ///
    /// - Throws: ``PaillierError`` where n is shorter than 2048 or longer than 16384 bits, even, a prime, a perfect
    ///   power, or has a prime factor up to ``trialDivisionBound``.
    /// - Complexity: About 20 ms at 3072 bits.
    public init(modulus: BigInteger) throws(PaillierError) {
        try self.init(modulus: modulus, leastBitCount: Self.leastBitCount)
    }

    /// Accepts a modulus from 64 bits on, with the other checks as ever. It protects nothing.
    public init(insecureModulusForTesting modulus: BigInteger) throws(PaillierError) {
        try self.init(modulus: modulus, leastBitCount: 64)
    }

    private init(modulus: BigInteger, leastBitCount: Int) throws(PaillierError) {
        try Self.validate(modulus, leastBitCount: leastBitCount)
        context = try Context(modulus: modulus, kernel: .best)
    }

    /// For a modulus that this module has multiplied from two primes.
    init(ownModulus modulus: BigInteger) throws(PaillierError) {
        context = try Context(modulus: modulus, kernel: .best)
    }

    /// The same key, whose products run on `kernel`, or on GMP alone.
    package func running(on kernel: LaneKernel?) throws(PaillierError) -> PublicKey {
        PublicKey(context: try Context(modulus: modulus, kernel: kernel))
    }

    private init(context: Context) {
        self.context = context
    }

    /// n.
    public var modulus: BigInteger { context.modulus }
    /// n².
    public var modulusSquared: BigInteger { context.modulusSquared }
    /// Length of n in bits.
    public var bitCount: Int { context.modulus.bitWidth }
    /// Bytes of a ciphertext in its fixed width: twice the length of n, in whole limbs of 8 bytes.
    public var ciphertextByteCount: Int { context.ciphertextRing.limbCount * 8 }
    /// n's bytes, most significant first, no zero in front.
    public var modulusBytes: [UInt8] { context.modulus.bigEndianBytes }
    /// SHA-256 of ``modulusBytes`` as 64 lower-case hexadecimal digits: the key's name in manifests and on the ledger.
    public var fingerprint: String { context.fingerprint }
    /// Whether the key is long enough for anything but tests.
    public var isSecureSize: Bool { bitCount >= Self.leastBitCount }
}

extension PublicKey: Hashable {
    /// Keys are equal when their moduli are.
    public static func == (left: PublicKey, right: PublicKey) -> Bool {
        left.context === right.context || left.modulus == right.modulus
    }

    /// Feeds the modulus.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(modulus)
    }
}

extension PublicKey {
    /// What every operation under one key shares. Immutable.
    final class Context: Sendable {
        let modulus: BigInteger
        let modulusSquared: BigInteger
        /// Products modulo n².
        let ciphertextRing: MontgomeryModulus
        /// Products modulo n², eight at a time; `nil` where the processor has no vector unit for them.
        let lanes: LaneRing?
        /// Products modulo n.
        let plaintextRing: MontgomeryModulus
        /// Products modulo n, eight at a time.
        let plaintextLanes: LaneRing?
        let fingerprint: String

        init(modulus: BigInteger, kernel: LaneKernel?) throws(PaillierError) {
            self.modulus = modulus
            modulusSquared = modulus * modulus
            lanes = LaneRing(modulus: modulus, isSquare: true, kernel: kernel)
            plaintextLanes = LaneRing(modulus: modulus, isSquare: false, kernel: kernel)
            do {
                ciphertextRing = try MontgomeryModulus(modulus: modulusSquared)
                plaintextRing = try MontgomeryModulus(modulus: modulus)
            } catch {
                throw .modulusEven
            }
            let digest = SHA256.hash(data: modulus.bigEndianBytes)
            fingerprint = digest.map { byte in
                let text = String(byte, radix: 16)
                return byte < 16 ? "0" + text : text
            }.joined()
        }
    }
}
