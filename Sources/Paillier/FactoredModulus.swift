import Multiprecision

/// n with its two prime factors: what decrypting and taking roots need, for keys of any origin.
struct FactoredModulus: Sendable {
    let first: PrimePowerDecryption
    let second: PrimePowerDecryption
    /// `q^-1 mod p`.
    private let secondInverse: BigInteger

    init(p: BigInteger, q: BigInteger, kernel: LaneKernel? = .best) throws(PaillierError) {
        guard p != q else { throw .factorsEqual }
        first = try PrimePowerDecryption(prime: p, cofactor: q, kernel: kernel)
        second = try PrimePowerDecryption(prime: q, cofactor: p, kernel: kernel)
        guard let inverse = q.inverse(modulo: p) else { throw .factorsShareRelation }
        secondInverse = inverse
    }

    /// M in `[0, n)`.
    func decrypt(_ ciphertext: Ciphertext) throws(PaillierError) -> BigInteger {
        join(try first.plaintext(of: ciphertext.value), try second.plaintext(of: ciphertext.value))
    }

    /// The n-th root of `value` modulo n, in `[0, n)`.
    ///
    /// - Precondition: `value` is coprime to n.
    func root(of value: BigInteger) throws(PaillierError) -> BigInteger {
        join(try first.root(of: value), try second.root(of: value))
    }

    /// The plaintexts of many, in their order.
    func decrypt(_ ciphertexts: [Ciphertext]) throws(PaillierError) -> [BigInteger] {
        let values = ciphertexts.map(\.value)
        return try zip(first.plaintexts(of: values), second.plaintexts(of: values)).map(join)
    }

    /// The n-th roots of many, in their order.
    func roots(of values: [BigInteger]) throws(PaillierError) -> [BigInteger] {
        try zip(first.roots(of: values), second.roots(of: values)).map(join)
    }

    /// Garner: the number below `p·q` with these residues.
    private func join(_ residueP: BigInteger, _ residueQ: BigInteger) -> BigInteger {
        residueQ + second.prime * ((residueP - residueQ) * secondInverse).modulo(first.prime)
    }
}
