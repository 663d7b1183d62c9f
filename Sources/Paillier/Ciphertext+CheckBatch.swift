import Multiprecision

extension Ciphertext {
    /// Checks many ciphertexts where they lie: each in `(0, n²)`, all coprime to n.
    ///
    /// Coprimality costs a reduction and a product a ciphertext, and one gcd in all: `gcd(∏ cᵢ mod n, n) = 1`. Where that fails the
    /// culprit is looked for one by one.
    /// - Parameter bytes: `count` ciphertexts of ``PublicKey/ciphertextByteCount`` bytes each, little-endian limbs,
    ///   aligned to 8 bytes.
    /// - Throws: ``PaillierError/ciphertextLength(byteCount:expected:)``; ``PaillierError/ciphertextOutOfRange(index:)``
    ///   or ``PaillierError/ciphertextSharesFactor(index:)`` with the first offender's index.
    /// - Complexity: One quotient by n and one product modulo n: under 3 µs a ciphertext at 3072 bits on a vector unit.
    public static func checkBatch(
        littleEndianLimbs bytes: UnsafeRawBufferPointer, count: Int, under key: PublicKey
    ) throws(PaillierError) {
        try checkRange(littleEndianLimbs: bytes, count: count, under: key)
        guard count > 0, let start = bytes.baseAddress else { return }
        let width = key.ciphertextByteCount
        let rows = start.assumingMemoryBound(to: UInt.self)
        let product = key.productModuloN(of: rows, count: count)
        if product.greatestCommonDivisor(with: key.modulus) == 1 { return }
        for index in 0..<count {
            let value = BigInteger(littleEndianLimbs: .init(start: start + index * width, count: width))
            if value.greatestCommonDivisor(with: key.modulus) != 1 { throw .ciphertextSharesFactor(index: index) }
        }
    }
}

extension PublicKey {
    /// The product of many ciphertexts modulo n, but for a power of R, which no gcd with n notices.
    fileprivate func productModuloN(of rows: MontgomeryModulus.Limbs, count: Int) -> BigInteger {
        guard let square = context.lanes, let field = context.plaintextLanes, count >= LaneRing.laneCount else {
            return limbProduct(of: rows, count: count)
        }
        let (limbCount, product) = (context.ciphertextRing.limbCount, field.makeNumber())
        product.set(field.one)
        let whole = count - count % LaneRing.laneCount
        return square.withSharedWorkspace { workspace in
            for first in stride(from: 0, to: whole, by: LaneRing.laneCount) {
                let group = (first..<(first + LaneRing.laneCount)).map {
                    UnsafePointer<UInt64>?(LaneRing.row(rows + $0 * limbCount))
                }
                square.load(rows: group, limbCount: limbCount, into: workspace.factor, workspace: workspace)
                // The first part of the pair that a number modulo n² is: the number modulo n.
                field.multiply(product, workspace.factor, into: product, workspace: workspace)
            }
            let rest = limbProduct(of: rows + whole * limbCount, count: count - whole)
            return field.values(product, workspace: workspace).reduce(rest) { ($0 * $1).modulo(modulus) }
        }
    }

    private func limbProduct(of rows: MontgomeryModulus.Limbs, count: Int) -> BigInteger {
        let (limbCount, field) = (context.ciphertextRing.limbCount, context.plaintextRing)
        let (workspace, product, residue) = (field.makeWorkspace(), field.makeElement(1), field.makeElement())
        for index in 0..<count {
            // c < n² < n·R, so one Montgomery reduction gives c / R mod n.
            field.reduce(rows + index * limbCount, count: limbCount, into: residue, workspace: workspace)
            field.multiply(product, residue, into: product, workspace: workspace)
        }
        return product.value
    }
}
