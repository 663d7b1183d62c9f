import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
package import Ledger
import Paillier
package import QueryPlans
package import SharingModel

/// `open` of a pool whose key is in shares: a holder gives its part, and the requester opens from the parts of enough
/// holders.
///
/// A holder gives a part only of what it has itself recomputed from the manifests and the plan that are on the ledger,
/// and what the disclosure guard allows. The part is on the ledger, by its digest, before it is given out.
package struct OpenWithShares: Sendable {
    /// Any beginning of the result's id.
    package let result: String

    package init(_ result: String) {
        self.result = result
    }

    /// What a holder has given.
    package struct Given: Sendable {
        package let receipt: Receipt
        package let result: Digest
        package let grantee: PartyName
        package let epoch: Int
        package let ciphertexts: Int
        /// Whether it had been given before; what was missing of the sealed blob was put in place again.
        package let wasThere: Bool
    }

    /// - Throws: As ``OpenRecordedResult/run(as:progress:)``; ``GatewayError/refusedOnLedger(_:transaction:height:)`` where
    ///   the rules say no, to who holds no share or whose vault has none of the present epoch too.
    package func give(
        as session: PartySession, progress: @escaping PlanExecutor.Progress = { _, _, _ in }
    ) async throws -> Given {
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let record = recorded.record
        let pool = try session.state { try $0.knownPool(record.pool) }
        guard let sharing = pool.sharing else {
            throw GatewayError.keyMissing(name: "share of pool \(pool.name)", party: session.party)
        }
        let epoch = sharing.key.key.epoch
        let staging = OpeningStaging(home: session.home, result: record.id)
        if let given = recorded.parts.first(where: { $0.holder == session.party }), given.epoch == epoch {
            return try handOut(given, recorded, staging, session)
        }
        let key = try pool.thresholdKey(sharing.key)
        let seen = try recorded.begun?.number ?? session.state { try $0.openingCount(in: pool.name) }
        guard let share = try session.shareAtHand(of: pool, under: key) else {
            // Refused by the ledger, not here: the attempt stands there with its reason.
            _ = try await session.submit(
                RecordPart(result: record.id, epoch: epoch, part: nil, commitment: nil, openingsSeen: seen))
            throw GatewayError.keyMissing(name: "share of pool \(pool.name)", party: session.party)
        }
        let computed = try await RecomputedResult(recorded, seen: seen).compute(session, progress)
        let part =
            computed.ciphertexts.isEmpty
            ? nil
            : try share.decrypt(
                computed.ciphertexts, under: key, context: PartDocument.context(of: record.id),
                workers: ProcessInfo.processInfo.activeProcessorCount)
        let document = PartDocument(result: record.id, computed: computed.cid, part: part)
        let sealed = try SealedOpening(document, sealedTo: session.sealingKey(of: record.executor))
        try staging.keep(sealed)
        let receipt = try await session.submit(
            RecordPart(
                result: record.id, epoch: epoch, part: sealed.cid, commitment: document.commitment(),
                openingsSeen: seen))
        // A crash before this line leaves a recorded part that only this home has: the next run hands it out.
        try sealed.store(in: session.blobs)
        try staging.clear()
        return Given(
            receipt: receipt, result: record.id, grantee: record.executor, epoch: epoch,
            ciphertexts: computed.ciphertexts.count, wasThere: false)
    }

    /// Puts on the ledger that this holder gives no part of the result, and why. Others may suffice without it.
    package func refuse(as session: PartySession, reason: String) async throws -> Receipt {
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let pool = recorded.record.pool
        let seen = try recorded.begun?.number ?? session.state { try $0.openingCount(in: pool) }
        return try await session.submit(
            RefuseOpening(result: recorded.record.id, openingsSeen: seen, reason: reason))
    }

    private func handOut(
        _ given: OpeningPartRecord, _ recorded: RecordedResult, _ staging: OpeningStaging, _ session: PartySession
    ) throws -> Given {
        if try !session.blobs.contains(given.part), let sealed = try staging.sealed(given.part) {
            try sealed.store(in: session.blobs)
        }
        guard try session.blobs.contains(given.part),
            let receipt = try session.ledger.read({ try $0.receipt(of: given.id) })
        else {
            throw GatewayError.openingDamaged(problem: "the sealed part \(given.part) is nowhere to be found")
        }
        try staging.clear()
        return Given(
            receipt: receipt, result: recorded.record.id, grantee: recorded.record.executor, epoch: given.epoch,
            ciphertexts: 0, wasThere: true)
    }
}

/// A recorded result, computed again by whoever is to open it or to give a part. Refusals are recorded, with their
/// reason; where only a block is missing here, nobody is refused anything, and the command can be run again.
struct RecomputedResult {
    let recorded: RecordedResult
    /// Openings of the pool that come before this one.
    let seen: Int64
    /// By escrow: the request, which a refusal then denies.
    let request: Digest?

    init(_ recorded: RecordedResult, seen: Int64, request: Digest? = nil) {
        self.recorded = recorded
        self.seen = seen
        self.request = request
    }

    func compute(
        _ session: PartySession, _ progress: @escaping PlanExecutor.Progress
    ) async throws -> ComputedResult {
        do {
            let computed = try session.recompute(
                recorded.record, history: try session.history(of: recorded.record.pool, first: seen), progress)
            guard computed.cid == recorded.record.result else {
                throw UnsoundResult("the plan gives \(computed.cid), and \(recorded.record.result) was recorded")
            }
            return computed
        } catch QueryPlanError.guarded(let report) {
            let receipt = try await refuse(report.reasons.joined(separator: "; "), session)
            throw GatewayError.queryRefused(reasons: report.reasons, transaction: receipt.transaction)
        } catch let unsound as UnsoundResult {
            let receipt = try await refuse(unsound.reason, session)
            throw GatewayError.resultRefused(reason: unsound.reason, transaction: receipt.transaction)
        }
    }

    private func refuse(_ reason: String, _ session: PartySession) async throws -> Receipt {
        if let request {
            return try await session.submit(DenyOpening(request: request, reason: String(reason.prefix(900))))
        }
        return try await session.submit(
            RefuseOpening(result: recorded.record.id, openingsSeen: seen, reason: String(reason.prefix(900))))
    }
}
