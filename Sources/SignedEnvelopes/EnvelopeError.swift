package import CanonicalJSON
package import SharingModel

/// Why an envelope is turned away, or a sealed message does not open. Keys are named by `keyid`.
package enum EnvelopeError: Error, Hashable, Sendable {
    case tooLarge(byteCount: Int, limit: Int)
    case notCanonical(CanonicalJSONError)
    case payloadNotCanonical(CanonicalJSONError)
    case unsortedSignatures
    case doubledSignature(keyID: Digest)
    case missingSigner(keyID: Digest)
    case unexpectedSigner(keyID: Digest)
    case wrongSignature(keyID: Digest)
    /// A verification that asks for no signer at all would prove nothing.
    case nobodyAsked

    case invalidPublicKey
    case invalidSecretKey
    case signingFailed

    case invalidSealingKey
    /// Sealed to somebody else or for another purpose, or altered: an authenticated cipher cannot say which.
    case cannotOpen
}

extension EnvelopeError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let byteCount, let limit):
            "the envelope has \(byteCount) bytes, and at most \(limit) are accepted; say less in one transaction"
        case .notCanonical(let error): "the envelope is not the canonical JSON of one: \(error)"
        case .payloadNotCanonical(let error): "the envelope's payload is not acceptable: \(error)"
        case .unsortedSignatures: "the envelope's signatures are not sorted by keyid; sort them"
        case .doubledSignature(let key): "key \(key) has signed the envelope twice; keep one signature"
        case .missingSigner(let key): "the signature of key \(key) is missing; have its holder sign"
        case .unexpectedSigner(let key): "key \(key) has signed and was not asked to; remove its signature"
        case .wrongSignature(let key):
            "the signature of key \(key) does not fit the payload; one of the two was altered, sign again"
        case .nobodyAsked: "no signer was asked for; name the parties that must sign"
        case .invalidPublicKey: "this is no Ed25519 public key of 32 bytes that is safe to use; generate another"
        case .invalidSecretKey: "this is no Ed25519 or X25519 secret key of 32 bytes; restore it from a backup"
        case .signingFailed: "signing failed; try again"
        case .invalidSealingKey: "this is no X25519 public key of 32 bytes that can be sealed to; generate another"
        case .cannotOpen:
            "the sealed message does not open: it was sealed to another key, or for another purpose, or was altered"
        }
    }
}
