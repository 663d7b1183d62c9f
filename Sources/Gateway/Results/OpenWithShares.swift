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
/// and what the disclosure guard allows. The part is on the ledger, by its digest, before it is given out. To a requester
/// who holds a share himself it is given out when enough others have given theirs; run again, the command then does that.
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
        /// Whether the part is at hand for the requester; otherwise it waits for other holders.
        package let isHandedOut: Bool
    }

    /// - Throws: As ``OpenRecordedResult/run(as:progress:)``; ``GatewayError/refusedOnLedger(_:transaction:height:)`` also
    ///   for a party that holds no share, or has none of the present epoch in its vault: every attempt is recorded.
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
            return try earlier(given, recorded, staging, session)
        }
        let seen = try recorded.begun?.number ?? session.state { try $0.openingCount(in: pool.name) }
        let made = try await part(of: recorded, pool.thresholdKey(sharing.key), pool, seen: seen, session, progress)
        if let made { try staging.keep(made.sealed) }
        let receipt = try await session.submit(
            RecordPart(
                result: record.id, epoch: epoch, part: made?.sealed.cid, commitment: made?.commitment,
                openingsSeen: seen))
        // A crash before this line leaves a recorded part that only this home has: the next run hands it out.
        let isHandedOut = try made.map { try handOut($0.sealed.cid, of: record.id, staging, session) } ?? false
        return Given(
            receipt: receipt, result: record.id, grantee: record.executor, epoch: epoch,
            ciphertexts: made?.ciphertexts ?? 0, wasThere: false, isHandedOut: isHandedOut)
    }

    private struct Made {
        let sealed: SealedOpening
        let commitment: Digest
        let ciphertexts: Int
    }

    /// - Returns: `nil` for who has no share, or asked for the result himself. He is refused by the ledger, not here: the
    ///   attempt stands there with its reason.
    private func part(
        of recorded: RecordedResult, _ key: ThresholdKey, _ pool: PoolRecord, seen: Int64, _ session: PartySession,
        _ progress: @escaping PlanExecutor.Progress
    ) async throws -> Made? {
        let record = recorded.record
        guard record.executor != session.party, let share = try session.heldShare(of: pool, under: key) else {
            return nil
        }
        let computed = try await RecomputedResult(recorded, seen: seen).compute(session, progress)
        let part =
            computed.ciphertexts.isEmpty
            ? nil
            : try share.decrypt(
                computed.ciphertexts, under: key, context: PartDocument.context(of: record.id),
                workers: ProcessInfo.processInfo.activeProcessorCount)
        let document = PartDocument(result: record.id, computed: computed.cid, part: part)
        return Made(
            sealed: try SealedOpening(document, sealedTo: session.sealingKey(of: record.executor)),
            commitment: try document.commitment(), ciphertexts: computed.ciphertexts.count)
    }

    /// Puts on the ledger that this holder gives no part of the result, and why. Others may suffice without it.
    package func refuse(as session: PartySession, reason: String) async throws -> Receipt {
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let seen = try recorded.begun?.number ?? session.state { try $0.openingCount(in: recorded.record.pool) }
        return try await session.submit(
            RefuseOpening(result: recorded.record.id, openingsSeen: seen, reason: reason))
    }

    private func earlier(
        _ given: OpeningPartRecord, _ recorded: RecordedResult, _ staging: OpeningStaging, _ session: PartySession
    ) throws -> Given {
        let isHandedOut = try handOut(given.part, of: recorded.record.id, staging, session)
        guard let receipt = try session.ledger.read({ try $0.receipt(of: given.id) }) else {
            throw GatewayError.openingDamaged(problem: "the ledger does not have the transaction of part \(given.part)")
        }
        return Given(
            receipt: receipt, result: recorded.record.id, grantee: recorded.record.executor, epoch: given.epoch,
            ciphertexts: 0, wasThere: true, isHandedOut: isHandedOut)
    }

    /// Puts a recorded part into the blob store, unless its requester could do too much with it yet.
    /// - Returns: Whether it is there.
    private func handOut(
        _ part: CID, of result: Digest, _ staging: OpeningStaging, _ session: PartySession
    ) throws -> Bool {
        if try !session.blobs.contains(part) {
            guard let sealed = try staging.sealed(part) else {
                throw GatewayError.openingDamaged(problem: "the sealed part \(part) is nowhere to be found")
            }
            let mayGo = try session.state { state in
                let recorded = try state.recordedResult(matching: result.hex)
                return recorded.mayHaveParts(under: try state.knownPool(recorded.record.pool).sharing)
            }
            guard mayGo else { return false }
            try sealed.store(in: session.blobs)
        }
        try staging.clear()
        return true
    }
}

extension RecordedResult {
    /// Whether the requester may have the holders' parts.
    ///
    /// One who holds no share can do nothing with fewer than suffice. One who holds a share needs one less than that,
    /// and would open before the ledger says that enough others have given theirs: he gets them all or none.
    fileprivate func mayHaveParts(under sharing: PoolSharing?) -> Bool {
        guard let sharing, sharing.key.holders.contains(record.executor) else { return true }
        let others = parts.filter { $0.epoch == sharing.key.key.epoch && $0.holder != record.executor }
        return sharing.key.isQualified(others.map(\.holder))
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
