import Multiprecision

/// A part of a decryption whose proof has been checked. Only ``ThresholdKey/verify(_:of:context:)`` makes one.
public struct VerifiedPartial: Hashable, Sendable {
    /// The part.
    public let partial: PartialDecryption
    let ciphertexts: [Ciphertext]
    let context: [UInt8]
    /// Under whose published values.
    let record: ThresholdRecord
}

extension ThresholdKey {
    /// Checks a holder's part of a decryption: `a = (C⁴)^z·(D²)^(−e)`, `b = v^z·vᵢ^(−e)`, and e hashed from them.
    /// Everything in it is public; variable time.
    ///
    /// - Parameters:
    ///   - ciphertexts: Those that were asked for, in that order.
    ///   - context: As the holder was given it.
    /// - Throws: ``PaillierError/unknownHolder(_:)``, ``PaillierError/shareOfAnotherEpoch(found:expected:)``,
    ///   ``PaillierError/keyMismatch``, ``PaillierError/noCiphertexts``; ``PaillierError/partialMalformed(holder:)`` and
    ///   ``PaillierError/partialWrong(holder:)``, which convict the holder that signed it.
    /// - Complexity: Two powers with exponents of a share's length modulo n²: about 0.15 s at 3072 bits.
    @discardableResult
    public func verify(
        _ partial: PartialDecryption, of ciphertexts: [Ciphertext], context: [UInt8]
    ) throws(PaillierError) -> VerifiedPartial {
        guard verificationValues.indices.contains(partial.holder - 1) else { throw .unknownHolder(partial.holder) }
        guard partial.epoch == epoch else { throw .shareOfAnotherEpoch(found: partial.epoch, expected: epoch) }
        guard !ciphertexts.isEmpty else { throw .noCiphertexts }
        guard ciphertexts.allSatisfy({ $0.key == publicKey }) else { throw .keyMismatch }
        guard isWellFormed(partial, count: ciphertexts.count) else { throw .partialMalformed(holder: partial.holder) }
        let statement = PartialStatement(
            ciphertexts, partial.values, self, holder: partial.holder, context: context)
        let own = verificationValues[partial.holder - 1]
        let a = try commitment(statement.fourth, statement.square, partial)
        let b = try commitment(base.value, own, partial)
        guard statement.challenge(self, own, a, b) == partial.challenge else {
            throw .partialWrong(holder: partial.holder)
        }
        return VerifiedPartial(partial: partial, ciphertexts: ciphertexts, context: context, record: record)
    }

    private func commitment(
        _ base: BigInteger, _ power: BigInteger, _ partial: PartialDecryption
    ) throws(PaillierError) -> BigInteger {
        let square = publicKey.modulusSquared
        let first = base.power(partial.response, modulo: square, variableTime: true)
        return (first * (try power.signedPower(-partial.challenge, modulo: square))).modulo(square)
    }

    private func isWellFormed(_ partial: PartialDecryption, count: Int) -> Bool {
        let bits = exponentBitCount + 2 * ShareDealing.statisticalBitCount + 1
        guard partial.values.count == count, partial.challenge.signum >= 0,
            partial.challenge.bitWidth <= ShareDealing.statisticalBitCount, partial.response.signum > 0,
            partial.response.bitWidth <= bits,
            partial.values.allSatisfy({ $0.signum > 0 && $0 < publicKey.modulusSquared })
        else { return false }
        let product = partial.values.reduce(BigInteger.one) { ($0 * $1).modulo(publicKey.modulus) }
        return product.greatestCommonDivisor(with: publicKey.modulus) == 1
    }
}
