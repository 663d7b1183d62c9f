import CanonicalJSON
package import Foundation
import SharingModel

/// The signed document: header and body in one object,
/// `{"body":…,"by":…,"ledger":…,"nonce":…,"notAfter":…}` in RFC 8785 canonical JSON.
package struct TransactionPayload<Body: TransactionBody>: Sendable {
    package let header: TransactionHeader
    package let body: Body

    package init(header: TransactionHeader, body: Body) {
        self.header = header
        self.body = body
    }

    /// DSSE payload type to sign ``encoded()`` under.
    package var payloadType: String { Body.kind.payloadType }

    /// The bytes to sign.
    /// - Throws: ``ContractsError`` if the body is not one that the door would let in, so that nobody signs such.
    package func encoded() throws -> Data {
        try body.checkForm()
        return try CanonicalJSON.encode(self)
    }
}

extension TransactionPayload: Codable {
    private enum CodingKeys: String, CodingKey {
        case body, by, ledger, nonce, notAfter
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        header = TransactionHeader(
            by: try container.decode(PartyName.self, forKey: .by),
            ledger: try container.decode(LedgerIdentity.self, forKey: .ledger),
            nonce: try container.decode(Nonce.self, forKey: .nonce),
            notAfter: try container.decode(Timestamp.self, forKey: .notAfter))
        body = try container.decode(Body.self, forKey: .body)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(body, forKey: .body)
        try container.encode(header.by, forKey: .by)
        try container.encode(header.ledger, forKey: .ledger)
        try container.encode(header.nonce, forKey: .nonce)
        try container.encode(header.notAfter, forKey: .notAfter)
    }
}
