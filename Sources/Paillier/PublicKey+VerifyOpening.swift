import Multiprecision

extension PublicKey {
    /// Checks an opening: `c ≡ (1 + M·n) · rⁿ (mod n²)`. Everything in it is public; variable time.
    ///
    /// It proves the plaintext only for a key whose ``NthRootProof`` holds: with p² | n, two plaintexts open.
    /// - Throws: ``PaillierError/keyMismatch``, ``PaillierError/openingOutOfRange(index:)``,
    ///   ``PaillierError/openingDoesNotMatch(index:)``, index 0.
    /// - Complexity: One power modulo n²: about 40 ms at 3072 bits.
    public func verify(_ opening: Opening, of ciphertext: Ciphertext) throws(PaillierError) {
        try verify(opening, of: ciphertext, index: 0)
    }

    func verify(_ opening: Opening, of ciphertext: Ciphertext, index: Int) throws(PaillierError) {
        try checkRange(of: opening, for: ciphertext, index: index)
        let residue = opening.randomness.power(modulus, modulo: modulusSquared, variableTime: true)
        let expected = ((opening.plaintext * modulus + 1) * residue).modulo(modulusSquared)
        guard expected == ciphertext.value else { throw .openingDoesNotMatch(index: index) }
    }

    func checkRange(of opening: Opening, for ciphertext: Ciphertext, index: Int) throws(PaillierError) {
        guard ciphertext.key == self else { throw .keyMismatch }
        guard opening.plaintext.signum >= 0, opening.plaintext < modulus, opening.randomness.signum > 0,
            opening.randomness < modulus, opening.randomness.greatestCommonDivisor(with: modulus) == 1
        else { throw .openingOutOfRange(index: index) }
    }
}
