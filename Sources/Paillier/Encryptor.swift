import Multiprecision

/// Encrypts under one key, with the randomness of Damgård, Jurik and Nielsen and a table of powers of its base.
///
/// `c = (1 + M·n) · h_s^α mod n²` with `h = -x² mod n`, `h_s = hⁿ mod n²` and α uniform. Any thread may call it; all
/// share the table.
///
/// α is as secret as the plaintext. Every encryption does the same products whatever α is, but the table is read at
/// addresses that depend on α: whoever can watch this machine's caches may learn digits of it. Where strangers run code
/// on the same core, use ``Randomness/textbook``, which runs in constant time.
/// - SeeAlso: I. Damgård, M. Jurik, J. B. Nielsen, A generalization of Paillier's public-key system with applications to
///   electronic voting, Int. J. Inf. Secur. 9 (2010).
public final class Encryptor: Sendable {
    /// Where the n-th residue of a ciphertext comes from.
    public enum Randomness: Hashable, Sendable {
        /// α of ⌈|n|/2⌉ bits: indistinguishable from full length under factoring alone, for keys from safe primes.
        case half
        /// α of this many bits, 256 or more: faster, and a further assumption (discrete logarithms with short
        /// exponents; the generic attack costs 2^(bits/2)).
        case short(bits: Int)
        /// rⁿ with r uniform: for keys whose primes are not known to be safe, as python-paillier's. About 40 times
        /// slower.
        case textbook
    }

    /// Least length of a short α in bits: 128-bit security against the generic attack.
    public static let leastShortBitCount = 256

    /// The key it encrypts under.
    public let key: PublicKey
    /// The choice it was made with.
    public let randomness: Randomness
    let source: ResidueSource
    /// Whether powers come from a table.
    package var hasTable: Bool {
        switch source {
        case .table, .factored: true
        case .power, .textbook: false
        }
    }

    /// Prepares encryption; builds the table, on all cores where it is large.
    ///
    /// - Parameters:
    ///   - expectedCount: How many encryptions will be asked for: sizes the table. Any number may follow.
    ///   - tableMemoryLimit: Bytes that the table may take; 80 MiB by default (a window of 9 bits at 3072).
    /// - Throws: ``PaillierError/shortExponentTooShort(bitCount:least:)``,
    ///   ``PaillierError/exponentTooLong(bitCount:most:)``.
    /// - Complexity: One power modulo n² (about 40 ms at 3072 bits) and the table: up to 1 s of one core.
    public init(
        key: PublicKey, randomness: Randomness = .half, expectedCount: Int, tableMemoryLimit: Int = 80 << 20
    ) throws(PaillierError) {
        self.key = key
        self.randomness = randomness
        source = try ResidueSource(
            key: key, randomness: randomness, expectedCount: max(1, expectedCount), memoryLimit: tableMemoryLimit)
    }

    /// The same for the owner of the key: powers modulo p² and q² in place of n², in a little over half the time.
    ///
    /// Its ciphertexts are those of any other encryptor. The tables are as secret as the key.
    /// - Throws: As ``init(key:randomness:expectedCount:tableMemoryLimit:)``.
    public init(
        owner: PrivateKey, randomness: Randomness = .half, expectedCount: Int, tableMemoryLimit: Int = 80 << 20
    ) throws(PaillierError) {
        key = owner.publicKey
        self.randomness = randomness
        source = try ResidueSource(
            owner: owner, randomness: randomness, expectedCount: max(1, expectedCount), memoryLimit: tableMemoryLimit)
    }
}
