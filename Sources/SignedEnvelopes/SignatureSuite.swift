/// A signature algorithm that envelopes may be signed with. One suite today; SM2 with SM3 is to follow.
///
/// A suite fixes lengths in bytes; signing and verifying are done by ``SigningKey`` and ``VerificationKey``, which
/// switch over it.
package enum SignatureSuite: String, Hashable, Sendable {
    /// Pure Ed25519 (RFC 8032, section 5.1).
    case ed25519

    package var publicKeyByteCount: Int { 32 }
    package var secretKeyByteCount: Int { 32 }
    package var signatureByteCount: Int { 64 }
}
