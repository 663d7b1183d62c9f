import Crypto
import Multiprecision

/// What a holder's proof is bound to, fed to SHA-256 in an unambiguous form: each part behind its length.
struct ThresholdTranscript {
    private var hash = SHA256()

    init(domain: String, key: ThresholdKey, holder: Int, context: [UInt8]) {
        add(Array(domain.utf8))
        add(key.publicKey.modulusBytes)
        add(BigInteger(key.epoch))
        add(BigInteger(holder))
        add(context)
    }

    mutating func add(_ bytes: [UInt8]) {
        withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: bytes)
    }

    /// A number that is not negative.
    mutating func add(_ number: BigInteger) { add(number.bigEndianBytes) }

    /// κ bits.
    func challenge() -> BigInteger {
        BigInteger(bigEndianBytes: Array(hash.finalize().prefix(ShareDealing.statisticalBitCount / 8)))
    }

    func challenge(index: Int) -> BigInteger {
        var copy = self
        copy.add(BigInteger(index))
        return copy.challenge()
    }
}
