/// What this module refuses. Payloads are public values: never a plaintext, a randomness or a part of a private key.
public enum PaillierError: Error, Hashable, Sendable {
    // Public keys
    case modulusTooShort(bitCount: Int, least: Int)
    case modulusTooLong(bitCount: Int, most: Int)
    case modulusEven
    case modulusHasSmallFactor(UInt)
    case modulusIsPerfectPower
    case modulusIsPrime
    case keyMismatch
    case keyProofHasWrongCount(found: Int, expected: Int)
    case keyProofRootOutOfRange(index: Int)
    case keyProofRootWrong(index: Int)

    // Private keys
    case primesOfUnequalLength
    case factorNotSafePrime
    case factorNotPrime
    case factorsEqual
    case factorsShareRelation
    case keySizeNotSupported(bitCount: Int)
    case privateKeyMalformed
    case cancelled

    // Ciphertexts, plaintexts and openings
    case plaintextOutOfRange(bitCount: Int, limit: Int)
    case shortExponentTooShort(bitCount: Int, least: Int)
    case exponentTooLong(bitCount: Int, most: Int)
    case ciphertextOutOfRange(index: Int)
    case ciphertextSharesFactor(index: Int)
    case ciphertextLength(byteCount: Int, expected: Int)
    case decryptionInexact
    case openingOutOfRange(index: Int)
    case openingDoesNotMatch(index: Int)
    case openingBatchDoesNotMatch(count: Int)

    // Packing and encodings
    case layoutEmpty
    case layoutTooWide(bitCount: Int, available: Int, slot: String)
    case slotMaximumNegative(slot: String)
    case slotNameRepeated(slot: String)
    case slotCountMismatch(found: Int, expected: Int)
    case slotValueOutOfRange(slot: String, maximumBitCount: Int)
    case guardBitsSet(slot: String)
    case bitsAboveLastSlot
    case packedValueNegative
    case signedValueOutOfRange(bitCount: Int, limit: Int)
    case decimalTextMalformed
    case decimalTextTooPrecise(digits: Int, available: Int)

    // python-paillier's JSON
    case jsonMalformed(member: String)
    case numberNotRepresentable
    case encodedNumberOverflow
}
