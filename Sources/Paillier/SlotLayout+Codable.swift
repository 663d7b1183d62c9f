import Multiprecision

extension SlotLayout: Codable {
    private enum CodingKeys: String, CodingKey {
        case slots, weightCapacityBits
    }

    private struct Entry: Codable {
        let name: String
        let maximum: BigInteger
    }

    /// Reads names, maxima and capacity, and lays the slots out anew: widths and offsets never come from outside.
    ///
    /// Whether they fit a key is for ``checkFits(_:)``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let capacity = try container.decode(Int.self, forKey: .weightCapacityBits)
        guard (0...256).contains(capacity) else {
            throw DecodingError.dataCorruptedError(
                forKey: .weightCapacityBits, in: container, debugDescription: "a weight capacity has 0 to 256 bits")
        }
        let entries = try container.decode([Entry].self, forKey: .slots)
        do {
            try self.init(
                entries: entries.map { ($0.name, $0.maximum) }, weightCapacityBits: capacity,
                modulusBitCount: PublicKey.greatestBitCount)
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .slots, in: container, debugDescription: error.description)
        }
    }

    /// Writes `{"slots": [{"maximum": "decimal", "name": "…"}], "weightCapacityBits": 32}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(slots.map { Entry(name: $0.name, maximum: $0.maximum) }, forKey: .slots)
        try container.encode(weightCapacityBits, forKey: .weightCapacityBits)
    }

    /// Refuses a key whose n is too short for the slots.
    ///
    /// - Throws: ``PaillierError/layoutTooWide(bitCount:available:slot:)`` with the first slot that does not fit.
    public func checkFits(_ key: PublicKey) throws(PaillierError) {
        let available = key.bitCount - 1
        guard let slot = slots.first(where: { $0.offset + $0.width > available }) else { return }
        throw .layoutTooWide(bitCount: slot.offset + slot.width, available: available, slot: slot.name)
    }
}
