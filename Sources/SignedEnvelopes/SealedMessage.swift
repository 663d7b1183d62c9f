import Crypto
package import Foundation

/// A message that one X25519 key holder alone can read: HPKE (RFC 9180) in base mode, with DHKEM(X25519,
/// HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305.
///
/// It says nothing of who sealed it: authorship comes from the envelope that cites it.
package struct SealedMessage: Codable, Hashable, Sendable {
    /// The encapsulated key: an X25519 public key of 32 bytes.
    package let enc: Data
    /// As long as the message, and 16 bytes more.
    package let ciphertext: Data

    package init(enc: Data, ciphertext: Data) {
        self.enc = enc
        self.ciphertext = ciphertext
    }

    /// Seals `message` to `recipient`.
    /// - Parameters:
    ///   - info: The purpose; bound into the key. Opening needs the same bytes.
    ///   - authenticating: What the message belongs to, a result's id for example. Opening needs the same bytes.
    /// - Throws: ``EnvelopeError/invalidSealingKey`` if sealing fails.
    package static func seal(
        _ message: Data, to recipient: SealingKey, info: Data, authenticating additional: Data
    ) throws(EnvelopeError) -> SealedMessage {
        do {
            let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: recipient.rawRepresentation)
            var sender = try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: info)
            let ciphertext = try sender.seal(message, authenticating: additional)
            // A fresh copy: what swift-crypto gives is a slice, whose indices do not begin at 0.
            return SealedMessage(enc: sender.encapsulatedKey, ciphertext: Data(ciphertext))
        } catch {
            throw .invalidSealingKey
        }
    }

    /// The message, if it was sealed to `key` with the same `info` and additional data, and nothing was altered.
    /// - Throws: ``EnvelopeError/cannotOpen``.
    package func open(
        with key: UnsealingKey, info: Data, authenticating additional: Data
    ) throws(EnvelopeError) -> Data {
        guard (try? SealingKey(x25519: enc)) != nil else { throw .cannotOpen }
        do {
            var recipient = try HPKE.Recipient(
                privateKey: key.key, ciphersuite: SealedMessage.suite, info: info, encapsulatedKey: enc)
            return try recipient.open(ciphertext, authenticating: additional)
        } catch {
            throw .cannotOpen
        }
    }

    private static var suite: HPKE.Ciphersuite { .Curve25519_SHA256_ChachaPoly }
}
