import BlobStore
import Contracts
import Evidence
import Foundation
package import Ledger
import Paillier
package import QueryPlans
package import SharingModel
import SignedEnvelopes

/// `open`: the pool's custodian opens a recorded result for the one who asked.
///
/// It opens only what it has itself recomputed from the manifests and the plan that are on the ledger; the submitted
/// ciphertext only has to be equal. The opening is on the ledger before anything is given out: the sealed blob leaves
/// this home after the transaction was accepted.
package struct OpenRecordedResult: Sendable {
    /// Any beginning of the result's id.
    package let result: String

    package init(_ result: String) {
        self.result = result
    }

    package struct Opened: Sendable {
        package let receipt: Receipt
        package let result: Digest
        package let grantee: PartyName
        package let ciphertexts: Int
        /// Whether it had been opened before; what was missing of the sealed blob was put in place again.
        package let wasThere: Bool
    }

    /// - Throws: ``GatewayError/keyMissing(name:party:)``, ``GatewayError/queryRefused(reasons:transaction:)`` and
    ///   ``GatewayError/resultRefused(reason:transaction:)``, which are recorded;
    ///   ``GatewayError/datasetsUnreadable(_:wayAround:)``, which is not;
    ///   ``GatewayError/refusedOnLedger(_:transaction:height:)`` where the token no longer holds.
    package func run(
        as session: PartySession, progress: @escaping PlanExecutor.Progress = { _, _, _ in }
    ) async throws -> Opened {
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let pool = try session.state { try $0.knownPool(recorded.record.pool) }
        guard pool.sharing == nil else {
            throw GatewayError.notAllowed(
                reason: "the key of pool \(pool.name) is in shares",
                wayOn: "its holders give their parts, and the requester combines them, with `chancery open`")
        }
        guard pool.custodian == session.party else {
            throw GatewayError.keyMissing(name: "pool \(pool.name)", party: session.party)
        }
        let staging = OpeningStaging(home: session.home, result: recorded.record.id)
        if let opening = recorded.opening {
            return try handOut(opening, recorded, staging, session)
        }
        let seen = try recorded.begun?.number ?? session.state { try $0.openingCount(in: pool.name) }
        let computed = try await RecomputedResult(recorded, seen: seen).compute(session, progress)
        let key = try session.poolKey(pool.name)
        let document = OpeningDocument(
            result: recorded.record.id, computed: computed.cid,
            openings: try key.open(
                computed.ciphertexts, workers: ProcessInfo.processInfo.activeProcessorCount))
        let sealed = try SealedOpening(document, sealedTo: session.sealingKey(of: recorded.record.executor))
        try staging.keep(sealed)
        let receipt = try await session.submit(
            RecordOpening(
                result: recorded.record.id, opening: sealed.cid, commitment: document.commitment(),
                openingsSeen: seen))
        // A crash before this line leaves a recorded opening that only this home has: the next run hands it out.
        try sealed.store(in: session.blobs)
        try staging.clear()
        return Opened(
            receipt: receipt, result: recorded.record.id, grantee: recorded.record.executor,
            ciphertexts: computed.ciphertexts.count, wasThere: false)
    }

    private func handOut(
        _ opening: OpeningRecord, _ recorded: RecordedResult, _ staging: OpeningStaging, _ session: PartySession
    ) throws -> Opened {
        if try !session.blobs.contains(opening.opening), let sealed = try staging.sealed(opening.opening) {
            try sealed.store(in: session.blobs)
        }
        guard try session.blobs.contains(opening.opening),
            let receipt = try session.ledger.read({ try $0.receipt(of: opening.id) })
        else {
            throw GatewayError.openingDamaged(problem: "the sealed opening \(opening.opening) is nowhere to be found")
        }
        try staging.clear()
        return Opened(
            receipt: receipt, result: recorded.record.id, grantee: recorded.record.executor, ciphertexts: 0,
            wasThere: true)
    }
}

extension PartySession {
    func sealingKey(of party: PartyName) throws -> SealingKey {
        guard let known = home.consortium.record.party(party) else {
            throw GatewayError.unknownParty(party, parties: home.consortium.record.parties.map(\.name))
        }
        return try SealingKey(x25519: known.sealingKey)
    }
}
