import CanonicalJSON
package import Foundation
package import SharingModel
package import SignedEnvelopes

/// A payload that is well formed and of a known kind. It says nothing yet about signatures or about being allowed.
package struct Transaction: Sendable {
    /// SHA-256 of the envelope's DSSE pre-authentication encoding.
    package let id: Digest
    package let header: TransactionHeader
    package let body: any TransactionBody

    package var kind: TransactionKind { type(of: body).kind }

    /// Decodes a payload and checks its form.
    /// - Parameters:
    ///   - id: SHA-256 of the pre-authentication encoding of `payloadType` and `payload`.
    ///   - payload: Canonical JSON; bytes that differ from their own re-encoding are turned away.
    package init(id: Digest, payloadType: String, payload: Data) throws(ContractsError) {
        guard let kind = TransactionKind(payloadType: payloadType) else {
            throw .unknownKind(payloadType: payloadType)
        }
        self = try Transaction.decode(kind.bodyType, id, payload)
        guard kind.belongsToRegistry == (header.ledger.section == .registry) else {
            throw .kindOfAnotherLedger(kind: kind, section: header.ledger.section)
        }
        try body.checkForm()
    }

    /// Decodes the payload of `envelope`. Its signatures are not looked at: ask ``ContractEngine`` for the signers.
    package init(_ envelope: Envelope) throws(ContractsError) {
        try self.init(id: envelope.id, payloadType: envelope.payloadType, payload: envelope.payload)
    }

    private init(id: Digest, header: TransactionHeader, body: any TransactionBody) {
        self.id = id
        self.header = header
        self.body = body
    }

    private static func decode<Body: TransactionBody>(
        _ type: Body.Type, _ id: Digest, _ payload: Data
    ) throws(ContractsError) -> Transaction {
        do {
            let decoded = try CanonicalJSON.decode(TransactionPayload<Body>.self, from: payload)
            return Transaction(id: id, header: decoded.header, body: decoded.body)
        } catch {
            throw .malformedPayload(kind: Body.kind, detail: String(describing: error))
        }
    }
}
