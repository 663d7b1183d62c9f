package import BlobStore
import CanonicalJSON
package import Contracts
import Evidence
import Foundation
import Paillier
import QueryPlans
import SealedTables
import SharingModel

/// What whoever looks at a reported part finds: never the word of the one who reported it.
package enum ReportVerdict: String, Hashable, Sendable {
    /// The holder signed for it, and its proof does not hold: it convicts the holder.
    case wrong
    /// Its proof holds: the report is false.
    case holds
    /// What was shown is not what the holder signed for, and proves nothing.
    case another
    /// What it is checked with is not at hand.
    case unchecked

    package var sentence: String {
        switch self {
        case .wrong: "reported, checked here: the proof is wrong"
        case .holds: "reported, checked here: the proof holds, and the report is false"
        case .another: "reported, checked here: what was shown is not what it signed for, and proves nothing"
        case .unchecked: "reported; not checked here"
        }
    }
}

/// A reported part of a result, with what was found of it.
package struct PartReport: Sendable {
    package let part: OpeningPartRecord
    package let verdict: ReportVerdict
}

/// Checks parts that were shown on the ledger, from the ledger and the blobs that are at hand.
package struct ReportJudge {
    private let state: LedgerState
    private let blobs: FileBlobStore

    package init(_ state: LedgerState, blobs: FileBlobStore) {
        self.state = state
        self.blobs = blobs
    }

    /// Of every part of a result that was ever reported, by holder and epoch.
    package func reports(of recorded: RecordedResult) -> [PartReport] {
        recorded.reports.compactMap { part in
            verdict(on: part, of: recorded).map { PartReport(part: part, verdict: $0) }
        }
    }

    /// - Returns: `nil` for a part that nobody has reported.
    package func verdict(on part: OpeningPartRecord, of recorded: RecordedResult) -> ReportVerdict? {
        guard let shown = part.reported else { return nil }
        return judge(shown, signed: part.commitment) { plain in
            let pool = try state.knownPool(recorded.record.pool)
            guard let key = try state.publishedValues(of: pool.name, epoch: part.epoch) else { return nil }
            return try holds(
                PartDocument(canonicalBytes: plain), of: recorded, key: ThresholdKey(key.key, of: pool.publicKey()),
                number: key.number(of: part.holder), context: PartDocument.context(of: recorded.record.id))
        }
    }

    /// - Returns: `nil` for a grant that nobody has reported.
    package func verdict(on vote: EscrowVote, of request: EscrowRequest) -> ReportVerdict? {
        guard let shown = vote.reported, let grant = vote.grant else { return nil }
        return judge(shown, signed: grant.part) { plain in
            guard
                let deposit = try state.deposit(of: request.owner, pool: request.pool, epoch: vote.epoch ?? 1),
                let publicKey = try request.pool.map({ try state.knownPool($0).publicKey() })
                    ?? state.fieldKey(of: request.owner)?.publicKey()
            else { return nil }
            let key = try deposit.thresholdKey(of: publicKey)
            let number = deposit.holders.firstIndex(of: vote.holder).map { $0 + 1 }
            switch request.terms.what {
            case .cell(let cell):
                guard
                    let sealed = try SealedDataset(loading: cell.manifest, from: blobs).sealedCell(
                        row: Int(cell.row), field: cell.field, under: publicKey, in: blobs)
                else { return nil }
                let part = try CanonicalJSON.decode(PartialDecryption.self, from: plain)
                return verifies(part, number, [sealed.wrappedKey], key, request.id.bytes)
            case .result(let result):
                guard let recorded = try state.result(result) else { return nil }
                return try holds(
                    PartDocument(canonicalBytes: plain), of: recorded, key: key, number: number,
                    context: request.id.bytes)
            }
        }
    }

    /// - Parameter isRight: Whether the plain bytes are a right part; `nil` where that cannot be said.
    private func judge(_ shown: CID, signed: Digest, isRight: (Data) throws -> Bool?) -> ReportVerdict {
        guard let plain = try? SealedOpening(loading: shown, from: blobs).bytes else { return .unchecked }
        guard Digest.sha256(plain) == signed else { return .another }
        do {
            return try isRight(plain).map { $0 ? .holds : .wrong } ?? .unchecked
        } catch is CanonicalJSONError {
            // It signed for bytes that are no part at all.
            return .wrong
        } catch is DecodingError {
            return .wrong
        } catch {
            return .unchecked
        }
    }

    private func holds(
        _ document: PartDocument, of recorded: RecordedResult, key: ThresholdKey, number: Int?, context: [UInt8]
    ) throws -> Bool {
        let content = try ResultContent(blobs.get(recorded.record.result))
        let ciphertexts = try content.loadCiphertexts(from: blobs, key: key.publicKey)
        guard document.version == 1, document.result == recorded.record.id,
            document.computed == recorded.record.result, (document.part == nil) == ciphertexts.isEmpty
        else { return false }
        return document.part.map { verifies($0, number, ciphertexts, key, context) } ?? true
    }

    private func verifies(
        _ part: PartialDecryption, _ number: Int?, _ ciphertexts: [Ciphertext], _ key: ThresholdKey,
        _ context: [UInt8]
    ) -> Bool {
        part.holder == number && (try? key.verify(part, of: ciphertexts, context: context)) != nil
    }
}
