import Multiprecision

extension Ciphertext {
    /// Checks many ciphertexts where they lie: each in `(0, n²)`, all coprime to n.
    ///
    /// Coprimality costs two reductions a ciphertext and one gcd in all: `gcd(∏ cᵢ mod n, n) = 1`. Where that fails the
    /// culprit is looked for one by one.
    /// - Parameter bytes: `count` ciphertexts of ``PublicKey/ciphertextByteCount`` bytes each, little-endian limbs,
    ///   aligned to 8 bytes.
    /// - Throws: ``PaillierError/ciphertextLength(byteCount:expected:)``; ``PaillierError/ciphertextOutOfRange(index:)``
    ///   or ``PaillierError/ciphertextSharesFactor(index:)`` with the first offender's index.
    /// - Complexity: About 5 µs a ciphertext at 3072 bits.
    public static func checkBatch(
        littleEndianLimbs bytes: UnsafeRawBufferPointer, count: Int, under key: PublicKey
    ) throws(PaillierError) {
        let width = key.ciphertextByteCount
        guard count >= 0, bytes.count == count * width else {
            throw .ciphertextLength(byteCount: bytes.count, expected: count * width)
        }
        guard count > 0, let start = bytes.baseAddress else { return }
        precondition(UInt(bitPattern: start).isMultiple(of: 8), "ciphertexts in memory are aligned to limbs")
        let (ring, field) = (key.context.ciphertextRing, key.context.plaintextRing)
        // c < n² < n·R, so one Montgomery reduction gives c / R mod n; powers of R do not touch the gcd.
        let (workspace, product, residue) = (field.makeWorkspace(), field.makeElement(1), field.makeElement())
        for index in 0..<count {
            let limbs = (start + index * width).assumingMemoryBound(to: UInt.self)
            guard ring.isCanonicalAndNotZero(limbs) else { throw .ciphertextOutOfRange(index: index) }
            field.reduce(limbs, count: ring.limbCount, into: residue, workspace: workspace)
            field.multiply(product, residue, into: product, workspace: workspace)
        }
        if product.value.greatestCommonDivisor(with: key.modulus) == 1 { return }
        for index in 0..<count {
            let value = BigInteger(littleEndianLimbs: .init(start: start + index * width, count: width))
            if value.greatestCommonDivisor(with: key.modulus) != 1 { throw .ciphertextSharesFactor(index: index) }
        }
    }
}
