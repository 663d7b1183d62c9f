import Crypto
import Multiprecision

extension PublicKey {
    /// h = -x² mod n with x hashed from n. Computed by whoever loads the key, never taken from outside.
    var residueBase: BigInteger {
        let x = HashToInteger(domain: "chancery paillier h v1", key: self).value(index: 0)
        return (-(x * x)).modulo(modulus)
    }

    /// h_s = hⁿ mod n².
    var residueBasePower: BigInteger {
        residueBase.power(modulus, modulo: modulusSquared, variableTime: true)
    }
}

/// Numbers in `[0, n)` derived from a key by hashing.
///
/// MGF1 (RFC 8017, B.2.1) with SHA-256: blocks `SHA-256(seed || counter)`, counter of 4 bytes, big-endian, from 0, where
/// seed = `domain` in UTF-8, a zero byte, n's length in bytes as 4 bytes big-endian, n big-endian, index as 4 bytes
/// big-endian. The first `⌈(|n| + 128) / 8⌉` bytes, read big-endian, are reduced modulo n, which is within 2^-128 of
/// uniform.
struct HashToInteger {
    let domain: String
    let key: PublicKey

    func value(index: UInt32) -> BigInteger {
        let modulus = key.modulusBytes
        var seed = Array(domain.utf8) + [0]
        seed += bigEndian(UInt32(modulus.count)) + modulus + bigEndian(index)
        let length = (key.bitCount + 128 + 7) / 8
        var output: [UInt8] = []
        var counter: UInt32 = 0
        while output.count < length {
            output += SHA256.hash(data: seed + bigEndian(counter))
            counter += 1
        }
        return BigInteger(bigEndianBytes: output[..<length]).modulo(key.modulus)
    }

    private func bigEndian(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
