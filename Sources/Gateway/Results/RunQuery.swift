import BlobStore
import Contracts
package import Ledger
package import QueryPlans
package import SharingModel

/// `query`: compiles, asks the disclosure guard, redeems one use of the token, computes on ciphertext, and records the
/// result.
///
/// A command that was killed can be run again: the use that it took is found and used up, instead of another one being
/// taken. So whoever has told the caller what came of it says ``Computed/acknowledge()``.
package struct RunQuery: Sendable {
    package let question: Question
    /// Any beginning of the token's id.
    package let token: String

    package init(_ question: Question, token: String) {
        self.question = question
        self.token = token
    }

    /// What a query came to.
    package struct Computed: Sendable {
        package let receipt: Receipt
        package let token: Digest
        package let plan: Plan
        package let result: ComputedResult
        /// The datasets that it was computed on.
        package let inputs: [DatasetName]
        /// Datasets that `FROM` means and that were to be left out.
        package let leftOut: [DatasetName]
        /// Transaction that took the use.
        package let redemption: Digest

        let unfinished: UnfinishedQuery

        /// The transaction that recorded the result names it.
        package var id: Digest { receipt.transaction }

        /// Says that the caller knows. Until then the same query, run again after this value has gone, gives the same
        /// result and takes no use; other queries of this party under the token wait.
        package func acknowledge() throws { try unfinished.end() }
    }

    /// `--dry-run`: what the guard would say. Nothing is written, no use is taken.
    package func assess(
        as session: PartySession, progress: @escaping PlanExecutor.Progress = { _, _, _ in }
    ) throws -> (plan: Plan, report: GuardReport) {
        let query = try prepared(session)
        let report = try session.naming(query.plan.content.datasets, wayAround: query.wayAround) {
            try session.executor(progress).assess(query.plan, history: session.history(of: query.pool.name))
        }
        return (query.plan, report)
    }

    /// - Throws: ``GatewayError/queryRefused(reasons:transaction:)`` where the guard refuses the query whole, which is
    ///   recorded and takes no use; ``GatewayError/refusedOnLedger(_:transaction:height:)`` where the token does not
    ///   cover it.
    package func run(
        as session: PartySession, progress: @escaping PlanExecutor.Progress = { _, _, _ in }
    ) async throws -> Computed {
        let query = try prepared(session)
        let executor = session.executor(progress)
        // All that can be wrong with plan and data is found here, before a use is taken for it.
        let plan = try session.naming(query.plan.content.datasets, wayAround: query.wayAround) {
            try executor.prepare(
                query.plan, key: query.pool.publicKey(), history: session.history(of: query.pool.name))
        }
        try session.blobs.put(query.plan.block)
        guard plan.report.allows else { throw try await refuse(query, plan.report, session) }
        let unfinished = try await UnfinishedQuery(token: query.token.id, plan: query.plan.cid, session)
        let redemption = try await redeem(query, unfinished, session)
        // A crash from here on leaves a use taken without a result: the next run finds it and goes on.
        let result = try session.naming(query.plan.content.datasets, wayAround: query.wayAround) {
            try executor.run(plan)
        }
        try result.store(in: session.blobs)
        let receipt = try await record(result, of: query, redemption, unfinished, session)
        return Computed(
            receipt: receipt, token: query.token.id, plan: query.plan, result: result,
            inputs: query.datasets, leftOut: query.leftOut, redemption: redemption, unfinished: unfinished)
    }

    private struct Prepared {
        let token: Token
        let plan: Plan
        let pool: PoolRecord
        let datasets: [DatasetName]
        var leftOut: [DatasetName] = []
        let call: ContractCall?

        var wayAround: WayAround { call == nil ? .leaveOut : .registerAnew }
    }

    private func prepared(_ session: PartySession) throws -> Prepared {
        let token = try session.state { try $0.token(matching: self.token) }
        switch question {
        case .statement(let text, let selection):
            let planned = try session.plan(text, of: selection, under: token)
            return Prepared(
                token: token, plan: try planned.template.instantiate(), pool: planned.pool,
                datasets: planned.datasets.map(\.name), leftOut: planned.leftOut, call: nil)
        case .contract(let contract, let parameters):
            let (plan, registered) = try session.plan(contract, parameters: parameters)
            _ = try session.readable(plan.content.datasets, wayAround: .registerAnew)
            return Prepared(
                token: token, plan: plan, pool: try session.state { try $0.knownPool(registered.record.pool) },
                datasets: registered.datasets.map(\.dataset),
                call: ContractCall(contract: contract, parameters: parameters))
        }
    }

    private func redeem(
        _ query: Prepared, _ unfinished: UnfinishedQuery, _ session: PartySession
    ) async throws -> Digest {
        if let taken = unfinished.redemption { return taken.id }
        try unfinished.note()
        do {
            return try await session.submit(
                RedeemToken(
                    token: query.token.id, plan: query.plan.cid, datasets: query.datasets,
                    packs: query.plan.content.packs, contract: query.call)
            ).transaction
        } catch let refusal as GatewayError {
            try unfinished.end()
            throw refusal
        }
    }

    private func record(
        _ result: ComputedResult, of query: Prepared, _ redemption: Digest, _ unfinished: UnfinishedQuery,
        _ session: PartySession
    ) async throws -> Receipt {
        if let recorded = unfinished.redemption?.result,
            let receipt = try session.ledger.read({ try $0.receipt(of: recorded) })
        {
            return receipt
        }
        return try await session.submit(
            RecordResult(
                redemption: redemption, plan: query.plan.cid, inputs: query.plan.content.datasets,
                result: result.cid, releasedGroups: Int64(result.content.groups.count),
                refusedGroups: Int64(result.content.refused.count)))
    }

    /// Records the guard's refusal: every use of data is on the ledger, refused ones included.
    private func refuse(_ query: Prepared, _ report: GuardReport, _ session: PartySession) async throws -> GatewayError
    {
        let reasons = report.reasons
        let receipt = try await session.submit(
            RefuseQuery(
                token: query.token.id, plan: query.plan.cid, released: Int64(report.released.count),
                refused: Int64(max(report.refused.count, 1)),
                reason: String(reasons.joined(separator: "; ").prefix(900))))
        return .queryRefused(reasons: reasons, transaction: receipt.transaction)
    }
}

extension PartySession {
    /// Computes over this party's blobs, under the consortium's policy.
    func executor(_ progress: @escaping PlanExecutor.Progress = { _, _, _ in }) -> PlanExecutor {
        PlanExecutor(
            store: blobs, minimumSubjects: home.consortium.record.policy.minimumSubjects, progress: progress)
    }
}

extension GuardReport {
    /// Why a query is refused whole: first what is too small by itself, then what would follow by subtraction.
    package var reasons: [String] {
        var reasons: [String] = []
        if !refused.isEmpty {
            reasons.append("\(refused.count) of \(groups.count) groups have \(reason)")
        }
        reasons += subtractions.prefix(8).map { $0.explanation(minimumSubjects: minimumSubjects) }
        if subtractions.count > 8 { reasons.append("and \(subtractions.count - 8) more such parts") }
        return reasons
    }
}
