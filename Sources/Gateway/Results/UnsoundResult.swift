import BlobStore
import Contracts
import Foundation
import QueryPlans

/// Why a recorded result cannot be right: the fault is in what was asked, recorded or published, and whoever computes it
/// again finds the same.
struct UnsoundResult: Error {
    /// A sentence for the ledger, without secrets.
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

extension PartySession {
    /// Computes a recorded result again, from the plan and the manifests that the ledger names.
    ///
    /// - Parameter history: Empty where only the bytes matter: what was opened before never changes them.
    /// - Throws: ``UnsoundResult``; `QueryPlanError.guarded`; and for blocks that are only missing here
    ///   ``GatewayError/datasetsUnreadable(_:wayAround:)`` or ``GatewayError/notAllowed(reason:wayOn:)``.
    func recompute(
        _ record: ResultRecord, history: [PastOpening], _ progress: @escaping PlanExecutor.Progress
    ) throws -> ComputedResult {
        let plan = try plan(of: record)
        let (pool, redemption) = try state { state in
            (try state.knownPool(record.pool), try state.redemption(record.redemption))
        }
        // The ledger cannot read plans: what the redemption claims of this one is compared here.
        guard let redemption, redemption.plan == plan.cid, redemption.inputs == plan.content.datasets,
            redemption.packs == plan.content.packs
        else { throw UnsoundResult("its plan reads other datasets or packs than the token was redeemed for") }
        do {
            _ = try readable(plan.content.datasets, wayAround: .none)
            return try naming(plan.content.datasets, wayAround: .none) {
                try executor(progress).run(plan, key: pool.publicKey(), history: history)
            }
        } catch GatewayError.datasetsUnreadable(let datasets, _) where !datasets.contains(where: \.isCurable) {
            throw UnsoundResult(datasets.map { "dataset \($0.dataset): \($0.fault)" }.joined(separator: "; "))
        } catch let error as QueryPlanError where error.isOfThePlan {
            throw UnsoundResult("its plan cannot be computed: \(error)")
        }
    }

    private func plan(of record: ResultRecord) throws -> Plan {
        let block: Block
        do {
            block = try blobs.get(record.plan)
        } catch BlobStoreError.blockMissing {
            throw GatewayError.notAllowed(
                reason: "the plan of the result, block \(record.plan), is not in the blob store",
                wayOn: "fetch it from \(record.executor), who ran it (`chancery blob import`), and run this again; "
                    + "nothing was recorded")
        }
        do {
            return try Plan(data: block.data)
        } catch {
            throw UnsoundResult("its plan \(record.plan) is malformed: \(error)")
        }
    }
}

extension QueryPlanError {
    /// Whether the plan is at fault, and not the place where it is run.
    fileprivate var isOfThePlan: Bool {
        switch self {
        case .statement, .plan, .evaluation, .result: true
        case .dataset, .guarded: false
        }
    }
}
