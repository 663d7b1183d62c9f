public import Multiprecision

/// One holder's part of a decryption of one or more ciphertexts, with a proof that it is right.
public struct PartialDecryption: Hashable, Sendable, Codable {
    /// 1, 2, … in the order of the access structure.
    public let holder: Int
    /// Of the holder's share.
    public let epoch: Int
    /// `cᵢ = c^(2Δsᵢ) mod n²`, one for each ciphertext.
    public let values: [BigInteger]
    /// e of the proof: κ bits.
    public let challenge: BigInteger
    /// `z = ρ + e·Δsᵢ`, with ρ random and 2κ bits longer than Δsᵢ can be.
    public let response: BigInteger

    /// Takes values from outside; ``ThresholdKey/verify(_:of:context:)`` judges them.
    public init(holder: Int, epoch: Int, values: [BigInteger], challenge: BigInteger, response: BigInteger) {
        self.holder = holder
        self.epoch = epoch
        self.values = values
        self.challenge = challenge
        self.response = response
    }
}

/// The statement of a proof: that `log_{C⁴} D² = log_v vᵢ`, where C and D are the ciphertexts and partials, or, of
/// several, their products with coefficients that are hashed from all of them.
struct PartialStatement {
    let fourth: BigInteger
    let square: BigInteger
    private let transcript: ThresholdTranscript

    /// - Precondition: As many ciphertexts as values, and at least one.
    init(_ ciphertexts: [Ciphertext], _ values: [BigInteger], _ key: ThresholdKey, holder: Int, context: [UInt8]) {
        var transcript = ThresholdTranscript(
            domain: "chancery paillier partial decryption v1", key: key, holder: holder, context: context)
        transcript.add(BigInteger(ciphertexts.count))
        for ciphertext in ciphertexts { transcript.add(ciphertext.value) }
        for value in values { transcript.add(value) }
        self.transcript = transcript
        let modulus = key.publicKey.modulusSquared
        var (c, d) = (ciphertexts[0].value, values[0])
        if values.count > 1 {
            let coefficients = values.indices.map { transcript.challenge(index: $0) }
            c = PartialStatement.product(ciphertexts.map(\.value), coefficients, key.publicKey)
            d = PartialStatement.product(values, coefficients, key.publicKey)
        }
        fourth = c.power(4, modulo: modulus, variableTime: true)
        square = (d * d).modulo(modulus)
    }

    func challenge(_ key: ThresholdKey, _ verificationValue: BigInteger, _ a: BigInteger, _ b: BigInteger) -> BigInteger
    {
        var transcript = transcript
        for number in [key.base.value, verificationValue, fourth, square, a, b] { transcript.add(number) }
        return transcript.challenge()
    }

    /// `∏ bᵢ^eᵢ` for exponents of 128 bits, in two halves.
    private static func product(_ bases: [BigInteger], _ exponents: [BigInteger], _ key: PublicKey) -> BigInteger {
        let high = product(bases, exponents.map { $0 >> 64 }, halfOf: key)
        let low = product(bases, exponents.map { $0.lowBits(64) }, halfOf: key)
        let modulus = key.modulusSquared
        return (high.power(BigInteger.one << 64, modulo: modulus, variableTime: true) * low).modulo(modulus)
    }

    private static func product(_ bases: [BigInteger], _ exponents: [BigInteger], halfOf key: PublicKey) -> BigInteger {
        let ring = key.context.ciphertextRing
        let product = PowerProduct(
            ring: ring, lanes: key.context.lanes, exponentBitCount: 64, expectedCount: bases.count)
        let rows = bases.map { ring.makeElement($0) }
        for (row, exponent) in zip(rows, exponents) {
            withExtendedLifetime(row) { product.multiply(by: row.limbs, exponent: exponent.lowLimb) }
        }
        return product.value()
    }
}

extension BigInteger {
    fileprivate var lowLimb: UInt64 { withLimbs { UInt64($0.first ?? 0) } }
}
