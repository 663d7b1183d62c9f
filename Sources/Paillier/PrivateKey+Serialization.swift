import Multiprecision

/// The bytes of a private key, for a vault to encrypt:
/// ```
/// 0  4  "CPK1"
/// 4  4  L, bytes of a prime, big-endian, a multiple of 8
/// 8  L  p, little-endian limbs
///    L  q
/// ```
extension PrivateKey {
    private static let magic = Array("CPK1".utf8)

    /// Runs `body` on the key's bytes, which are wiped afterwards.
    public func withSerialized<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let (p, q) = (factors.first.prime, factors.second.prime)
        let length = (p.bitWidth + 63) / 64 * 8
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 + 2 * length, alignment: 8)
        defer {
            BigInteger.wipe(bytes)
            bytes.deallocate()
        }
        bytes.copyBytes(from: Self.magic)
        bytes.storeBytes(of: UInt32(length).bigEndian, toByteOffset: 4, as: UInt32.self)
        p.write(littleEndianLimbs: .init(rebasing: bytes[8..<(8 + length)]))
        q.write(littleEndianLimbs: .init(rebasing: bytes[(8 + length)...]))
        return try body(UnsafeRawBufferPointer(bytes))
    }

    /// Reads bytes that ``withSerialized(_:)`` wrote, with all checks of ``init(p:q:)``.
    ///
    /// - Throws: ``PaillierError/privateKeyMalformed`` and what ``init(p:q:)`` throws.
    public convenience init(serialized bytes: UnsafeRawBufferPointer) throws(PaillierError) {
        let (p, q) = try Self.primes(in: bytes)
        try self.init(p: p, q: q)
    }

    /// The same for test keys from 64 bits on.
    public convenience init(insecureSerializedForTesting bytes: UnsafeRawBufferPointer) throws(PaillierError) {
        let (p, q) = try Self.primes(in: bytes)
        try self.init(insecurePForTesting: p, q: q)
    }

    private static func primes(in bytes: UnsafeRawBufferPointer) throws(PaillierError) -> (BigInteger, BigInteger) {
        guard bytes.count >= 8, bytes[0..<4].elementsEqual(magic) else { throw .privateKeyMalformed }
        let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        guard length > 0, length.isMultiple(of: 8), bytes.count - 8 == 2 * length else { throw .privateKeyMalformed }
        return (
            BigInteger(littleEndianLimbs: .init(rebasing: bytes[8..<(8 + length)])),
            BigInteger(littleEndianLimbs: .init(rebasing: bytes[(8 + length)...]))
        )
    }
}
