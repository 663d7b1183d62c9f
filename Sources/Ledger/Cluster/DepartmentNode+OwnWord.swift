import Contracts
import SharingModel
import SignedEnvelopes

// What a department's node itself puts on the ledger, with nobody asking.
extension DepartmentNode {
    /// `body` in this department's name, valid for an hour from `time` on, or for as long as the policy lets it.
    /// - Returns: `nil` if none of its keys counts in the next block, or it is on the ledger already.
    /// - Throws: ``AdmissionError``, and what the storage throws.
    func transaction(_ body: some TransactionBody, from time: Timestamp) throws -> AdmittedTransaction? {
        let known = try ledger.partyInNextBlock(party)?.signingKey
        guard let key = keys.first(where: { $0.verificationKey.rawRepresentation == known }) else { return nil }
        var generator = SystemRandomNumberGenerator()
        let validity = min(3_600, ledger.founding.policy.longestTransactionValidity)
        let header = TransactionHeader(
            by: party, ledger: ledger.identity, nonce: .random(using: &generator),
            notAfter: time.adding(seconds: validity))
        let payload = TransactionPayload(header: header, body: body)
        let envelope = try Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [key])
        guard case .admitted(let transaction) = try ledger.admit(envelope) else { return nil }
        return transaction
    }

    /// Puts `body` into this department's queue, and passes it on.
    /// - Throws: As ``transaction(_:from:)``.
    func submit(_ body: some TransactionBody) throws {
        let now = max(ledger.settings.clock(), head.record.time)
        if let transaction = try transaction(body, from: now) { pool.enter(transaction) }
    }
}
