extension FixedBaseTable {
    /// How a table cuts its exponents into windows.
    package struct Shape: Hashable, Sendable {
        /// Length of the exponents in bits.
        package let exponentBitCount: Int
        /// Bits of a digit, 1 to 16.
        package let windowBitCount: Int

        /// - Precondition: A window of 1 to 16 bits, an exponent of 1 or more.
        package init(exponentBitCount: Int, windowBitCount: Int) {
            precondition(exponentBitCount > 0 && (1...16).contains(windowBitCount), "a window has 1 to 16 bits")
            self.exponentBitCount = exponentBitCount
            self.windowBitCount = windowBitCount
        }

        /// Windows of an exponent.
        package var rowCount: Int { (exponentBitCount + windowBitCount - 1) / windowBitCount }
        /// Values of a digit.
        package var entriesARow: Int { 1 << windowBitCount }

        /// The last row has only the digits that its shorter window can take.
        func entryCount(inRow row: Int) -> Int {
            row == rowCount - 1 ? 1 << (exponentBitCount - row * windowBitCount) : entriesARow
        }

        /// The digit that chooses in `row`, for limbs that reach one beyond the exponent's.
        func digit(_ row: Int, of exponent: MontgomeryModulus.Limbs) -> Int {
            let position = row * windowBitCount
            let (limb, shift) = (position >> 6, position & 63)
            // A shift by 64 is 0 in Swift, so a window that starts on a limb's edge needs no case of its own.
            let bits = (exponent[limb] >> shift) | (exponent[limb + 1] << (64 - shift))
            return Int(bits & (1 << UInt(windowBitCount) - 1))
        }

        /// Entries of the whole table.
        package var entryCount: Int { (rowCount - 1) * entriesARow + entryCount(inRow: rowCount - 1) }

        /// The window for which building the table and `expectedCount` powers together take the fewest products within
        /// `memoryLimit` bytes; `nil` where a power without a table is cheaper.
        package static func best(
            exponentBitCount: Int, entryByteCount: Int, expectedCount: Int, memoryLimit: Int
        ) -> Shape? {
            // A power without a table: a squaring a bit, a product for about every fifth.
            var best: Shape?
            var fewest = expectedCount * exponentBitCount * 6 / 5
            for windowBitCount in 1...14 {
                let shape = Shape(exponentBitCount: exponentBitCount, windowBitCount: windowBitCount)
                guard shape.entryCount * entryByteCount <= memoryLimit else { break }
                let products = exponentBitCount + shape.entryCount + expectedCount * shape.rowCount
                if products < fewest { (best, fewest) = (shape, products) }
            }
            return best
        }
    }
}
