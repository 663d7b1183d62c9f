/// What this module refuses. Payloads are public values: never a plaintext, a randomness or a part of a private key.
public enum PaillierError: Error, Hashable, Sendable {
    // Public keys
    /// n has fewer bits than are accepted.
    case modulusTooShort(bitCount: Int, least: Int)
    /// n has more bits than are accepted.
    case modulusTooLong(bitCount: Int, most: Int)
    /// n is even.
    case modulusEven
    /// n has a prime factor up to ``PublicKey/trialDivisionBound``.
    case modulusHasSmallFactor(UInt)
    /// n is a power of a smaller number.
    case modulusIsPerfectPower
    /// n is a prime.
    case modulusIsPrime
    /// Operands belong to different keys.
    case keyMismatch
    /// A key proof has too few or too many roots.
    case keyProofHasWrongCount(found: Int, expected: Int)
    /// A root of a key proof is outside (0, n).
    case keyProofRootOutOfRange(index: Int)
    /// A root of a key proof is not the n-th root that it should be.
    case keyProofRootWrong(index: Int)

    // Private keys
    /// The primes differ in length, or are negative.
    case primesOfUnequalLength
    /// A factor is no safe prime.
    case factorNotSafePrime
    /// A factor is no prime.
    case factorNotPrime
    /// The factors are equal.
    case factorsEqual
    /// The factors are too close, or gcd(n, φ(n)) is not 1.
    case factorsShareRelation
    /// No key of this length is made.
    case keySizeNotSupported(bitCount: Int)
    /// The bytes of a stored private key are damaged.
    case privateKeyMalformed
    /// A key generation was stopped.
    case cancelled

    // Ciphertexts, plaintexts and openings
    /// A plaintext is outside [0, n).
    case plaintextOutOfRange(bitCount: Int, limit: Int)
    /// A short α under 256 bits was asked for.
    case shortExponentTooShort(bitCount: Int, least: Int)
    /// An α longer than n was asked for.
    case exponentTooLong(bitCount: Int, most: Int)
    /// A ciphertext is outside (0, n²).
    case ciphertextOutOfRange(index: Int)
    /// A ciphertext is not coprime to n.
    case ciphertextSharesFactor(index: Int)
    /// Memory for ciphertexts has the wrong length.
    case ciphertextLength(byteCount: Int, expected: Int)
    /// A division in decryption left something over: no ciphertext of this key.
    case decryptionInexact
    /// M is outside [0, n), or r outside (0, n) or not coprime to n.
    case openingOutOfRange(index: Int)
    /// c is not (1 + Mn)·rⁿ.
    case openingDoesNotMatch(index: Int)
    /// The random combination failed, though each opening alone passed.
    case openingBatchDoesNotMatch(count: Int)

    // Threshold keys
    /// A tree of gates outside the limits of ``AccessStructure``.
    case accessStructureMalformed
    /// Commitments that do not fit the structure or the key, or a record outside its bounds.
    case commitmentsMalformed
    /// What is shared is no decryption exponent of the key.
    case sharedNumberIsNoKey
    /// No holder of this number.
    case unknownHolder(Int)
    /// Bytes that are no share.
    case shareMalformed
    /// A share that is not what was committed to.
    case shareDoesNotMatch(holder: Int)
    /// A share, or a part of a decryption, of another epoch than the key.
    case shareOfAnotherEpoch(found: Int, expected: Int)
    /// A decryption of nothing was asked for.
    case noCiphertexts
    /// A part of a decryption has numbers out of range, or too few or too many.
    case partialMalformed(holder: Int)
    /// A part of a decryption whose proof does not hold.
    case partialWrong(holder: Int)
    /// Parts of a decryption of other ciphertexts than were asked for.
    case partialsOfOtherCiphertexts
    /// Parts of a decryption that were given for different things.
    case partialsOfOtherContexts
    /// The holders whose parts hold do not suffice.
    case tooFewPartials(valid: [Int], faulty: [Int])

    // Packing and encodings
    /// A layout without slots.
    case layoutEmpty
    /// The slots do not fit below n; the first that does not is named.
    case layoutTooWide(bitCount: Int, available: Int, slot: String)
    /// A slot's maximum is negative.
    case slotMaximumNegative(slot: String)
    /// Two slots have one name.
    case slotNameRepeated(slot: String)
    /// Not one value for each slot.
    case slotCountMismatch(found: Int, expected: Int)
    /// A value is negative or over its slot's maximum.
    case slotValueOutOfRange(slot: String, maximumBitCount: Int)
    /// A slot ran over into its guard bits.
    case guardBitsSet(slot: String)
    /// Bits are set above the last slot.
    case bitsAboveLastSlot
    /// A packed value is negative.
    case packedValueNegative
    /// A signed number is too large in magnitude for the encoding.
    case signedValueOutOfRange(bitCount: Int, limit: Int)
    /// Text is no plain decimal number.
    case decimalTextMalformed
    /// Text has more places than the encoding keeps.
    case decimalTextTooPrecise(digits: Int, available: Int)

    // python-paillier's JSON
    /// A member of a JSON document is missing, malformed, or does not fit the others.
    case jsonMalformed(member: String)
    /// NaN or an infinity.
    case numberNotRepresentable
    /// An exponent is out of bounds, or a mantissa in the middle third that marks overflow.
    case encodedNumberOverflow
}
