import BlobStore
package import Contracts
package import Evidence
import Foundation
import Multiprecision
import Paillier
package import QueryPlans
import SharingModel

/// A result as far as the one who asks may see it.
package struct ShownResult: Sendable {
    package enum Status: String, Sendable {
        /// Recorded, waiting for the pool's custodian.
        case computed
        case opened
        /// The custodian refused to open it.
        case refused
    }

    package let recorded: RecordedResult
    package let status: Status
    package let plan: Plan
    package let content: ResultContent
    /// Only for the one to whom it was opened.
    package let table: OpenedTable?
    package let opening: OpeningDocument?
}

extension PartySession {
    /// `result show`: for the grantee, unsealed, checked against the commitment on the ledger and against the
    /// ciphertexts, and decoded.
    ///
    /// - Parameters:
    ///   - reference: Any beginning of the result's id.
    ///   - digits: Behind the point of means and variances.
    /// - Throws: ``GatewayError/openingDamaged(problem:)`` if the opening is not what the ledger and the ciphertexts
    ///   say.
    package func show(result reference: String, digits: Int = OpenedTable.standardDigits) throws -> ShownResult {
        let recorded = try state { try $0.recordedResult(matching: reference) }
        let (plan, content) = try published(recorded)
        guard let opening = recorded.opening else {
            return ShownResult(
                recorded: recorded, status: recorded.openingRefusal == nil ? .computed : .refused, plan: plan,
                content: content, table: nil, opening: nil)
        }
        guard recorded.record.executor == party else {
            return ShownResult(
                recorded: recorded, status: .opened, plan: plan, content: content, table: nil, opening: nil)
        }
        let document = try unseal(opening, of: recorded)
        let table = try verifiedTable(document, content, plan, recorded, digits: digits)
        return ShownResult(
            recorded: recorded, status: .opened, plan: plan, content: content, table: table, opening: document)
    }

    private func published(_ recorded: RecordedResult) throws -> (Plan, ResultContent) {
        do {
            return (
                try Plan(data: blobs.get(recorded.record.plan).data),
                try ResultContent(blobs.get(recorded.record.result))
            )
        } catch {
            // It may have been refused because there is nothing that could be shown.
            guard let refusal = recorded.openingRefusal else { throw error }
            throw GatewayError.resultRefused(reason: refusal.reason, transaction: refusal.id)
        }
    }

    private func unseal(_ opening: OpeningRecord, of recorded: RecordedResult) throws -> OpeningDocument {
        let document = try sealedOpening(opening, of: recorded)
            .open(of: recorded.record.id, with: vault.unsealingKey())
        guard try document.commitment() == opening.commitment, document.result == recorded.record.id,
            document.computed == recorded.record.result
        else { throw GatewayError.openingDamaged(problem: "it is not the one that the ledger commits to") }
        return document
    }

    private func sealedOpening(_ opening: OpeningRecord, of recorded: RecordedResult) throws -> SealedOpening {
        do {
            return try SealedOpening(loading: opening.opening, from: blobs)
        } catch BlobStoreError.blockMissing {
            // The opening is on the ledger first: a custodian that was stopped in between still has the blob.
            throw GatewayError.unavailable(
                part: "the custodian of \(recorded.record.pool)",
                problem: "it has recorded the opening and not handed it out yet, which "
                    + "`chancery open \(recorded.record.id.hex.prefix(12))` does")
        }
    }

    private func verifiedTable(
        _ document: OpeningDocument, _ content: ResultContent, _ plan: Plan, _ recorded: RecordedResult, digits: Int
    ) throws -> OpenedTable {
        let key = try state { try $0.knownPool(recorded.record.pool) }.publicKey()
        let ciphertexts = try content.loadCiphertexts(from: blobs, key: key)
        let plaintexts: [BigInteger]
        do {
            plaintexts = try document.plaintexts(
                of: ciphertexts, under: key, shared: sharedKey(of: recorded), request: recorded.opening?.request)
        } catch {
            throw GatewayError.openingDamaged(problem: error.description)
        }
        return try OpenedTable(
            content, of: executor().bind(plan), plaintexts: plaintexts, digits: digits)
    }

    /// The published values of the epoch in which a shared key opened the result.
    func sharedKey(of recorded: RecordedResult) throws(OpeningFault) -> PublishedValues? {
        guard let epoch = recorded.opening?.epoch else { return nil }
        let pool = recorded.record.pool
        guard let key = try? state({ try $0.publishedValues(of: pool, epoch: epoch) }) else {
            throw OpeningFault(description: "pool \(pool) has had no shares of epoch \(epoch)")
        }
        return key
    }
}
