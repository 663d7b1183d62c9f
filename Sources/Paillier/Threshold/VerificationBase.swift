import Multiprecision

/// v = (1+n)²·ρ^(2n) mod n², to whose powers the shares of a key are committed.
///
/// ρ is hashed from n, so that no dealer can choose one of small order: v generates the squares modulo n² but for a
/// negligible chance.
struct VerificationBase: Sendable {
    let key: PublicKey
    let value: BigInteger

    init(of key: PublicKey) {
        self.key = key
        let rho = HashToInteger(domain: "chancery paillier threshold base v1", key: key).value(index: 0)
        let (modulus, square) = (key.modulus, key.modulusSquared)
        let residue = rho.power(modulus + modulus, modulo: square, variableTime: true)
        value = ((modulus + modulus + 1) * residue).modulo(square)
    }

    func secretPower(_ exponent: BigInteger) throws(PaillierError) -> BigInteger {
        try value.signedSecretPower(exponent, modulo: key.modulusSquared)
    }
}

extension BigInteger {
    /// A power modulo n² in time that tells the exponent's sign and length only.
    ///
    /// - Precondition: This value is coprime to the modulus.
    func signedSecretPower(_ exponent: BigInteger, modulo modulus: BigInteger) throws(PaillierError) -> BigInteger {
        if exponent.isZero { return .one }
        do {
            let power = try secretPower(exponent.magnitude, modulo: modulus)
            return exponent.signum > 0 ? power : try power.invert(modulo: modulus)
        } catch let error as PaillierError {
            throw error
        } catch {
            throw .modulusEven
        }
    }

    /// A power modulo n² with an exponent that everybody may know.
    func signedPower(_ exponent: BigInteger, modulo modulus: BigInteger) throws(PaillierError) -> BigInteger {
        let power = power(exponent.magnitude, modulo: modulus, variableTime: true)
        return exponent.signum < 0 ? try power.invert(modulo: modulus) : power
    }

    private func invert(modulo modulus: BigInteger) throws(PaillierError) -> BigInteger {
        guard let inverse = inverse(modulo: modulus) else { throw .ciphertextSharesFactor(index: 0) }
        return inverse
    }
}
