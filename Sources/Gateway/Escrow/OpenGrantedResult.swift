import BlobStore
import Contracts
import Evidence
import Foundation
import KeyVault
package import Ledger
import Paillier
import QueryPlans
package import SharingModel

/// `escrow open` of a result: the requester puts the holders' parts together, and has what the pool's custodian would
/// have given. The opening is on the ledger before anything is shown, and is read and proven like any other.
package struct OpenGrantedResult: Sendable {
    /// Any beginning of the request's id.
    package let request: String
    /// As in ``OpenGrantedRecord/reports``.
    package let reports: Bool

    package init(_ request: String, reports: Bool = false) {
        self.request = request
        self.reports = reports
    }

    package struct Opened: Sendable {
        package let request: Digest
        package let result: Digest
        /// Of this opening; `nil` where it was recorded before.
        package let receipt: Receipt?
        /// Whose parts were used, in the structure's order.
        package let holders: [PartyName]
        /// Holders whose parts were wrong.
        package let wrong: [PartyName]
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where parts are missing or wrong, naming their givers.
    package func run(as session: PartySession) async throws -> Opened {
        let request = try session.state { try $0.escrowRequest(matching: self.request) }
        guard request.requester == session.party, case .result(let result) = request.terms.what else {
            throw GatewayError.notAllowed(
                reason: "the request is one of \(request.requester)", wayOn: "only who asked can open it")
        }
        if let use = request.use {
            return Opened(request: request.id, result: result, receipt: nil, holders: use.used, wrong: use.wrong)
        }
        let recorded = try session.state { try $0.recordedResult(matching: result.hex) }
        let (key, deposit) = try session.escrowKey(of: request)
        let content = try ResultContent(session.blobs.get(recorded.record.result))
        let parts = try GivenParts(
            request, deposit, key, content.loadCiphertexts(from: session.blobs, key: key.publicKey), recorded, session)
        if reports {
            for (holder, plain) in parts.wrongPlain.sorted(by: { $0.key < $1.key }) {
                try await session.report(plain, as: holder, of: request.id)
            }
        }
        guard let used = parts.sufficient(deposit) else { throw parts.tooFew(request) }
        let document = OpeningDocument(
            result: result, computed: recorded.record.result,
            parts: used.compactMap { parts.valid[$0]?.part })
        // Sealed to this party itself: whoever else has the blob store learns nothing of the result.
        let sealed = try SealedOpening(document, sealedTo: session.sealingKey(of: session.party))
        try sealed.store(in: session.blobs)
        let receipt = try await session.submit(
            UseOpening(
                request: request.id, used: used, wrong: parts.wrong,
                opening: .init(sealed: sealed.cid, commitment: document.commitment())))
        return Opened(
            request: request.id, result: result, receipt: receipt, holders: used, wrong: parts.wrong.sorted())
    }
}

/// What a requester finds under the grants of a result.
private struct GivenParts {
    private(set) var valid: [PartyName: PartDocument] = [:]
    private(set) var wrong = [PartyName]()
    /// Of the wrong ones those that their givers have signed for.
    private(set) var wrongPlain: [PartyName: Data] = [:]
    private(set) var missing = [PartyName]()

    init(
        _ request: EscrowRequest, _ deposit: DepositRecord, _ key: ThresholdKey, _ ciphertexts: [Ciphertext],
        _ recorded: RecordedResult, _ session: PartySession
    ) throws {
        let unsealing = try session.vault.unsealingKey()
        for vote in try session.state({ try $0.escrowVotes(on: request.id) }) {
            guard let grant = vote.grant, vote.grants(in: deposit.record.epoch) else { continue }
            guard let sealed = try? SealedOpening(loading: grant.sealed, from: session.blobs) else {
                missing.append(vote.holder)
                continue
            }
            let plain = (try? sealed.openPart(of: recorded.record.id, with: unsealing)).flatMap {
                Digest.sha256($0) == grant.part ? $0 : nil
            }
            guard let plain, let document = try? PartDocument(canonicalBytes: plain),
                document.result == recorded.record.id, document.computed == recorded.record.result,
                (document.part == nil) == ciphertexts.isEmpty,
                document.part.map({ $0.holder - 1 == deposit.holders.firstIndex(of: vote.holder) }) ?? true,
                document.part.map({ part in
                    (try? key.verify(part, of: ciphertexts, context: request.id.bytes)) != nil
                }) ?? true
            else {
                wrong.append(vote.holder)
                wrongPlain[vote.holder] = plain
                continue
            }
            valid[vote.holder] = document
        }
    }

    /// As few of the right ones as will do, in the structure's order; `nil` where they do not suffice.
    func sufficient(_ deposit: DepositRecord) -> [PartyName]? {
        let key = deposit.values
        let ordered = deposit.holders.filter { valid[$0] != nil }
        guard key.isQualified(ordered) else { return nil }
        return ordered.reversed().reduce(ordered) { kept, holder in
            let fewer = kept.filter { $0 != holder }
            return key.isQualified(fewer) ? fewer : kept
        }
    }

    func tooFew(_ request: EscrowRequest) -> GatewayError {
        func named(_ words: String, _ parties: [PartyName]) -> String {
            parties.isEmpty ? "" : words + parties.map(\.text).joined(separator: ", ")
        }
        return GatewayError.notAllowed(
            reason: "\(valid.count) right parts are too few to open it" + named(", wrong are those of ", wrong)
                + named(", not handed out those of ", missing),
            wayOn:
                "holders grant with `chancery escrow grant \(request.id.hex.prefix(12))`, and run it again to hand out "
                + "their part once enough have granted")
    }
}
