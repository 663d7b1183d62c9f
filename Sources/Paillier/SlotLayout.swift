public import Multiprecision

/// How several bounded values that are not negative share one plaintext.
///
/// Every slot has room for its largest entry times the weight capacity (the largest sum of weights, rows included, that a
/// computation may give), and above that guard bits that stay 0: a sum cannot carry into the next slot, and one that was
/// made out of entries beyond their maximum is found out when it is opened.
/// ```
///   … | slot 1: guard 8 | capacity | entry || slot 0: guard 8 | capacity | entry |   least significant bit
/// ```
public struct SlotLayout: Hashable, Sendable {
    /// Bits on top of each slot that must be 0 in every opened value.
    public static let guardBitCount = 8

    /// One value's place.
    public struct Slot: Hashable, Sendable, Codable {
        /// The name that errors use.
        public let name: String
        /// The largest entry that may be packed.
        public let maximum: BigInteger
        /// Bits of the whole slot: entry, weight capacity and guard.
        public let width: Int
        /// Bits below the slot.
        public let offset: Int
    }

    /// From the least significant up.
    public let slots: [Slot]
    /// Sums of weights stay below 2 to this power.
    public let weightCapacityBits: Int

    /// Bits of all slots.
    public var bitCount: Int { slots.last.map { $0.offset + $0.width } ?? 0 }

    /// Lays out slots in the given order.
    ///
    /// - Parameters:
    ///   - entries: Name and largest value of each slot; names differ, values are not negative.
    ///   - weightCapacityBits: 0 to 256.
    ///   - modulusBitCount: Length of the key's n in bits; the slots must fit below `2^(modulusBitCount - 1)`, so below n.
    /// - Throws: ``PaillierError/layoutEmpty``, ``PaillierError/slotNameRepeated(slot:)``,
    ///   ``PaillierError/slotMaximumNegative(slot:)``, ``PaillierError/layoutTooWide(bitCount:available:slot:)`` with the
    ///   first slot that does not fit.
    public init(
        entries: [(name: String, maximum: BigInteger)], weightCapacityBits: Int = 32, modulusBitCount: Int
    ) throws(PaillierError) {
        precondition((0...256).contains(weightCapacityBits), "a weight capacity has 0 to 256 bits")
        guard !entries.isEmpty else { throw .layoutEmpty }
        var (slots, names, offset): ([Slot], Set<String>, Int) = ([], [], 0)
        for entry in entries {
            guard names.insert(entry.name).inserted else { throw .slotNameRepeated(slot: entry.name) }
            guard entry.maximum.signum >= 0 else { throw .slotMaximumNegative(slot: entry.name) }
            let width = max(entry.maximum.bitWidth, 1) + weightCapacityBits + Self.guardBitCount
            guard offset + width <= modulusBitCount - 1 else {
                throw .layoutTooWide(bitCount: offset + width, available: modulusBitCount - 1, slot: entry.name)
            }
            slots.append(Slot(name: entry.name, maximum: entry.maximum, width: width, offset: offset))
            offset += width
        }
        self.slots = slots
        self.weightCapacityBits = weightCapacityBits
    }

    /// One plaintext out of one value for each slot.
    ///
    /// - Throws: ``PaillierError/slotCountMismatch(found:expected:)``,
    ///   ``PaillierError/slotValueOutOfRange(slot:maximumBitCount:)``.
    public func pack(_ values: [BigInteger]) throws(PaillierError) -> BigInteger {
        guard values.count == slots.count else {
            throw .slotCountMismatch(found: values.count, expected: slots.count)
        }
        var packed = BigInteger.zero
        for (slot, value) in zip(slots, values) {
            guard value.signum >= 0, value <= slot.maximum else {
                throw .slotValueOutOfRange(slot: slot.name, maximumBitCount: slot.maximum.bitWidth)
            }
            packed += value << slot.offset
        }
        return packed
    }

    /// The values of an opened plaintext, slot by slot.
    ///
    /// - Throws: ``PaillierError/packedValueNegative``, ``PaillierError/bitsAboveLastSlot``,
    ///   ``PaillierError/guardBitsSet(slot:)``: then some row held more than its schema allows, or the weights were
    ///   greater than the capacity, and no slot of this value can be trusted.
    public func unpack(_ packed: BigInteger) throws(PaillierError) -> [BigInteger] {
        guard packed.signum >= 0 else { throw .packedValueNegative }
        guard packed.bitWidth <= bitCount else { throw .bitsAboveLastSlot }
        var values: [BigInteger] = []
        for slot in slots {
            let value = (packed >> slot.offset).lowBits(slot.width)
            guard value.bitWidth <= slot.width - Self.guardBitCount else { throw .guardBitsSet(slot: slot.name) }
            values.append(value)
        }
        return values
    }
}
