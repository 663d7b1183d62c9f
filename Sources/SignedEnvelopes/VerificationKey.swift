import Crypto
package import Foundation
package import SharingModel

/// A public key that checks envelopes' signatures.
package struct VerificationKey: Hashable, Sendable {
    package let suite: SignatureSuite
    /// 32 bytes: the encoding of RFC 8032, section 5.1.2.
    package let rawRepresentation: Data
    /// SHA-256 of ``rawRepresentation``: the `keyid` of DSSE, written as lower-case hexadecimal.
    package let id: SharingModel.Digest

    /// - Throws: ``EnvelopeError/invalidPublicKey`` unless it is 32 bytes in canonical form, and not one of the points
    ///   of small order, under which one signature can fit many messages.
    package init(ed25519 rawRepresentation: some Collection<UInt8>) throws(EnvelopeError) {
        let raw = Data(rawRepresentation)
        guard raw.count == SignatureSuite.ed25519.publicKeyByteCount, isStrongEd25519PublicKey(raw),
            (try? Curve25519.Signing.PublicKey(rawRepresentation: raw)) != nil
        else { throw .invalidPublicKey }
        suite = .ed25519
        self.rawRepresentation = raw
        id = .sha256(raw)
    }

    /// Whether `signature` is this key's signature of `message`. A scalar that is not reduced is refused, so nobody
    /// can make a second signature out of one (RFC 8032, section 5.1.7).
    package func isValid(_ signature: Data, for message: Data) -> Bool {
        switch suite {
        case .ed25519:
            guard signature.count == suite.signatureByteCount,
                let key = try? Curve25519.Signing.PublicKey(rawRepresentation: rawRepresentation)
            else { return false }
            return key.isValidSignature(signature, for: message)
        }
    }
}

/// Whether 32 bytes encode a y coordinate below p = 2²⁵⁵ − 19 that is none of the points of order 1, 2, 4 and 8.
private func isStrongEd25519PublicKey(_ raw: Data) -> Bool {
    var y = Array(raw)
    y[31] &= 0x7F  // the sign of x
    let prime: [UInt8] = [0xED] + Array(repeating: 0xFF, count: 30) + [0x7F]
    guard y.reversed().lexicographicallyPrecedes(prime.reversed()) else { return false }
    let orderTwo: [UInt8] = [0xEC] + prime.dropFirst()
    let zeros = [UInt8](repeating: 0, count: 31)
    return y != [0] + zeros && y != [1] + zeros && y != orderTwo && !ordersEight.contains(y.lowercaseHex)
}

/// The two y coordinates of the points of order 8, little-endian.
private let ordersEight: Set<String> = [
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]
