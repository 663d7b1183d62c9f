public import Multiprecision

extension PublicKey {
    /// Multiplies an encrypted number by a known one: decrypts to `m · plain mod n`.
    ///
    /// - Parameter plain: Any integer, negative ones too. Public: the time depends on it.
    /// - Returns: `c^plain mod n²`. Not rerandomised: for a `plain` that must stay unknown, rerandomise.
    /// - Throws: ``PaillierError/keyMismatch``.
    /// - Complexity: A power with an exponent of `plain`'s length, at most half of n's range.
    public func multiply(_ ciphertext: Ciphertext, by plain: BigInteger) throws(PaillierError) -> Ciphertext {
        guard ciphertext.key == self else { throw .keyMismatch }
        let factor = centered(plain)
        let base = factor.signum < 0 ? inverse(of: ciphertext.value) : ciphertext.value
        let power = base.power(factor.magnitude, modulo: modulusSquared, variableTime: true)
        return Ciphertext(trusted: power, key: self)
    }

    /// Negates an encrypted number: decrypts to `-m mod n`.
    ///
    /// - Returns: `c^-1 mod n²`. Not rerandomised.
    /// - Throws: ``PaillierError/keyMismatch``.
    public func negate(_ ciphertext: Ciphertext) throws(PaillierError) -> Ciphertext {
        guard ciphertext.key == self else { throw .keyMismatch }
        return Ciphertext(trusted: inverse(of: ciphertext.value), key: self)
    }

    /// The shortest factor with the same effect on randomness and plaintext as far as the plaintext goes.
    private func centered(_ plain: BigInteger) -> BigInteger {
        if plain.magnitude + plain.magnitude <= modulus { return plain }
        let residue = plain.modulo(modulus)
        return residue + residue > modulus ? residue - modulus : residue
    }

    private func inverse(of value: BigInteger) -> BigInteger {
        guard let inverse = value.inverse(modulo: modulusSquared) else {
            preconditionFailure("a checked ciphertext is coprime to n")
        }
        return inverse
    }
}
