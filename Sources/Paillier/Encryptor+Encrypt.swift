public import Multiprecision

extension Encryptor {
    /// Encrypts a plaintext with fresh randomness from the operating system.
    ///
    /// - Parameter plaintext: In `[0, n)`.
    /// - Throws: ``PaillierError/plaintextOutOfRange(bitCount:limit:)``.
    public func encrypt(_ plaintext: BigInteger) throws(PaillierError) -> Ciphertext {
        var generator = SystemRandomNumberGenerator()
        return try encrypt(plaintext, using: &generator)
    }

    /// Encrypts with the given source of randomness; anything but the operating system's is for tests.
    public func encrypt(
        _ plaintext: BigInteger, using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> Ciphertext {
        try encrypt([plaintext], using: &generator)[0]
    }

    /// Encrypts several plaintexts on this thread, eight at a time where the processor has a vector unit.
    ///
    /// - Parameter plaintexts: Each in `[0, n)`.
    /// - Throws: ``PaillierError/plaintextOutOfRange(bitCount:limit:)``; then nothing was encrypted.
    public func encrypt(_ plaintexts: [BigInteger]) throws(PaillierError) -> [Ciphertext] {
        var generator = SystemRandomNumberGenerator()
        return try encrypt(plaintexts, using: &generator)
    }

    /// The same with the given source of randomness; anything but the operating system's is for tests.
    public func encrypt(
        _ plaintexts: [BigInteger], using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> [Ciphertext] {
        for plaintext in plaintexts { try key.checkPlaintext(plaintext) }
        let residues = source.next(plaintexts.count, key: key, using: &generator)
        return zip(plaintexts, residues).map { key.ciphertext($0, residue: $1) }
    }

    /// Encrypts straight into memory, such as a mapped shard.
    ///
    /// - Parameters:
    ///   - plaintext: In `[0, n)`.
    ///   - bytes: ``PublicKey/ciphertextByteCount`` bytes; receives little-endian limbs.
    /// - Throws: ``PaillierError/plaintextOutOfRange(bitCount:limit:)``; then nothing was written.
    public func encrypt(_ plaintext: BigInteger, into bytes: UnsafeMutableRawBufferPointer) throws(PaillierError) {
        var generator = SystemRandomNumberGenerator()
        try encrypt(plaintext, into: bytes, using: &generator)
    }

    /// Encrypts straight into memory with the given source of randomness.
    public func encrypt(
        _ plaintext: BigInteger, into bytes: UnsafeMutableRawBufferPointer,
        using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) {
        guard bytes.count == key.ciphertextByteCount else {
            throw .ciphertextLength(byteCount: bytes.count, expected: key.ciphertextByteCount)
        }
        let ciphertext = try encrypt(plaintext, using: &generator)
        ciphertext.write(littleEndianLimbs: bytes)
    }
}

extension PublicKey {
    func checkPlaintext(_ plaintext: BigInteger) throws(PaillierError) {
        guard plaintext.signum >= 0, plaintext < modulus else {
            throw .plaintextOutOfRange(bitCount: plaintext.bitWidth, limit: bitCount)
        }
    }

    /// `(1 + M·n) · residue mod n²`.
    func ciphertext(_ plaintext: BigInteger, residue: BigInteger) -> Ciphertext {
        Ciphertext(trusted: ((plaintext * modulus + 1) * residue).modulo(modulusSquared), key: self)
    }
}
