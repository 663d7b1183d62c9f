import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
package import Ledger
import Paillier
import QueryPlans
package import SharingModel

/// `open` by the requester of a pool whose key is in shares: any holders who suffice open the result, whatever the
/// others have sent. Parts that do not hold are passed over and their givers named.
package struct CombineParts: Sendable {
    /// Any beginning of the result's id.
    package let result: String
    /// Whether a part that does not hold is shown on the ledger, where it convicts its giver. It is then for all to see.
    package let reports: Bool

    package init(_ result: String, reports: Bool = false) {
        self.result = result
        self.reports = reports
    }

    package struct Combined: Sendable {
        package let receipt: Receipt
        package let result: Digest
        /// Whose parts were used, in the structure's order.
        package let holders: [PartyName]
        package let faults: [Fault]
        /// Whether it had been opened before.
        package let wasThere: Bool
    }

    /// What is wrong with a holder's part.
    package struct Fault: Hashable, Sendable {
        package let holder: PartyName
        package let problem: String
        /// Where it was shown on the ledger.
        package let report: Digest?
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` naming who gave a part that holds, who one that does not,
    ///   and who none, while those that hold do not suffice.
    package func run(as session: PartySession) async throws -> Combined {
        let recorded = try session.state { try $0.recordedResult(matching: result) }
        let record = recorded.record
        let pool = try session.state { try $0.knownPool(record.pool) }
        guard let sharing = pool.sharing, record.executor == session.party else {
            throw GatewayError.notAllowed(
                reason: "\(session.party) did not ask for result \(record.id.hex.prefix(12))",
                wayOn: "\(record.executor) opens it from the holders' parts")
        }
        if let opening = recorded.opening { return try already(opening, record, session) }
        let received = try ReceivedParts(recorded, sharing, pool, session)
        var faults: [Fault] = []
        for part in received.faulty { faults.append(try await fault(part, record.id, session)) }
        guard let parts = received.sufficient else {
            throw tooFew(received, sharing, session.party)
        }
        let document = OpeningDocument(
            result: record.id, computed: record.result, parts: parts.compactMap(\.document.part))
        // Sealed to this party itself: whoever else has the blob store learns nothing of the result.
        let sealed = try SealedOpening(document, sealedTo: session.sealingKey(of: session.party))
        try sealed.store(in: session.blobs)
        let receipt = try await session.submit(
            CombineOpening(
                result: record.id, epoch: sharing.key.key.epoch, holders: parts.map(\.holder), opening: sealed.cid,
                commitment: document.commitment()))
        return Combined(
            receipt: receipt, result: record.id, holders: parts.map(\.holder), faults: faults, wasThere: false)
    }

    private func already(
        _ opening: OpeningRecord, _ record: ResultRecord, _ session: PartySession
    ) throws -> Combined {
        guard let receipt = try session.ledger.read({ try $0.receipt(of: opening.id) }) else {
            throw GatewayError.openingDamaged(problem: "the ledger does not have the transaction that recorded it")
        }
        return Combined(
            receipt: receipt, result: record.id, holders: opening.holders ?? [], faults: [], wasThere: true)
    }

    private func fault(
        _ part: ReceivedParts.Faulty, _ result: Digest, _ session: PartySession
    ) async throws -> Fault {
        guard reports, let proof = part.proof, !part.isReported else {
            return Fault(holder: part.holder, problem: part.problem, report: nil)
        }
        let shown = try SealedOpening(bytes: proof)
        try shown.store(in: session.blobs)
        let receipt = try await session.submit(
            ReportPart(result: result, holder: part.holder, part: shown.cid))
        return Fault(holder: part.holder, problem: part.problem, report: receipt.transaction)
    }

    private func tooFew(
        _ received: ReceivedParts, _ sharing: PoolSharing, _ requester: PartyName
    ) -> GatewayError {
        func list(_ parties: [PartyName]) -> String {
            parties.isEmpty ? "nobody" : parties.map(\.text).joined(separator: ", ")
        }
        let (valid, faulty) = (received.valid.map(\.holder), received.faulty.map(\.holder))
        let (kept, others) = (received.kept, valid + faulty + received.kept + [requester])
        let missing = sharing.key.holders.filter { !others.contains($0) }
        let wrong = faulty.isEmpty ? "" : "; wrong is what \(list(faulty)) gave"
        let waits = "wait for \(list(missing)), who give theirs with `chancery open`"
        let hands = "\(list(kept)) did, and hand it out by running it again when enough have"
        return GatewayError.notAllowed(
            reason: "too few parts: valid ones came from \(list(valid))\(wrong)",
            wayOn: kept.isEmpty ? waits : missing.isEmpty ? hands : "\(waits); \(hands)")
    }
}

/// What the requester finds under a result's parts of the present epoch.
struct ReceivedParts {
    struct Valid {
        let holder: PartyName
        let document: PartDocument
    }

    struct Faulty {
        let holder: PartyName
        let problem: String
        /// The plain document that the holder has committed to, where there is one: it convicts.
        let proof: Data?
        let isReported: Bool
    }

    private(set) var valid: [Valid] = []
    private(set) var faulty: [Faulty] = []
    /// Whose part is recorded, and not handed out yet.
    private(set) var kept: [PartyName] = []
    private let key: PublishedValues

    /// The first of the valid ones that suffice, in the structure's order; `nil` where they do not.
    var sufficient: [Valid]? {
        let ordered = key.holders.compactMap { holder in valid.first { $0.holder == holder } }
        guard key.isQualified(ordered.map(\.holder)) else { return nil }
        // As few as will do: leaves out, from the last, whom the others can do without.
        return ordered.reversed().reduce(ordered) { kept, part in
            let fewer = kept.filter { $0.holder != part.holder }
            return key.isQualified(fewer.map(\.holder)) ? fewer : kept
        }
    }

    init(_ recorded: RecordedResult, _ sharing: PoolSharing, _ pool: PoolRecord, _ session: PartySession) throws {
        key = sharing.key
        let threshold = try pool.thresholdKey(key)
        let content = try ResultContent(session.blobs.get(recorded.record.result))
        let ciphertexts = try content.loadCiphertexts(from: session.blobs, key: pool.publicKey())
        for given in recorded.parts where given.epoch == key.key.epoch {
            // What is not handed out yet is nobody's fault.
            guard let sealed = try? SealedOpening(loading: given.part, from: session.blobs) else {
                kept.append(given.holder)
                continue
            }
            var plain: Data?
            do {
                let bytes = try sealed.openPart(of: recorded.record.id, with: session.vault.unsealingKey())
                guard Digest.sha256(bytes) == given.commitment else {
                    throw OpeningFault(description: "is not the one that it committed to")
                }
                plain = bytes
                let document = try PartDocument(canonicalBytes: bytes)
                try check(document, given, recorded.record, threshold, ciphertexts)
                valid.append(Valid(holder: given.holder, document: document))
            } catch {
                let problem = (error as? OpeningFault)?.description ?? "cannot be read (\(error))"
                faulty.append(
                    Faulty(
                        holder: given.holder, problem: problem, proof: plain, isReported: given.reported != nil))
            }
        }
    }

    private func check(
        _ document: PartDocument, _ given: OpeningPartRecord, _ record: ResultRecord, _ threshold: ThresholdKey,
        _ ciphertexts: [Ciphertext]
    ) throws {
        guard document.version == 1, document.result == record.id, document.computed == record.result else {
            throw OpeningFault(description: "is of another result")
        }
        guard (document.part == nil) == ciphertexts.isEmpty, given.reported == nil else {
            throw OpeningFault(description: "has no part of a decryption")
        }
        guard let part = document.part else { return }
        guard part.holder == key.number(of: given.holder) else {
            throw OpeningFault(description: "is another holder's")
        }
        do {
            try threshold.verify(part, of: ciphertexts, context: PartDocument.context(of: record.id))
        } catch {
            throw OpeningFault(
                description: "does not hold: its proof is not of these ciphertexts and its giver's share")
        }
    }
}
