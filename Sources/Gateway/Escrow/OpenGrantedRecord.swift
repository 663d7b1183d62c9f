import BlobStore
import CanonicalJSON
package import Contracts
import Foundation
import KeyVault
package import Ledger
import Multiprecision
import Paillier
import SealedTables
package import SharingModel

/// `escrow open`: the requester puts the holders' parts together and reads the cell. Its use, and whose parts were
/// wrong, is on the ledger before the value is given out.
package struct OpenGrantedRecord {
    /// Any beginning of the request's id.
    package let request: String
    /// Whether a part that does not hold is shown on the ledger, where anybody sees that it convicts its giver.
    package let reports: Bool

    package init(_ request: String, reports: Bool = false) {
        self.request = request
        self.reports = reports
    }

    package struct Opened: Sendable {
        package let request: EscrowRequest
        package let cell: SealedCellReference
        package let value: String
        /// Of this opening; `nil` where it was recorded before.
        package let receipt: Receipt?
        /// Holders whose parts were wrong.
        package let wrong: [PartyName]
        /// Whether the pseudonym beside it is the value's; `nil` where there is none, or this party cannot tell.
        package let isConfirmed: Bool?
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where parts are missing or wrong, naming their givers.
    package func run(as session: PartySession) async throws -> Opened {
        let request = try session.state { try $0.escrowRequest(matching: self.request) }
        guard request.requester == session.party else {
            throw GatewayError.notAllowed(
                reason: "the request is one of \(request.requester)", wayOn: "only who asked can open it")
        }
        guard case .cell(let reference) = request.terms.what else {
            throw GatewayError.notAllowed(reason: "the request is for a result", wayOn: "open it as one")
        }
        let (key, deposit) = try session.escrowKey(of: request)
        let cell = try session.sealedCell(reference, under: key.publicKey)
        let parts = try parts(of: request, deposit, session)
        if reports { try await report(parts, cell, key, request, deposit, session) }
        let opening = try combine(parts, cell, key, request, deposit)
        guard let number = opening.plaintexts.first else { throw GatewayError.openingDamaged(problem: "it is empty") }
        let value = try cell.open(key: number)
        let faulty = opening.faults.keys.sorted().map { deposit.holders[$0 - 1] }
        let wrong = Set(faulty + parts.unreadable).sorted()
        var receipt: Receipt?
        if request.use == nil {
            receipt = try await session.submit(
                UseOpening(
                    request: request.id, used: opening.holders.map { deposit.holders[$0 - 1] }.sorted(), wrong: wrong))
        }
        return Opened(
            request: request, cell: reference, value: value, receipt: receipt, wrong: wrong,
            isConfirmed: try session.isConfirmed(value, reference))
    }

    private func report(
        _ parts: Parts, _ cell: SealedCell, _ key: ThresholdKey, _ request: EscrowRequest, _ deposit: DepositRecord,
        _ session: PartySession
    ) async throws {
        for part in parts.given
        where (try? key.verify(part, of: [cell.wrappedKey], context: request.id.bytes)) == nil {
            try await session.report(
                CanonicalJSON.encode(part), as: deposit.holders[part.holder - 1], of: request.id)
        }
    }

    private struct Parts {
        var given = [PartialDecryption]()
        /// Holders whose bytes are not the part that they signed for.
        var unreadable = [PartyName]()
        /// Holders whose bytes are not at hand.
        var missing = [PartyName]()
    }

    private func parts(of request: EscrowRequest, _ deposit: DepositRecord, _ session: PartySession) throws -> Parts {
        let unsealing = try session.vault.unsealingKey()
        var parts = Parts()
        for vote in try session.state({ try $0.escrowVotes(on: request.id) }) {
            guard let grant = vote.grant, vote.grants(in: deposit.record.epoch) else { continue }
            guard try session.blobs.contains(grant.sealed) else {
                parts.missing.append(vote.holder)
                continue
            }
            guard let part = SealedPart.open(try session.blobs.get(grant.sealed), of: vote, with: unsealing),
                deposit.holders.firstIndex(of: vote.holder) == part.holder - 1
            else {
                parts.unreadable.append(vote.holder)
                continue
            }
            parts.given.append(part)
        }
        return parts
    }

    private func combine(
        _ parts: Parts, _ cell: SealedCell, _ key: ThresholdKey, _ request: EscrowRequest, _ deposit: DepositRecord
    ) throws -> ThresholdOpening {
        do throws(PaillierError) {
            return try key.open([cell.wrappedKey], with: parts.given, context: request.id.bytes)
        } catch {
            guard case .tooFewPartials(let valid, let faulty) = error else { throw error }
            let wrong = Set(faulty.map { deposit.holders[$0 - 1] } + parts.unreadable).sorted()
            throw GatewayError.notAllowed(
                reason: "\(valid.count) right parts are too few to open it" + named(", wrong are those of ", wrong)
                    + named(", not handed out those of ", parts.missing),
                wayOn:
                    "holders grant with `chancery escrow grant \(request.id.hex.prefix(12))`, and run it again to hand "
                    + "out their part once enough have granted")
        }
    }

    private func named(_ words: String, _ parties: [PartyName]) -> String {
        parties.isEmpty ? "" : words + parties.map(\.text).joined(separator: ", ")
    }
}

/// `record open`: the owner reads a cell of its own, with its own key.
package struct OpenOwnRecord {
    package let dataset: DatasetName
    package let row: Int
    package let field: String

    package init(dataset: DatasetName, row: Int, field: String) {
        self.dataset = dataset
        self.row = row
        self.field = field
    }

    /// - Throws: `KeyVaultError.secretMissing` where another party than the owner asks.
    package func run(as session: PartySession) throws -> String {
        let record = try session.state { try $0.knownDataset(dataset) }
        let key = try session.vault.fieldKey()
        let cell = try session.sealedCell(record.manifest, row: row, field: field, under: key.publicKey)
        return try cell.open(key: key.decrypt(cell.wrappedKey))
    }
}
