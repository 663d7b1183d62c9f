import CGMP

extension BigInteger: CustomStringConvertible, Codable {
    /// Decimal digits with a minus sign where negative. Do not print secrets.
    public var description: String { text(radix: 10) }

    /// Digits of `radix` (2 to 36), lower case, with a minus sign where negative.
    public func text(radix: Int) -> String {
        precondition((2...36).contains(radix), "a radix is 2 to 36")
        // Room for the sign and the terminator, as GMP's manual asks.
        let capacity = __gmpz_sizeinbase(pointer, CInt(radix)) + 2
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            __gmpz_get_str(buffer.baseAddress, CInt(radix), pointer)
            let length = buffer.firstIndex(of: 0) ?? 0
            let text = String(decoding: buffer[..<length].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
            chancery_wipe(buffer.baseAddress, buffer.count)
            return text
        }
    }

    /// Bytes of a non-negative value, most significant first, as few as hold it; empty for 0.
    public var bigEndianBytes: [UInt8] { bigEndianBytes(count: (bitWidth + 7) / 8) }

    /// Bytes of a non-negative value, most significant first, zeros in front.
    ///
    /// - Precondition: `0 <= self < 256^count`.
    public func bigEndianBytes(count: Int) -> [UInt8] {
        let width = (bitWidth + 7) / 8
        precondition(signum >= 0 && width <= count, "the value does not fit the bytes")
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBytes { buffer in
            guard width > 0, let start = buffer.baseAddress else { return }
            __gmpz_export(start + (count - width), nil, 1, 1, 1, 0, pointer)
        }
        return bytes
    }

    /// Writes a non-negative value as 64-bit little-endian limbs, least significant first, zeros behind.
    ///
    /// - Precondition: `bytes.count` is a multiple of 8 and holds the value. No alignment is asked.
    public func write(littleEndianLimbs bytes: UnsafeMutableRawBufferPointer) {
        precondition(bytes.count.isMultiple(of: 8), "a limb has 8 bytes")
        precondition(signum >= 0 && bitWidth <= bytes.count * 8, "the value does not fit the limbs")
        withLimbs { limbs in
            for (index, limb) in limbs.enumerated() {
                bytes.storeBytes(of: limb.littleEndian, toByteOffset: index * 8, as: UInt.self)
            }
            for offset in (limbs.count * 8)..<bytes.count { bytes[offset] = 0 }
        }
    }

    /// Reads a decimal string in the one form that ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = BigInteger(text), value.description == text else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "an integer is a decimal string without leading zeros")
        }
        self = value
    }

    /// Writes a decimal string: JSON's own numbers end at 2^53.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension BigInteger {
    /// Overwrites memory that held a secret with zeros, in a way that the compiler keeps.
    package static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
        chancery_wipe(bytes.baseAddress, bytes.count)
    }
}
