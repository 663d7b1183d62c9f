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
        let product = try product(plaintext, using: &generator)
        return Ciphertext(trusted: product.value, key: key)
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
        guard let start = bytes.baseAddress, bytes.count == key.ciphertextByteCount else {
            throw .ciphertextLength(byteCount: bytes.count, expected: key.ciphertextByteCount)
        }
        let product = try product(plaintext, using: &generator)
        withExtendedLifetime(product) {
            start.copyMemory(from: product.limbs, byteCount: bytes.count)
        }
    }

    private func product(
        _ plaintext: BigInteger, using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> MontgomeryModulus.Element {
        try key.checkPlaintext(plaintext)
        let ring = key.context.ciphertextRing
        let (workspace, residue) = (ring.makeWorkspace(), ring.makeElement())
        source.next(into: residue, key: key, workspace: workspace, using: &generator)
        // One factor in Montgomery form, one as it is: the product comes out as it is.
        let message = ring.makeElement(plaintext * key.modulus + 1)
        ring.multiply(residue, message, into: residue, workspace: workspace)
        return residue
    }
}

extension PublicKey {
    func checkPlaintext(_ plaintext: BigInteger) throws(PaillierError) {
        guard plaintext.signum >= 0, plaintext < modulus else {
            throw .plaintextOutOfRange(bitCount: plaintext.bitWidth, limit: bitCount)
        }
    }
}
