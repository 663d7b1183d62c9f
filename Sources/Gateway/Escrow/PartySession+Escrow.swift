import Contracts
import Foundation
package import Ledger
package import SharingModel

extension PartySession {
    /// Asks the holders of an owner's escrow to open one cell of the dataset's current version.
    package func requestOpening(
        of dataset: DatasetName, row: Int, field: String, reason: String, until: Timestamp
    ) async throws -> Receipt {
        let asked = try await ask(cell(of: dataset, row: row, field: field), reason: reason, until: until)
        try asked.acknowledge()
        return asked.receipt
    }

    /// Asks the holders of a custodian's escrow to open a result without it.
    /// - Parameter result: Any beginning of the result's id.
    /// - Returns: The result's whole id, and what became of the request.
    package func requestOpening(
        ofResult result: String, reason: String, until: Timestamp
    ) async throws -> (result: Digest, receipt: Receipt) {
        let id = try state { try $0.recordedResult(matching: result).record.id }
        let asked = try await ask(.result(id), reason: reason, until: until)
        try asked.acknowledge()
        return (id, asked.receipt)
    }

    /// Shows on the ledger what a holder has signed for; once a holder.
    func report(_ plain: Data, as holder: PartyName, of request: Digest) async throws {
        let votes = try state { try $0.escrowVotes(on: request) }
        guard votes.contains(where: { $0.holder == holder && $0.reported == nil }) else { return }
        let shown = try SealedOpening(bytes: plain)
        try shown.store(in: blobs)
        _ = try await submit(ReportGrant(request: request, holder: holder, part: shown.cid))
    }

    /// - Parameter request: Any beginning of the request's id.
    /// - Returns: The whole id, and what became of the denial.
    package func denyOpening(_ request: String, reason: String) async throws -> (request: Digest, receipt: Receipt) {
        let id = try state { try $0.escrowRequest(matching: request).id }
        return (id, try await submit(DenyOpening(request: id, reason: reason)))
    }
}
