import CanonicalJSON
package import Foundation
package import SharingModel

/// A payload and who signed it: a DSSE envelope (https://github.com/secure-systems-lab/dsse, version 1.0.2).
///
/// Our form is narrower than DSSE's: canonical JSON (RFC 8785), standard base64, at most 65,535 bytes, signatures
/// sorted by `keyid` and one a key. Nothing is proven by this type: see ``verify(signers:)``.
package struct Envelope: Codable, Hashable, Sendable {
    /// Largest envelope that is written or read, in bytes of its canonical JSON.
    package static let largestByteCount = 65_535

    package let payload: Data
    package let payloadType: String
    /// Sorted by `keyid`, each once, if this came from the initialisers or from canonical bytes.
    package let signatures: [EnvelopeSignature]

    /// An envelope that nobody has signed yet.
    package init(payload: Data, payloadType: String) {
        self.init(payload: payload, payloadType: payloadType, signatures: [])
    }

    init(payload: Data, payloadType: String, signatures: [EnvelopeSignature]) {
        self.payload = payload
        self.payloadType = payloadType
        self.signatures = signatures
    }

    /// Puts the canonical JSON of `body` into an envelope and signs it with each of `keys`.
    /// - Throws: ``EnvelopeError/payloadNotCanonical(_:)`` if `body` has no canonical JSON,
    ///   ``EnvelopeError/doubledSignature(keyID:)`` if a key is given twice.
    package static func sign(
        _ body: some Encodable, payloadType: String, with keys: [SigningKey]
    ) throws(EnvelopeError) -> Envelope {
        let payload: Data
        do {
            payload = try CanonicalJSON.encode(body)
        } catch {
            throw .payloadNotCanonical(error)
        }
        return try sign(payload: payload, payloadType: payloadType, with: keys)
    }

    /// Signs `payload` as it stands with each of `keys`.
    package static func sign(
        payload: Data, payloadType: String, with keys: [SigningKey]
    ) throws(EnvelopeError) -> Envelope {
        var envelope = Envelope(payload: payload, payloadType: payloadType)
        for key in keys {
            envelope = try envelope.adding(signatureBy: key)
        }
        return envelope
    }

    /// This envelope with one more signature, in its place.
    /// - Throws: ``EnvelopeError/doubledSignature(keyID:)`` if the key has signed already.
    package func adding(signatureBy key: SigningKey) throws(EnvelopeError) -> Envelope {
        try adding(
            EnvelopeSignature(
                keyid: key.verificationKey.id, sig: try key.signature(for: preAuthenticationEncoding)))
    }

    /// This envelope with a signature that somebody else made; it is not verified here.
    /// - Throws: ``EnvelopeError/doubledSignature(keyID:)``.
    package func adding(_ signature: EnvelopeSignature) throws(EnvelopeError) -> Envelope {
        guard !signatures.contains(where: { $0.keyid == signature.keyid }) else {
            throw .doubledSignature(keyID: signature.keyid)
        }
        let sorted = (signatures + [signature]).sorted { $0.keyid < $1.keyid }
        return Envelope(payload: payload, payloadType: payloadType, signatures: sorted)
    }
}

/// One key's signature over an envelope's pre-authentication encoding.
package struct EnvelopeSignature: Codable, Hashable, Sendable {
    /// SHA-256 of the raw public key; in JSON lower-case hexadecimal.
    package let keyid: Digest
    /// The signature's bytes: 64 for Ed25519.
    package let sig: Data

    package init(keyid: Digest, sig: Data) {
        self.keyid = keyid
        self.sig = sig
    }
}

extension Envelope {
    /// What is signed: `DSSEv1`, then the type and the payload, each behind its length in bytes.
    package var preAuthenticationEncoding: Data {
        var encoding = Data("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8)
        encoding.append(payload)
        return encoding
    }

    /// SHA-256 of ``preAuthenticationEncoding``: names what is said, whoever signed it and however often.
    package var id: Digest { .sha256(preAuthenticationEncoding) }

    /// The one text of this envelope.
    /// - Throws: ``EnvelopeError/tooLarge(byteCount:limit:)``.
    package func canonicalBytes() throws(EnvelopeError) -> Data {
        let bytes = try text()
        guard bytes.count <= Envelope.largestByteCount else {
            throw .tooLarge(byteCount: bytes.count, limit: Envelope.largestByteCount)
        }
        return bytes
    }

    /// The canonical JSON, whatever its length. Put together here where the type needs no escapes, as every type of
    /// ours: members are in order, and the rest is base64 and hexadecimal. It is written for each transaction.
    private func text() throws(EnvelopeError) -> Data {
        guard payloadType.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
            do {
                return try CanonicalJSON.encode(self)
            } catch {
                throw .notCanonical(error)
            }
        }
        var text = #"{"payload":""# + payload.base64EncodedString() + #"","payloadType":""# + payloadType
        text += #"","signatures":["#
        var separator = #"{"keyid":""#
        for signature in signatures {
            text += separator + signature.keyid.hex + #"","sig":""# + signature.sig.base64EncodedString() + #""}"#
            separator = #",{"keyid":""#
        }
        text += "]}"
        return Data(text.utf8)
    }

    /// Reads an envelope from its canonical bytes. Its signatures are in order, and not verified.
    /// - Throws: ``EnvelopeError`` if it is too large, another text than the canonical one, or its signatures are out
    ///   of order or doubled.
    package init(canonicalBytes bytes: Data) throws(EnvelopeError) {
        guard bytes.count <= Envelope.largestByteCount else {
            throw .tooLarge(byteCount: bytes.count, limit: Envelope.largestByteCount)
        }
        if let inPlace = Envelope.membersInPlace(of: bytes), try inPlace.text() == bytes {
            self = inPlace
        } else {
            do {
                self = try CanonicalJSON.decode(Envelope.self, from: bytes)
            } catch {
                throw .notCanonical(error)
            }
        }
        try checkOrder()
    }

    /// - Throws: ``EnvelopeError/doubledSignature(keyID:)`` or ``EnvelopeError/unsortedSignatures``.
    func checkOrder() throws(EnvelopeError) {
        for (signature, next) in zip(signatures, signatures.dropFirst()) {
            guard signature.keyid != next.keyid else { throw .doubledSignature(keyID: next.keyid) }
        }
        for (signature, next) in zip(signatures, signatures.dropFirst()) {
            guard signature.keyid < next.keyid else { throw .unsortedSignatures }
        }
    }
}
