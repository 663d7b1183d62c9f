import Crypto
import Foundation
import NIOSSL
package import SharingModel
package import SignedEnvelopes
import SwiftASN1
import X509

/// A party's TLS certificate: self-signed, for a key that this process has drawn, with the party's
/// ``TransportStatement`` about that key in its alternative name, a URI `chancery:` and the envelope in base64url.
package struct PartyCertificate: Sendable {
    let chain: [NIOSSLCertificateSource]
    let key: NIOSSLPrivateKeySource

    /// How long a certificate can be used. A node draws a new one at every start.
    package static let validity: Int64 = 398 * 86_400

    /// Clocks of two machines may differ by so much.
    private static let leeway: Int64 = 86_400

    package init(_ identity: TransportIdentity, now: Timestamp) throws {
        let secret = P256.Signing.PrivateKey()
        let end = now.adding(seconds: PartyCertificate.validity)
        let digest = SharingModel.Digest.sha256(secret.publicKey.derRepresentation)
        let statement = try identity.statement(key: digest, notAfter: end)
        let name = try DistinguishedName { CommonName("chancery \(identity.party)") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(secret.publicKey),
            notValidBefore: Date(timeIntervalSince1970: Double(now.seconds - PartyCertificate.leeway)),
            notValidAfter: Date(timeIntervalSince1970: Double(end.seconds)), issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                SubjectAlternativeNames([.uniformResourceIdentifier(PartyCertificate.uri(statement))])
            }, issuerPrivateKey: Certificate.PrivateKey(secret))
        var serializer = DER.Serializer()
        try certificate.serialize(into: &serializer)
        chain = [.certificate(try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der))]
        key = .privateKey(try NIOSSLPrivateKey(bytes: [UInt8](secret.derRepresentation), format: .der))
    }

    private static let scheme = "chancery:"

    private static func uri(_ statement: Data) -> String {
        scheme
            + statement.base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    /// The statement in a certificate that somebody presents.
    static func statement(in certificate: NIOSSLCertificate) -> Data? {
        guard let bytes = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: bytes),
            let names = try? parsed.extensions.subjectAlternativeNames
        else { return nil }
        for case .uniformResourceIdentifier(let text) in names where text.hasPrefix(scheme) {
            let base64 = text.dropFirst(scheme.count).replacingOccurrences(of: "-", with: "+")
                .replacingOccurrences(of: "_", with: "/")
            return Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4))
        }
        return nil
    }
}

extension TransportTrust {
    /// Whose certificate this is, of which the handshake has proven that the peer holds its key.
    func party(of certificate: NIOSSLCertificate) -> Party? {
        guard let statement = PartyCertificate.statement(in: certificate),
            let key = try? certificate.extractPublicKey().toSPKIBytes()
        else { return nil }
        let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
        return party(of: statement, key: .sha256(Data(key)), at: now)
    }
}
