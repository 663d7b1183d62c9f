import CanonicalJSON
package import Foundation
package import SharingModel

/// What ties the key of a TLS certificate to a party: signed by the party's signing key, carried in the certificate.
///
/// No authority stands between: whoever knows the party's record can check it, and nobody else can make one. The key
/// that it names is drawn anew by each process, so there is no file to guard and none to renew.
package struct TransportStatement: Codable, Hashable, Sendable {
    package let by: PartyName
    /// Digest of the founding record: a certificate of one consortium says nothing in another.
    package let consortium: Digest
    /// SHA-256 of the certificate's SubjectPublicKeyInfo (DER).
    package let key: Digest
    package let notAfter: Timestamp

    package static let payloadType = "application/vnd.chancery.transport.v1+json"
}

/// A party that can prove over TLS who it is.
package struct TransportIdentity: Sendable {
    package let party: PartyName
    package let consortium: Digest
    private let key: SigningKey

    package init(party: PartyName, consortium: Digest, key: SigningKey) {
        (self.party, self.consortium, self.key) = (party, consortium, key)
    }

    /// The statement for a certificate's key, as an envelope's canonical JSON.
    package func statement(key digest: Digest, notAfter: Timestamp) throws(EnvelopeError) -> Data {
        let statement = TransportStatement(by: party, consortium: consortium, key: digest, notAfter: notAfter)
        return try Envelope.sign(statement, payloadType: TransportStatement.payloadType, with: [key]).canonicalBytes()
    }
}

/// By whose records statements are judged.
package struct TransportTrust: Sendable {
    package let consortium: Digest
    private let party: @Sendable (PartyName) -> Party?

    /// - Parameter party: The party's record as it stands now; `nil` for who is no party, or no longer.
    package init(consortium: Digest, party: @escaping @Sendable (PartyName) -> Party?) {
        (self.consortium, self.party) = (consortium, party)
    }

    /// - Parameter key: SHA-256 of the SubjectPublicKeyInfo whose possession the handshake has proven.
    /// - Returns: `nil` unless `statement` is a party's for this key, in this consortium, and has not expired.
    package func party(of statement: Data, key: Digest, at time: Timestamp) -> Party? {
        guard let envelope = try? Envelope(canonicalBytes: statement),
            let claimed = try? CanonicalJSON.decode(TransportStatement.self, from: envelope.payload),
            let party = party(claimed.by), let signer = try? VerificationKey(ed25519: party.signingKey),
            let verified = try? envelope.verify(signers: [signer]),
            verified.payloadType == TransportStatement.payloadType, claimed.consortium == consortium,
            claimed.key == key, time <= claimed.notAfter
        else { return nil }
        return party
    }
}
