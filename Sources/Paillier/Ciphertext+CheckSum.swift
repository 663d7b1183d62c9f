import Multiprecision

// The two halves of the check of ciphertexts that are only ever added up: each is in range, and their sum is coprime to
// n. A prime of n that divides one factor divides the whole product, so the sum's gcd speaks for all that went into it,
// and a row costs a comparison instead of two reductions.
extension Ciphertext {
    /// Checks that each of many ciphertexts, where they lie, is in `(0, n²)`: the products of such numbers are defined.
    ///
    /// Whoever adds them up owes ``checkCoprime()`` of the sum before it is used or given out.
    /// - Parameter bytes: As in ``checkBatch(littleEndianLimbs:count:under:)``.
    /// - Throws: ``PaillierError/ciphertextLength(byteCount:expected:)``,
    ///   ``PaillierError/ciphertextOutOfRange(index:)`` with the first offender's index.
    public static func checkRange(
        littleEndianLimbs bytes: UnsafeRawBufferPointer, count: Int, under key: PublicKey
    ) throws(PaillierError) {
        let width = key.ciphertextByteCount
        guard count >= 0, bytes.count == count * width else {
            throw .ciphertextLength(byteCount: bytes.count, expected: count * width)
        }
        guard count > 0, let start = bytes.baseAddress else { return }
        precondition(UInt(bitPattern: start).isMultiple(of: 8), "ciphertexts in memory are aligned to limbs")
        let ring = key.context.ciphertextRing
        for index in 0..<count {
            let limbs = (start + index * width).assumingMemoryBound(to: UInt.self)
            guard ring.isCanonicalAndNotZero(limbs) else { throw .ciphertextOutOfRange(index: index) }
        }
    }

    /// Checks that a sum of ciphertexts of which only the range was checked is coprime to n, and so each of them.
    ///
    /// - Throws: ``PaillierError/ciphertextSharesFactor(index:)`` with index 0; which of them it was is not known.
    /// - Complexity: One gcd.
    public func checkCoprime() throws(PaillierError) {
        guard value.modulo(key.modulus).greatestCommonDivisor(with: key.modulus) == 1 else {
            throw .ciphertextSharesFactor(index: 0)
        }
    }
}
