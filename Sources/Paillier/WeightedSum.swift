import Multiprecision

/// `Σ wᵢ·mᵢ` under encryption for many known integer weights: `∏ cᵢ^wᵢ mod n²` by one multi-exponentiation.
///
/// The same ciphertexts and weights give the same ``value()``, byte for byte, in whatever order they come. Variable
/// time: weights are public. One thread at a time.
public final class WeightedSum {
    /// The key of all that is added.
    public let key: PublicKey
    private let weightBitCount: Int
    private let expectedCount: Int
    private lazy var positive = makeProduct()
    private lazy var negative = makeProduct()
    private var hasNegative = false

    /// An empty sum.
    ///
    /// - Parameters:
    ///   - weightBitCount: Of the largest weight's magnitude: 1 to 63.
    ///   - expectedCount: How many terms are expected: chooses the windows. Any number may come.
    public init(key: PublicKey, weightBitCount: Int, expectedCount: Int) {
        precondition((1...63).contains(weightBitCount), "a weight has 1 to 63 bits")
        self.key = key
        self.weightBitCount = weightBitCount
        self.expectedCount = expectedCount
    }

    /// Adds `weight` times a ciphertext where it lies.
    ///
    /// - Parameters:
    ///   - bytes: One *checked* ciphertext of ``PublicKey/ciphertextByteCount`` bytes, little-endian limbs, aligned to 8
    ///     bytes.
    ///   - weight: Its magnitude has at most the bits that were announced.
    /// - Complexity: Some products modulo n² and a share of the joining: 25 µs at 3072 bits among 10,000 of 32 bits.
    public func add(littleEndianLimbs bytes: UnsafeRawBufferPointer, weight: Int64) {
        guard let start = bytes.baseAddress, bytes.count == key.ciphertextByteCount else {
            preconditionFailure("a ciphertext has a fixed width")
        }
        precondition(UInt(bitPattern: start).isMultiple(of: 8), "ciphertexts in memory are aligned to limbs")
        multiply(by: start.assumingMemoryBound(to: UInt.self), weight: weight)
    }

    /// Adds `weight` times a ciphertext.
    ///
    /// - Throws: ``PaillierError/keyMismatch``.
    public func add(_ ciphertext: Ciphertext, weight: Int64) throws(PaillierError) {
        guard ciphertext.key == key else { throw .keyMismatch }
        let element = key.context.ciphertextRing.makeElement(ciphertext.value)
        withExtendedLifetime(element) { multiply(by: element.limbs, weight: weight) }
    }

    /// The sum; 1, an encryption of 0, for nothing. Ends the sum: nothing may be added afterwards.
    public func value() -> Ciphertext {
        var product = positive.value()
        if hasNegative {
            guard let inverse = negative.value().inverse(modulo: key.modulusSquared) else {
                preconditionFailure("checked ciphertexts are coprime to n")
            }
            product = (product * inverse).modulo(key.modulusSquared)
        }
        return Ciphertext(trusted: product, key: key)
    }

    private func multiply(by limbs: MontgomeryModulus.Limbs, weight: Int64) {
        if weight >= 0 { return positive.multiply(by: limbs, exponent: weight.magnitude) }
        hasNegative = true
        negative.multiply(by: limbs, exponent: weight.magnitude)
    }

    private func makeProduct() -> PowerProduct {
        PowerProduct(
            ring: key.context.ciphertextRing, lanes: key.context.lanes, exponentBitCount: weightBitCount,
            expectedCount: expectedCount)
    }
}
