import Crypto
package import Foundation

/// A secret key that signs envelopes. The key is held by swift-crypto; it is never printed.
package struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    package let verificationKey: VerificationKey

    /// A new Ed25519 key from the operating system's randomness.
    package static func generate() -> SigningKey {
        SigningKey(key: Curve25519.Signing.PrivateKey())
    }

    /// - Parameter bytes: The 32-byte seed of RFC 8032, section 5.1.5, as ``exportSecretForVault()`` gave it.
    /// - Throws: ``EnvelopeError/invalidSecretKey``.
    package init(ed25519Secret bytes: some Collection<UInt8>) throws(EnvelopeError) {
        guard bytes.count == SignatureSuite.ed25519.secretKeyByteCount,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: Data(bytes))
        else { throw .invalidSecretKey }
        self.init(key: key)
    }

    private init(key: Curve25519.Signing.PrivateKey) {
        self.key = key
        do {
            verificationKey = try VerificationKey(ed25519: key.publicKey.rawRepresentation)
        } catch {
            preconditionFailure("the public key of a secret key has the large prime order")
        }
    }

    /// 64 bytes. Two signatures of one message may differ.
    package func signature(for message: Data) throws(EnvelopeError) -> Data {
        do {
            return try key.signature(for: message)
        } catch {
            throw .signingFailed
        }
    }

    /// The 32 secret bytes, to be sealed into the key vault and for nothing else; the caller wipes them.
    package func exportSecretForVault() -> Data {
        key.rawRepresentation
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "signing key of \(verificationKey.id)" }

    package var customMirror: Mirror { Mirror(self, children: ["verificationKey": verificationKey]) }
}
