import Multiprecision
package import Paillier
package import SharingModel

/// What each slot of each pack of a table holds. It follows from the schema, the pool's weight capacity and the
/// length of its modulus alone, so a reader computes it again and compares.
package struct TableLayout: Hashable, Sendable {
    package static let mostWeightCapacityBits = 64

    /// In the schema's order of packs (by name).
    package let packs: [PackLayout]

    /// - Parameters:
    ///   - weightCapacityBits: The pool's declared largest sum of weights, as its count of bits; 1 to
    ///     ``mostWeightCapacityBits``.
    ///   - modulusBitCount: Length of the pool's modulus in bits.
    /// - Throws: ``SealedTableError/packTooWide(pack:bits:available:)`` if a pack is wider than a plaintext.
    package init(
        schema: TableSchema, weightCapacityBits: Int, modulusBitCount: Int
    ) throws(SealedTableError) {
        precondition((1...TableLayout.mostWeightCapacityBits).contains(weightCapacityBits))
        var packs = [PackLayout]()
        for pack in schema.packs {
            packs.append(
                try PackLayout(
                    pack, of: schema, weightCapacityBits: weightCapacityBits, modulusBitCount: modulusBitCount))
        }
        self.packs = packs
    }

    package func pack(_ name: PackName) -> PackLayout? {
        packs.first { $0.name == name }
    }
}

/// The slots of one pack's plaintext.
package struct PackLayout: Hashable, Sendable {
    package let name: PackName
    /// Lowest bits first; the same count and order as `packing.slots`.
    package let slots: [TableSlot]
    /// Where each slot lies in the plaintext.
    package let packing: SlotLayout

    init(
        _ pack: TableSchema.Pack, of schema: TableSchema, weightCapacityBits: Int, modulusBitCount: Int
    ) throws(SealedTableError) {
        var slots = [TableSlot]()
        var entries = [(name: String, maximum: BigInteger)]()
        for column in pack.columns {
            guard let computable = schema.field(column)?.computable else {
                preconditionFailure("a checked schema packs computable columns only")
            }
            let largest = BigInteger(computable.largestEntry)
            slots.append(TableSlot(column: column, content: .value))
            entries.append((name: column, maximum: largest))
            if computable.squares {
                slots.append(TableSlot(column: column, content: .square))
                // No field's name holds this control character, so no two slots share a name.
                entries.append((name: column + "\u{1}squared", maximum: largest * largest))
            }
        }
        name = pack.name
        self.slots = slots
        do throws(PaillierError) {
            packing = try SlotLayout(
                entries: entries, weightCapacityBits: weightCapacityBits, modulusBitCount: modulusBitCount)
        } catch {
            guard case .layoutTooWide(_, let available, _) = error else {
                preconditionFailure("a checked schema gives distinct names and maxima that are not negative")
            }
            // The error counts up to the first slot that does not fit; who mends the schema wants the whole.
            let bits = entries.reduce(0) {
                $0 + max($1.maximum.bitWidth, 1) + weightCapacityBits + SlotLayout.guardBitCount
            }
            throw .packTooWide(pack: pack.name, bits: bits, available: available)
        }
    }

    /// The place of the slot that holds `content` of `column`.
    package func index(of column: String, _ content: TableSlot.Content) -> Int? {
        slots.firstIndex { $0.column == column && $0.content == content }
    }
}

/// What one slot holds of one row; 0 where the value is missing.
package struct TableSlot: Hashable, Sendable {
    package enum Content: String, Codable, Sendable {
        /// (v − minimum) · 10^decimals.
        case value
        /// The square of that.
        case square
    }

    package let column: String
    package let content: Content
}

extension BigInteger {
    init(_ value: UInt128) {
        let low = BigInteger(UInt64(truncatingIfNeeded: value))
        let high = UInt64(truncatingIfNeeded: value >> 64)
        self = high == 0 ? low : BigInteger(high) << 64 + low
    }
}
