import BlobStore
package import Contracts
import Evidence
import Foundation
package import Ledger
import Paillier
package import QueryPlans
import SealedTables
import SharingModel

/// `escrow grant`: a holder gives its part of opening one cell, or one result.
///
/// It takes the ciphertext from the manifest that the request names, never from the requester. The part is kept in this
/// home until enough holders have granted; run again, the command then hands it out.
package struct GrantRecordOpening {
    /// Any beginning of the request's id.
    package let request: String

    package init(_ request: String) {
        self.request = request
    }

    package struct Granted: Sendable {
        package let receipt: Receipt
        package let request: EscrowRequest
        /// Whether the part is at hand for the requester; otherwise it waits for other holders.
        package let isHandedOut: Bool
    }

    /// - Throws: ``GatewayError/refusedOnLedger(_:transaction:height:)`` where the rules say no, which is recorded.
    package func run(
        as session: PartySession, progress: @escaping PlanExecutor.Progress = { _, _, _ in }
    ) async throws -> Granted {
        let id = try session.state { try $0.escrowRequest(matching: self.request).id }
        let unfinished = try await UnfinishedTransaction(["escrow.grant", id.hex], session)
        let receipt: Receipt
        if let earlier = try recorded(id, session) {
            receipt = earlier
        } else {
            receipt = try await unfinished.submit { try await grant(id, session, progress) }
        }
        // A crash before this line leaves a recorded grant whose part only this home has: the next run hands it out.
        try PartStaging(session: session).handOut()
        try unfinished.end()
        let request = try session.state { try $0.knownEscrowRequest(id) }
        let own = try session.state { try $0.escrowVotes(on: id) }.first { $0.holder == session.party }
        let isHandedOut = try own?.grant.map { try session.blobs.contains($0.sealed) } ?? false
        return Granted(receipt: receipt, request: request, isHandedOut: isHandedOut)
    }

    /// This party's grant, if an earlier run made it with the shares that count.
    private func recorded(_ id: Digest, _ session: PartySession) throws -> Receipt? {
        let vote = try session.state { state in
            let epoch = try state.deposit(for: state.knownEscrowRequest(id))?.record.epoch ?? 1
            return try state.escrowVotes(on: id).first { $0.holder == session.party && $0.grants(in: epoch) }
        }
        guard let vote else { return nil }
        return try session.ledger.read { try $0.receipt(of: vote.transaction) }
    }

    private func grant(
        _ id: Digest, _ session: PartySession, _ progress: @escaping PlanExecutor.Progress
    ) async throws -> GrantOpening {
        let request = try session.state { try $0.knownEscrowRequest(id) }
        let (key, deposit) = try session.escrowKey(of: request)
        // Who has no share is refused by the ledger, not here: the attempt stands there with its reason. So does that of
        // whoever asked for it himself.
        guard let share = try session.escrowShare(of: deposit, under: key), request.requester != session.party else {
            return GrantOpening(request: id, grant: nil)
        }
        switch request.terms.what {
        case .cell(let reference):
            let cell = try session.sealedCell(reference, under: key.publicKey)
            let part = try share.decrypt([cell.wrappedKey], under: key, context: id.bytes)
            let sealed = try SealedPart(part, for: request, sealedTo: session.sealingKey(of: request.requester))
            try PartStaging(session: session).keep(sealed.block.data, sealed.block.cid, of: id)
            return GrantOpening(request: id, grant: sealed.grant, epoch: deposit.record.epoch)
        case .result(let result):
            return try await grant(request, of: result, with: share, under: key, session, progress)
        }
    }

    /// A part of what this holder has itself computed again, where the disclosure guard allows it: as in
    /// ``OpenWithShares``.
    private func grant(
        _ request: EscrowRequest, of result: Digest, with share: KeyShare, under key: ThresholdKey,
        _ session: PartySession, _ progress: @escaping PlanExecutor.Progress
    ) async throws -> GrantOpening {
        let recorded = try session.state { try $0.recordedResult(matching: result.hex) }
        let seen = try recorded.begun?.number ?? session.state { try $0.openingCount(in: recorded.record.pool) }
        let computed = try await RecomputedResult(recorded, seen: seen, request: request.id).compute(session, progress)
        let part =
            computed.ciphertexts.isEmpty
            ? nil
            : try share.decrypt(
                computed.ciphertexts, under: key, context: request.id.bytes,
                workers: ProcessInfo.processInfo.activeProcessorCount)
        let document = PartDocument(result: result, computed: computed.cid, part: part)
        let sealed = try SealedOpening(document, sealedTo: session.sealingKey(of: request.requester))
        try PartStaging(session: session).keep(sealed.bytes, sealed.cid, of: request.id)
        return GrantOpening(
            request: request.id, grant: .init(part: try document.commitment(), sealed: sealed.cid), openingsSeen: seen,
            epoch: key.epoch)
    }
}

extension PartySession {
    /// The deposit whose shares open a request, and the key that it shares.
    func escrowKey(of request: EscrowRequest) throws -> (key: ThresholdKey, deposit: DepositRecord) {
        guard let deposit = try state({ try $0.deposit(for: request) }) else {
            throw GatewayError.notAllowed(
                reason: "\(request.owner) has no deposit for this request", wayOn: "see `chancery escrow list`")
        }
        return (try sharedKey(deposit), deposit)
    }

    /// The cell, from the manifest and the shard in the blob store.
    func sealedCell(_ cell: SealedCellReference, under key: PublicKey) throws -> SealedCell {
        try sealedCell(cell.manifest, row: Int(cell.row), field: cell.field, under: key)
    }

    func sealedCell(_ manifest: CID, row: Int, field: String, under key: PublicKey) throws -> SealedCell {
        let datasets = try readable([manifest], wayAround: .none)
        guard let cell = try datasets.first?.sealedCell(row: row, field: field, under: key, in: blobs) else {
            throw GatewayError.notAllowed(
                reason: "row \(row) has no value in column \(field)", wayOn: "there is nothing to open")
        }
        return cell
    }
}

extension LedgerState {
    /// - Throws: ``GatewayError/unknownReference(what:text:)``, ``GatewayError/ambiguousReference(what:text:matches:)``.
    package func escrowRequest(matching text: String) throws -> EscrowRequest {
        try knownEscrowRequest(Reference.resolve("escrow", text, among: escrowRequests().map(\.id)))
    }

    func knownEscrowRequest(_ id: Digest) throws -> EscrowRequest {
        guard let request = try escrowRequest(id) else {
            throw GatewayError.unknownReference(what: "escrow", text: id.hex)
        }
        return request
    }
}
