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
        do {
            return try transaction(WakeLedger(), from: time)
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
