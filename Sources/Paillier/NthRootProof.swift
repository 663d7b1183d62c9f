import Foundation
public import Multiprecision

/// A proof that `gcd(n, φ(n)) = 1`: n is square-free, its factors differ, and every plaintext has ciphertexts of its own.
///
/// The owner shows the n-th roots of ``rootCount`` numbers `yᵢ` that are hashed from n. Where the property fails, a prime
/// `s` divides n and φ(n), and at most one in `s` numbers has an n-th root coprime to n. (Without that word the share is
/// up to 1/s + 1/t for a second factor t of n near s, and eight roots would be 4 bits short of what is said here.) Trial
/// division shows `s > α = 2^16` (``PublicKey/trialDivisionBound``), so 8 roots leave a false proof a chance below
/// `α^-8 = 2^-128`. The numbers follow from n, so a forger's attempts are choices of n, at one hash chain each.
///
/// It does not show that n has two factors only, nor that they are safe primes.
/// - SeeAlso: S. Goldberg, L. Reyzin, O. Sagga, F. Baldimtsi, Efficient noninteractive certification of RSA moduli and
///   beyond, ASIACRYPT 2019 (the relation for Paillier keys; there α = 6370 and 11 roots).
public struct NthRootProof: Hashable, Sendable {
    /// Number of roots: `⌈128 / log2(trialDivisionBound)⌉`.
    public static let rootCount = 8

    /// The roots, each in `(0, n)` and coprime to n.
    public let roots: [BigInteger]

    /// Takes roots from outside; ``PublicKey/verify(_:)`` judges them.
    public init(roots: [BigInteger]) {
        self.roots = roots
    }

    /// yᵢ, in `[0, n)`: MGF1 of SHA-256 under a domain of its own, n and the index.
    package static func target(_ index: Int, of key: PublicKey) -> BigInteger {
        HashToInteger(domain: "chancery paillier nth-root proof v1", key: key).value(index: UInt32(index))
    }
}

extension NthRootProof: Codable {
    private enum CodingKeys: String, CodingKey {
        case roots
    }

    /// Reads `{"roots": [base64 of big-endian bytes, …]}`, in the one form that ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let texts = try container.decode([String].self, forKey: .roots)
        roots = try texts.map { text in
            guard let bytes = Data(base64Encoded: text), bytes.base64EncodedString() == text, bytes.first != 0 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .roots, in: container, debugDescription: "a root is base64 without leading zero bytes")
            }
            return BigInteger(bigEndianBytes: bytes)
        }
    }

    /// Writes `{"roots": [base64 of big-endian bytes, …]}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(
            roots.map { Data($0.signum > 0 ? $0.bigEndianBytes : []).base64EncodedString() }, forKey: .roots)
    }
}

extension PublicKey {
    /// Checks that `gcd(n, φ(n)) = 1`, with error at most 2^-128. Variable time.
    ///
    /// - Throws: ``PaillierError/keyProofHasWrongCount(found:expected:)``,
    ///   ``PaillierError/keyProofRootOutOfRange(index:)``, ``PaillierError/keyProofRootWrong(index:)``.
    /// - Complexity: 8 powers modulo n at once: about 40 ms at 3072 bits on a vector unit. A random combination of the
    ///   eight would take one power, but a hostile key with a factor just above α passes it with probability 2^-16.
    public func verify(_ proof: NthRootProof) throws(PaillierError) {
        guard proof.roots.count == NthRootProof.rootCount else {
            throw .keyProofHasWrongCount(found: proof.roots.count, expected: NthRootProof.rootCount)
        }
        for (index, root) in proof.roots.enumerated() {
            guard root.signum > 0, root < modulus, root.greatestCommonDivisor(with: modulus) == 1 else {
                throw .keyProofRootOutOfRange(index: index)
            }
        }
        for (index, power) in nthPowersModuloN(proof.roots).enumerated() {
            guard power == NthRootProof.target(index, of: self) else { throw .keyProofRootWrong(index: index) }
        }
    }
}

extension PrivateKey {
    /// Proves this key's modulus for registration: see ``NthRootProof``. The same key gives the same proof.
    ///
    /// - Complexity: 8 roots by CRT: about 40 ms at 3072 bits.
    public func proveModulus() throws(PaillierError) -> NthRootProof {
        let targets = (0..<NthRootProof.rootCount).map { NthRootProof.target($0, of: publicKey) }
        let proof = NthRootProof(roots: try factors.roots(of: targets))
        // A fault in one half would give the factors away with the root.
        try publicKey.verify(proof)
        return proof
    }
}
