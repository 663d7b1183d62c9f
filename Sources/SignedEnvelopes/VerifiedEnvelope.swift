import CanonicalJSON
package import Foundation
package import SharingModel

/// An envelope whose form is strict and whose signers are exactly those asked for; made by
/// ``Envelope/verify(signers:)`` alone.
package struct VerifiedEnvelope: Hashable, Sendable {
    package let envelope: Envelope
    /// The envelope's canonical JSON: what becomes a leaf of the ledger.
    package let bytes: Data
    /// SHA-256 of the pre-authentication encoding.
    package let id: Digest
    /// Sorted by key id.
    package let signers: [VerificationKey]

    package var payload: Data { envelope.payload }
    package var payloadType: String { envelope.payloadType }

    /// - Precondition: The envelope was verified.
    fileprivate init(envelope: Envelope, bytes: Data, message: Data, signers: [VerificationKey]) {
        self.envelope = envelope
        self.bytes = bytes
        id = .sha256(message)
        self.signers = signers
    }

    /// The payload read as a `Payload`; members that it does not know are refused.
    package func payload<Payload: Codable>(as type: Payload.Type) throws(EnvelopeError) -> Payload {
        do {
            return try CanonicalJSON.decode(type, from: payload)
        } catch {
            throw .payloadNotCanonical(error)
        }
    }
}

extension Envelope {
    /// Checks everything that can be checked of an envelope without knowing what its payload means.
    ///
    /// At most 65,535 bytes; signatures sorted by `keyid`, one a key; the signers exactly `signers`; every signature
    /// valid; and, where the payload's type ends in `+json`, a payload in canonical JSON. The set is exact so that
    /// one signed statement has one envelope: whoever strips or adds a signature changes nothing but his own copy.
    /// - Parameters:
    ///   - signers: At least one; the order and repetitions do not matter.
    ///   - isPayloadRead: Whether the caller has decoded the payload with ``CanonicalJSON`` already, which refuses
    ///     every other text than the canonical one; it is then not read once more.
    /// - Throws: ``EnvelopeError`` that names the first key at fault, by key id.
    package func verify(
        signers: [VerificationKey], isPayloadRead: Bool = false
    ) throws(EnvelopeError) -> VerifiedEnvelope {
        let bytes = try canonicalBytes()
        try checkOrder()
        let wanted = try matched(with: signers)
        if !isPayloadRead, payloadType.hasSuffix("+json") { try checkPayload() }
        let message = preAuthenticationEncoding
        for (key, signature) in zip(wanted, signatures) {
            guard key.isValid(signature.sig, for: message) else { throw .wrongSignature(keyID: key.id) }
        }
        return VerifiedEnvelope(envelope: self, bytes: bytes, message: message, signers: wanted)
    }

    /// `signers` in the order of the signatures, which are exactly theirs.
    private func matched(with signers: [VerificationKey]) throws(EnvelopeError) -> [VerificationKey] {
        let wanted = Set(signers).sorted { $0.id < $1.id }
        guard !wanted.isEmpty else { throw .nobodyAsked }
        let present = Set(signatures.map(\.keyid))
        if let missing = wanted.first(where: { !present.contains($0.id) }) { throw .missingSigner(keyID: missing.id) }
        let asked = Set(wanted.map(\.id))
        if let unexpected = signatures.first(where: { !asked.contains($0.keyid) }) {
            throw .unexpectedSigner(keyID: unexpected.keyid)
        }
        return wanted
    }

    private func checkPayload() throws(EnvelopeError) {
        do {
            _ = try CanonicalJSON.decode(JSONValue.self, from: payload)
        } catch {
            throw .payloadNotCanonical(error)
        }
    }
}
