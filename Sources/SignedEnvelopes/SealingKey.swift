import Crypto
package import Foundation

/// The public half: messages are sealed to it.
package struct SealingKey: Hashable, Sendable {
    /// 32 bytes: the u coordinate of RFC 7748, section 5.
    package let rawRepresentation: Data

    /// - Throws: ``EnvelopeError/invalidSealingKey`` unless it is 32 bytes, and not a point of small order: with one
    ///   of those the agreed secret is zero for everybody, and RFC 9180, section 7.1.4, wants it refused.
    package init(x25519 rawRepresentation: some Collection<UInt8>) throws(EnvelopeError) {
        let raw = Data(rawRepresentation)
        guard raw.count == 32, agreesOnSecret(raw) else { throw .invalidSealingKey }
        self.rawRepresentation = raw
    }
}

/// The secret half: opens what was sealed. The key is held by swift-crypto; it is never printed.
package struct UnsealingKey: Sendable {
    let key: Curve25519.KeyAgreement.PrivateKey

    /// A new X25519 key from the operating system's randomness.
    package static func generate() -> UnsealingKey {
        UnsealingKey(key: Curve25519.KeyAgreement.PrivateKey())
    }

    private init(key: Curve25519.KeyAgreement.PrivateKey) {
        self.key = key
    }

    /// - Parameter bytes: The 32 bytes that ``exportSecretForVault()`` gave.
    /// - Throws: ``EnvelopeError/invalidSecretKey``.
    package init(x25519Secret bytes: some Collection<UInt8>) throws(EnvelopeError) {
        guard bytes.count == 32,
            let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: Data(bytes))
        else { throw .invalidSecretKey }
        self.key = key
    }

    package var sealingKey: SealingKey {
        do {
            return try SealingKey(x25519: key.publicKey.rawRepresentation)
        } catch {
            preconditionFailure("an X25519 public key has 32 bytes")
        }
    }

    /// The 32 secret bytes, to be sealed into the key vault and for nothing else; the caller wipes them.
    package func exportSecretForVault() -> Data {
        key.rawRepresentation
    }
}

extension UnsealingKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "unsealing key" }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Whether a secret scalar times the point is not zero. swift-crypto leaves this check of RFC 7748, section 6.1, to
/// its callers. Scalars are multiples of 8 and not of the large orders, so any one tells for all.
private func agreesOnSecret(_ raw: Data) -> Bool {
    guard let probe = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: Data(repeating: 0x40, count: 32)),
        let point = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: raw),
        let secret = try? probe.sharedSecretFromKeyAgreement(with: point)
    else { return false }
    return secret.withUnsafeBytes { bytes in bytes.contains { $0 != 0 } }
}
