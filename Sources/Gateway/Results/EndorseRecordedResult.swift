import BlobStore
import Contracts
package import Ledger
package import QueryPlans
package import SharingModel

/// `result endorse`: another department computes a recorded result again, and says on the ledger whether it is right.
package struct EndorseRecordedResult: Sendable {
    /// Any beginning of the result's id.
    package let result: String

    package init(_ result: String) {
        self.result = result
    }

    package struct Endorsed: Sendable {
        package let receipt: Receipt
        package let result: Digest
        /// `false`: the department found other bytes and disputes the result.
        package let agrees: Bool
    }

    package func run(
        as session: PartySession, progress: @escaping PlanExecutor.Progress = { _, _, _ in }
    ) async throws -> Endorsed {
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let id = recorded.record.id
        let computed: CID?
        let reason: String
        do {
            // What was opened before decides what may be opened, never what comes out: the guard's history is not asked.
            computed = try session.recompute(recorded.record, history: [], progress).cid
            reason = "recomputed otherwise"
        } catch let unsound as UnsoundResult {
            computed = nil
            reason = String(unsound.reason.prefix(900))
        } catch QueryPlanError.guarded {
            computed = nil
            reason = "no group of it has enough subjects"
        }
        if let computed, computed == recorded.record.result {
            let receipt = try await session.submit(EndorseResult(result: id, computed: computed))
            return Endorsed(receipt: receipt, result: id, agrees: true)
        }
        let receipt = try await session.submit(DisputeResult(result: id, computed: computed, reason: reason))
        return Endorsed(receipt: receipt, result: id, agrees: false)
    }
}
