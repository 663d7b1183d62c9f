public import Multiprecision

/// A ciphertext that has been checked under its key: `0 < c < n²` and `gcd(c, n) = 1`.
///
/// Only checks and operations on checked ciphertexts make values of this type.
public struct Ciphertext: Hashable, Sendable {
    /// The number c.
    public let value: BigInteger
    /// The key that it was checked under.
    public let key: PublicKey

    /// For numbers that an operation on checked ciphertexts gave.
    init(trusted value: BigInteger, key: PublicKey) {
        self.value = value
        self.key = key
    }

    /// Checks a number from outside.
    ///
    /// - Throws: ``PaillierError/ciphertextOutOfRange(index:)``, ``PaillierError/ciphertextSharesFactor(index:)``,
    ///   with index 0.
    public init(checking value: BigInteger, under key: PublicKey) throws(PaillierError) {
        guard value.signum > 0, value < key.modulusSquared else { throw .ciphertextOutOfRange(index: 0) }
        guard value.greatestCommonDivisor(with: key.modulus) == 1 else { throw .ciphertextSharesFactor(index: 0) }
        self.init(trusted: value, key: key)
    }

    /// Checks a number from outside that stands in ``PublicKey/ciphertextByteCount`` bytes of little-endian limbs.
    ///
    /// - Throws: ``PaillierError/ciphertextLength(byteCount:expected:)`` and what ``init(checking:under:)`` throws.
    public init(
        checkingLittleEndianLimbs bytes: UnsafeRawBufferPointer, under key: PublicKey
    ) throws(PaillierError) {
        guard bytes.count == key.ciphertextByteCount else {
            throw .ciphertextLength(byteCount: bytes.count, expected: key.ciphertextByteCount)
        }
        try self.init(checking: BigInteger(littleEndianLimbs: bytes), under: key)
    }

    /// Writes c as ``PublicKey/ciphertextByteCount`` bytes of little-endian limbs.
    ///
    /// - Precondition: `bytes` has that length.
    public func write(littleEndianLimbs bytes: UnsafeMutableRawBufferPointer) {
        precondition(bytes.count == key.ciphertextByteCount, "a ciphertext has a fixed width")
        value.write(littleEndianLimbs: bytes)
    }

    /// c as ``PublicKey/ciphertextByteCount`` bytes of little-endian limbs: the form of shards and results.
    public var littleEndianBytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: key.ciphertextByteCount)
        bytes.withUnsafeMutableBytes { write(littleEndianLimbs: $0) }
        return bytes
    }
}
