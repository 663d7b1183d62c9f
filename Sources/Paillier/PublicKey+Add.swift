public import Multiprecision

extension PublicKey {
    /// Adds two plaintexts under encryption: decrypts to `(m1 + m2) mod n`.
    ///
    /// - Returns: `c1 · c2 mod n²`. Not rerandomised: see ``rerandomize(_:using:)``.
    /// - Throws: ``PaillierError/keyMismatch``.
    /// - Complexity: One multiplication modulo n². For many, ``CiphertextAccumulator``.
    public func add(_ left: Ciphertext, _ right: Ciphertext) throws(PaillierError) -> Ciphertext {
        guard left.key == self, right.key == self else { throw .keyMismatch }
        return Ciphertext(trusted: (left.value * right.value).modulo(modulusSquared), key: self)
    }

    /// Adds a known number to an encrypted one: decrypts to `(m + plain) mod n`.
    ///
    /// - Parameter plain: Any integer; taken modulo n.
    /// - Returns: `c · (1 + plain·n) mod n²`. Not rerandomised: whoever has both ciphertexts finds `plain`.
    /// - Throws: ``PaillierError/keyMismatch``.
    public func add(_ ciphertext: Ciphertext, plain: BigInteger) throws(PaillierError) -> Ciphertext {
        guard ciphertext.key == self else { throw .keyMismatch }
        let factor = plain.modulo(modulus) * modulus + 1
        return Ciphertext(trusted: (ciphertext.value * factor).modulo(modulusSquared), key: self)
    }

    /// The sum of many; 1, an encryption of 0, for none.
    ///
    /// - Throws: ``PaillierError/keyMismatch``.
    public func sum(_ ciphertexts: some Sequence<Ciphertext>) throws(PaillierError) -> Ciphertext {
        var accumulator = CiphertextAccumulator(key: self)
        for ciphertext in ciphertexts { try accumulator.add(ciphertext) }
        return accumulator.value()
    }
}
