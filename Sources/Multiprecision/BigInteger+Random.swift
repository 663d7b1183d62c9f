import CGMP

extension BigInteger {
    /// A uniform number in `[0, 2^bitCount)`.
    public static func random(
        bitCount: Int, using generator: inout some RandomNumberGenerator
    ) -> BigInteger {
        precondition(bitCount >= 0, "a count of bits is not negative")
        let limbCount = (bitCount + 63) / 64
        return withUnsafeTemporaryAllocation(byteCount: max(limbCount, 1) * 8, alignment: 8) { bytes in
            for index in 0..<limbCount {
                bytes.storeBytes(of: generator.next().littleEndian, toByteOffset: index * 8, as: UInt64.self)
            }
            let value = BigInteger(littleEndianLimbs: UnsafeRawBufferPointer(rebasing: bytes[..<(limbCount * 8)]))
            chancery_wipe(bytes.baseAddress, bytes.count)
            return value.lowBits(bitCount)
        }
    }

    /// A uniform number in `[0, limit)`, by rejection.
    ///
    /// - Precondition: `limit` is positive.
    public static func random(
        below limit: BigInteger, using generator: inout some RandomNumberGenerator
    ) -> BigInteger {
        precondition(limit.signum > 0, "a limit is positive")
        let bitCount = (limit - 1).bitWidth
        while true {
            let candidate = random(bitCount: bitCount, using: &generator)
            if candidate < limit { return candidate }
        }
    }

    /// A uniform number in `[0, limit)` from the operating system.
    public static func random(below limit: BigInteger) -> BigInteger {
        var generator = SystemRandomNumberGenerator()
        return random(below: limit, using: &generator)
    }
}
