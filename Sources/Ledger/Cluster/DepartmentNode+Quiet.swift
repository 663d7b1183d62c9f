import Contracts
import Foundation
import SharingModel
import SignedEnvelopes

extension DepartmentNode {
    /// What goes into a block of its own before anything else does: a transaction that brings the ledger's time up to
    /// now, where this department cosigned the newest block more than a minute ago by its own clock. Whether that
    /// clock is right does not matter.
    func wakingTransaction() throws -> AdmittedTransaction? {
        let (head, now) = (head, ledger.settings.clock())
        let known = try ledger.storage.read { try $0.cosignatures(height: head.height) }
        guard let own = known.first(where: { $0.party == party }),
            now > own.statedTime.adding(seconds: try quietSeconds(after: head))
        else { return nil }
        // By the same time as the block that it is for.
        let time = try BlockTime(policy: memberships.policy(at: head.height)).time(after: head, previous: known)
        let validity = min(3_600, ledger.founding.policy.longestTransactionValidity)
        return try transaction(WakeLedger(), notAfter: time.adding(seconds: validity))
    }

    /// `body` in this department's name.
    /// - Returns: `nil` if none of its keys counts in the next block.
    func transaction(_ body: some TransactionBody, notAfter: Timestamp) throws -> AdmittedTransaction? {
        let party = party
        guard let known = try ledger.storage.read({ try LedgerState($0).party(party)?.signingKey }),
            let key = keys.first(where: { $0.verificationKey.rawRepresentation == known })
        else { return nil }
        var generator = SystemRandomNumberGenerator()
        let header = TransactionHeader(
            by: party, ledger: ledger.identity, nonce: .random(using: &generator), notAfter: notAfter)
        let payload = TransactionPayload(header: header, body: body)
        let envelope = try Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [key])
        do {
            guard case .admitted(let transaction) = try ledger.admit(envelope) else { return nil }
            return transaction
        } catch is AdmissionError {
            return nil
        }
    }

    /// After which the ledger is woken before it goes on. Longer after a block that woke it: where blocks take minutes
    /// to become final, what waits gets its turn all the same.
    private func quietSeconds(after head: StoredBlock) throws -> Int64 {
        let first = try ledger.storage.read { try $0.entry(at: head.entries.lowerBound) }
        return first?.envelope.payloadType == WakeLedger.kind.payloadType ? 3_600 : 60
    }
}

extension PartyCosignature {
    /// The time that it states: its first 8 bytes, big-endian. Not checked; for one's own.
    fileprivate var statedTime: Timestamp {
        Timestamp(seconds: Int64(bitPattern: signature.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }))
    }
}
