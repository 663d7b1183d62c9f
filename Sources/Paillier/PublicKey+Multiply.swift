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

    /// Multiplies many encrypted numbers, each by a known one of up to 64 bits, eight at a time on a vector unit.
    ///
    /// - Parameter plains: As many as ciphertexts. Public: the time depends on them.
    /// - Returns: `cᵢ^plainᵢ mod n²`, in their order. Not rerandomised.
    /// - Throws: ``PaillierError/keyMismatch``.
    public func multiply(_ ciphertexts: [Ciphertext], by plains: [UInt64]) throws(PaillierError) -> [Ciphertext] {
        precondition(ciphertexts.count == plains.count, "a factor for each ciphertext")
        guard ciphertexts.allSatisfy({ $0.key == self }) else { throw .keyMismatch }
        guard let ring = context.lanes, ciphertexts.count > 1 else {
            return try zip(ciphertexts, plains).map { ciphertext, plain throws(PaillierError) in
                try multiply(ciphertext, by: BigInteger(plain))
            }
        }
        return ring.withSharedWorkspace { workspace in
            let x = ring.makeNumber()
            return stride(from: 0, to: plains.count, by: LaneRing.laneCount).flatMap { start in
                let group = start..<min(plains.count, start + LaneRing.laneCount)
                let exponents = plains[group] + Array(repeating: 0, count: LaneRing.laneCount - group.count)
                ring.enter(ciphertexts[group].map(\.value), into: x, workspace: workspace)
                ring.power(x, publicExponents: Array(exponents), into: x, workspace: workspace)
                return ring.values(x, count: group.count, workspace: workspace)
                    .map { Ciphertext(trusted: $0, key: self) }
            }
        }
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
