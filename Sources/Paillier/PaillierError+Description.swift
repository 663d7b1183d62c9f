/// The messages for people, all in one place: what is wrong, and where it helps, what to do.
extension PaillierError: CustomStringConvertible {
    /// A sentence for a person, without secrets.
    public var description: String {
        publicKeyMessage ?? privateKeyMessage ?? ciphertextMessage ?? thresholdMessage ?? encodingMessage
            ?? "unknown error"
    }

    private var publicKeyMessage: String? {
        switch self {
        case .modulusTooShort(let bitCount, let least):
            "the key's modulus has \(bitCount) bits; \(least) is the least: make a new key"
        case .modulusTooLong(let bitCount, let most): "the key's modulus has \(bitCount) bits; \(most) is the most"
        case .modulusEven: "the key's modulus is even: it is no Paillier key"
        case .modulusHasSmallFactor(let factor): "the key's modulus is divisible by \(factor): it is no safe key"
        case .modulusIsPerfectPower: "the key's modulus is a power of a smaller number: it is no Paillier key"
        case .modulusIsPrime: "the key's modulus is a prime: anybody could decrypt"
        case .keyMismatch: "the values belong to different keys: use one key for all"
        case .keyProofHasWrongCount(let found, let expected):
            "the key's proof has \(found) roots instead of \(expected)"
        case .keyProofRootOutOfRange(let index): "root \(index) of the key's proof is out of range"
        case .keyProofRootWrong(let index):
            "root \(index) of the key's proof is wrong: the key must not be used, its openings would prove nothing"
        default: nil
        }
    }

    private var privateKeyMessage: String? {
        switch self {
        case .primesOfUnequalLength: "the primes of the private key differ in length"
        case .factorNotSafePrime: "a factor of the private key is no safe prime: such a key can only decrypt"
        case .factorNotPrime: "a factor of the private key is no prime"
        case .factorsEqual: "the two factors of the private key are equal"
        case .factorsShareRelation:
            "the factors of the private key are related: too close, or one divides the other less 1"
        case .keySizeNotSupported(let bitCount):
            "a key of \(bitCount) bits is not supported: use an even number from \(PublicKey.leastBitCount) to "
                + "\(PublicKey.greatestBitCount)"
        case .privateKeyMalformed: "the stored private key is damaged: restore it from a backup"
        case .cancelled: "the key generation was stopped"
        case .shortExponentTooShort(let bitCount, let least):
            "short randomness of \(bitCount) bits is not safe: \(least) is the least"
        case .exponentTooLong(let bitCount, let most): "randomness of \(bitCount) bits is longer than the key (\(most))"
        default: nil
        }
    }

    private var thresholdMessage: String? {
        switch self {
        case .accessStructureMalformed:
            "the access structure is not one: every gate has 1 to \(AccessStructure.widestGate) nodes, a threshold among "
                + "them, and there are at most \(AccessStructure.mostHolders) holders"
        case .commitmentsMalformed: "the published values of a dealing do not fit the key or the access structure"
        case .sharedNumberIsNoKey: "what was dealt does not decrypt under the key: the dealer must deal anew"
        case .unknownHolder(let holder): "there is no holder \(holder)"
        case .shareMalformed: "the stored share is damaged: restore it from a backup"
        case .shareDoesNotMatch(let holder):
            "the share of holder \(holder) is not what was published: whoever dealt it must deal anew"
        case .shareOfAnotherEpoch(let found, let expected):
            "a share of epoch \(found) does not work with a key of epoch \(expected)"
        case .noCiphertexts: "nothing to decrypt was given"
        case .partialMalformed(let holder): "the partial decryption of holder \(holder) has numbers out of range"
        case .partialWrong(let holder): "the partial decryption of holder \(holder) is wrong: its proof does not hold"
        case .partialsOfOtherCiphertexts: "the partial decryptions are of other ciphertexts"
        case .partialsOfOtherContexts: "the partial decryptions were given for different things"
        case .tooFewPartials(let valid, let faulty):
            "the holders \(valid) do not suffice" + (faulty.isEmpty ? "" : "; what the holders \(faulty) gave is wrong")
        default: nil
        }
    }

    private var ciphertextMessage: String? {
        switch self {
        case .plaintextOutOfRange(let bitCount, let limit):
            "a plaintext of \(bitCount) bits is negative or too large for the key's \(limit) bits"
        case .ciphertextOutOfRange(let index): "ciphertext \(index) is not between 0 and n²"
        case .ciphertextSharesFactor(let index): "ciphertext \(index) shares a factor with the key's modulus"
        case .ciphertextLength(let byteCount, let expected): "the ciphertexts take \(byteCount) bytes, not \(expected)"
        case .decryptionInexact: "the ciphertext cannot be decrypted with this key"
        case .openingOutOfRange(let index): "opening \(index) holds a number out of range"
        case .openingDoesNotMatch(let index): "opening \(index) does not belong to its ciphertext"
        case .openingBatchDoesNotMatch(let count): "one of \(count) openings does not belong to its ciphertext"
        default: nil
        }
    }

    private var encodingMessage: String? {
        switch self {
        case .layoutEmpty: "a packing needs at least one slot"
        case .layoutTooWide(let bitCount, let available, let slot):
            "slot \(slot) ends at bit \(bitCount), but the key has room for \(available): put fewer columns into the "
                + "pack, lower a maximum, or take a longer key"
        case .slotMaximumNegative(let slot): "slot \(slot) has a negative maximum"
        case .slotNameRepeated(let slot): "slot \(slot) appears twice"
        case .slotCountMismatch(let found, let expected): "\(found) values for \(expected) slots"
        case .slotValueOutOfRange(let slot, let bits):
            "the value for slot \(slot) is negative or over its maximum of \(bits) bits"
        case .guardBitsSet(let slot):
            "slot \(slot) has run over: a row held more than its schema allows, or the weights were too great"
        case .bitsAboveLastSlot: "the last slot has run over: a row held more than its schema allows"
        case .packedValueNegative: "a packed value cannot be negative"
        case .signedValueOutOfRange(let bitCount, let limit):
            "a number of \(bitCount) bits is over the \(limit) available"
        case .decimalTextMalformed: "not a decimal number: write digits with an optional minus sign and point"
        case .decimalTextTooPrecise(let digits, let available):
            "\(digits) digits after the point, but only \(available) are kept: declare more decimals"
        case .jsonMalformed(let member): "not python-paillier's JSON: member \(member) is missing or malformed"
        case .numberNotRepresentable: "NaN and infinities cannot be encrypted"
        case .encodedNumberOverflow: "the number has run over: its exponent or mantissa is too large for the key"
        default: nil
        }
    }
}
