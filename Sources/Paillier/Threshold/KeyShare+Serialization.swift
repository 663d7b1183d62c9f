public import Multiprecision

extension KeyShare {
    /// Runs `body` on the share's bytes, which are wiped afterwards.
    public func withSerialized<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try DealtShare(holder: holder, epoch: epoch, value: value).withSerialized(body)
    }

    /// Reads bytes that ``withSerialized(_:)`` wrote, and checks the share.
    ///
    /// - Throws: ``PaillierError/shareMalformed``, ``PaillierError/shareOfAnotherEpoch(found:expected:)``, and what
    ///   ``init(holder:value:under:)`` throws.
    public convenience init(serialized bytes: UnsafeRawBufferPointer, under key: ThresholdKey) throws(PaillierError) {
        let dealt = try DealtShare(serialized: bytes)
        guard dealt.epoch == key.epoch else {
            throw .shareOfAnotherEpoch(found: dealt.epoch, expected: key.epoch)
        }
        try self.init(holder: dealt.holder, value: dealt.value, under: key)
    }
}

/// A number that a dealer sends to one holder, not checked yet. Its bytes, for a vault or an envelope to encrypt:
/// ```
/// 0   4  "CKS1"
/// 4   4  holder, big-endian
/// 8   4  epoch, big-endian
/// 12  2  0, or 1 where the number is negative, big-endian
/// 14  2  L, limbs of its magnitude, big-endian
/// 16  8L its magnitude, little-endian limbs
/// ```
public struct DealtShare: Sendable {
    /// To whom it is sent: 1, 2, … in the order of the access structure.
    public let holder: Int
    /// The epoch that it is for.
    public let epoch: Int
    /// Secret.
    public let value: BigInteger

    private static let magic = Array("CKS1".utf8)

    /// Takes a number from a dealing.
    ///
    /// - Precondition: `holder` and `epoch` are from 1 to 2^31.
    public init(holder: Int, epoch: Int, value: BigInteger) {
        precondition(holder > 0 && epoch > 0, "holders and epochs are counted from 1")
        (self.holder, self.epoch, self.value) = (holder, epoch, value)
    }

    /// Runs `body` on its bytes, which are wiped afterwards.
    public func withSerialized<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let magnitude = value.magnitude
        let limbCount = (magnitude.bitWidth + 63) / 64
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 + limbCount * 8, alignment: 8)
        defer {
            BigInteger.wipe(bytes)
            bytes.deallocate()
        }
        bytes.copyBytes(from: Self.magic)
        bytes.storeBytes(of: UInt32(holder).bigEndian, toByteOffset: 4, as: UInt32.self)
        bytes.storeBytes(of: UInt32(epoch).bigEndian, toByteOffset: 8, as: UInt32.self)
        bytes.storeBytes(of: value.signum < 0 ? UInt16(1).bigEndian : 0, toByteOffset: 12, as: UInt16.self)
        bytes.storeBytes(of: UInt16(limbCount).bigEndian, toByteOffset: 14, as: UInt16.self)
        magnitude.write(littleEndianLimbs: .init(rebasing: bytes[16...]))
        return try body(UnsafeRawBufferPointer(bytes))
    }

    /// Reads bytes that ``withSerialized(_:)`` wrote.
    ///
    /// - Throws: ``PaillierError/shareMalformed``.
    public init(serialized bytes: UnsafeRawBufferPointer) throws(PaillierError) {
        guard bytes.count >= 16, bytes[0..<4].elementsEqual(Self.magic) else { throw .shareMalformed }
        func number(_ offset: Int) -> Int {
            Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        }
        let (sign, limbCount) = (number(12) >> 16, number(12) & 0xFFFF)
        guard bytes.count == 16 + limbCount * 8, sign <= 1, number(4) > 0, number(8) > 0 else {
            throw .shareMalformed
        }
        let magnitude = BigInteger(littleEndianLimbs: .init(rebasing: bytes[16...]))
        // One form for each number: no zero limb on top, and no negative 0.
        guard (magnitude.bitWidth + 63) / 64 == limbCount, sign == 0 || !magnitude.isZero else {
            throw .shareMalformed
        }
        self.init(holder: number(4), epoch: number(8), value: sign == 1 ? -magnitude : magnitude)
    }
}
