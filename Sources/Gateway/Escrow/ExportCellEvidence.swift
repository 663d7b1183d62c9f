import BlobStore
import CanonicalJSON
package import Contracts
import Evidence
package import Foundation
import Ledger
import Paillier
import SealedTables
package import SharingModel

/// `evidence` of a request for one cell: all that is needed to check offline who asked, who was told, who granted it and
/// when; and, from whoever opened it, what the cell says.
///
/// The value is put in on demand only. An auditor who judges whether the rules were kept needs no patient's name; and
/// neither the parts nor a digest stand in its place, for with the parts any member who has the shard reads the cell, and
/// a digest of a name confirms a guess.
package struct ExportCellEvidence: Sendable {
    /// Any beginning of the request's id.
    package let request: String
    /// Whether what opens the cell, and the shard in which it stands, are put in.
    package let withValue: Bool

    package init(_ request: String, withValue: Bool = false) {
        self.request = request
        self.withValue = withValue
    }

    package struct Exported: Sendable {
        package let cell: SealedCellReference
        /// `nil` for a cell of the owner's own.
        package let request: Digest?
        package let root: String
        package let transactions: Int
        package let bytes: Int
        package let hasValue: Bool
    }

    /// Writes the file whole or not at all.
    /// - Throws: ``GatewayError/notFinal(needed:)``; ``GatewayError/notAllowed(reason:wayOn:)`` where the value is asked
    ///   for by another party than the requester, or before the use is recorded.
    package func run(as session: PartySession, to file: URL) throws -> Exported {
        let request = try session.state { try $0.escrowRequest(matching: self.request) }
        guard case .cell(let cell) = request.terms.what else {
            throw GatewayError.notAllowed(
                reason: "the request is for a result", wayOn: "the evidence of that result holds the request too")
        }
        let opening = withValue ? CellOpening(parts: try parts(of: request, session)) : nil
        return try CellExport(cell: cell, owner: request.owner, request: request, opening: opening)
            .write(session, to: file)
    }

    /// The parts that the recorded use names.
    private func parts(of request: EscrowRequest, _ session: PartySession) throws -> [PartialDecryption] {
        guard request.requester == session.party else {
            throw GatewayError.notAllowed(
                reason: "the cell was opened to \(request.requester)",
                wayOn: "only who asked can show what it says; leave out --with-value to show the rest")
        }
        guard let use = request.use else {
            throw GatewayError.notAllowed(
                reason: "no use of the request is recorded",
                wayOn: "open it first, with `chancery escrow open \(request.id.hex.prefix(12))`")
        }
        let unsealing = try session.vault.unsealingKey()
        return try session.state { try $0.escrowVotes(on: request.id) }
            .filter { use.used.contains($0.holder) && $0.grants(in: request.grantedEpoch ?? 1) }
            .map { vote in
                guard let sealed = vote.grant?.sealed,
                    let part = SealedPart.open(try session.blobs.get(sealed), of: vote, with: unsealing)
                else { throw GatewayError.openingDamaged(problem: "the part of \(vote.holder) cannot be read") }
                return part
            }
            .sorted { $0.holder < $1.holder }
    }
}

/// `record evidence`: the owner shows what a cell of its own says, by the randomness of its key's ciphertext.
package struct ExportOwnCellEvidence: Sendable {
    package let dataset: DatasetName
    package let row: Int
    package let field: String

    package init(dataset: DatasetName, row: Int, field: String) {
        self.dataset = dataset
        self.row = row
        self.field = field
    }

    /// - Throws: `KeyVaultError.secretMissing` where another party than the owner asks.
    package func run(as session: PartySession, to file: URL) throws -> ExportCellEvidence.Exported {
        let record = try session.state { try $0.knownDataset(dataset) }
        let key = try session.vault.fieldKey()
        let cell = try session.sealedCell(record.manifest, row: row, field: field, under: key.publicKey)
        return try CellExport(
            cell: SealedCellReference(manifest: record.manifest, row: Int64(row), field: field),
            owner: record.publishedBy, request: nil, opening: CellOpening(opening: key.open(cell.wrappedKey))
        ).write(session, to: file)
    }
}

/// An evidence file about one cell.
private struct CellExport {
    let cell: SealedCellReference
    let owner: PartyName
    let request: EscrowRequest?
    let opening: CellOpening?

    func write(_ session: PartySession, to file: URL) throws -> ExportCellEvidence.Exported {
        let bundle = try EvidenceBundle(of: transactions(session), session)
        let opening = try opening.map { try Block(CanonicalJSON.encode($0), codec: .raw) }
        let granted = try GrantedWrites(of: request?.id, session).block()
        let sharedKey = try sharedKey(session)
        let root = try DAGJSON.encode(
            CellEvidenceContent(
                consortium: session.home.consortium.digest, section: session.section, cell: cell,
                request: request?.id, founding: bundle.founding.cid, checkpoint: bundle.checkpoint,
                membership: bundle.membership.map(\.cid), transactions: bundle.transactions.map(\.cid),
                opening: opening?.cid, sharedKey: sharedKey?.cid, granted: granted?.cid))
        let blocks =
            [root] + bundle.blocks + (try datasetBlocks(session)) + [opening, sharedKey, granted].compactMap(\.self)
        return ExportCellEvidence.Exported(
            cell: cell, request: request?.id, root: root.cid.text, transactions: bundle.transactions.count,
            bytes: try EvidenceBundle.write(blocks, to: file), hasValue: opening != nil)
    }

    /// Of a first deposit the published values stand in its transaction.
    private func sharedKey(_ session: PartySession) throws -> Block? {
        guard let request, let deposit = try session.state({ try $0.deposit(for: request) }), deposit.record.epoch > 1
        else { return nil }
        return try Block(CanonicalJSON.encode(deposit.values), codec: .dagJSON)
    }

    /// The manifest with the blocks that list its shards, and the one shard where what opens the cell is shown.
    private func datasetBlocks(_ session: PartySession) throws -> [Block] {
        let manifest = try session.blobs.get(cell.manifest)
        var blocks = [manifest]
        for link in try DAGJSON.links(in: manifest) where link.codec == .dagJSON {
            blocks.append(try session.blobs.get(link))
        }
        guard opening != nil else { return blocks }
        let dataset = try SealedDataset(loading: cell.manifest, from: session.blobs)
        if let shard = dataset.shard(ofRow: Int(cell.row)) { blocks.append(try session.blobs.get(shard)) }
        return blocks
    }

    /// In the ledger's order.
    private func transactions(_ session: PartySession) throws -> [Digest] {
        try session.ledger.read { reader in
            var found = try accepted(OpenSection.self, reader) { _ in true }
            let published = try accepted(PublishDataset.self, reader) { $0.body.manifest == cell.manifest }
            found += published
            found += try accepted(ApproveDataset.self, reader) { approval in
                published.contains { $0.id == approval.body.proposal }
            }
            found += try accepted(RegisterFieldKey.self, reader) { $0.by == owner }
            if let request { found += try EvidenceTransactions.escrow(of: request, reader) }
            return found.sorted { $0.index < $1.index }.map(\.id)
        }
    }

    private func accepted<Body: TransactionBody>(
        _ type: Body.Type, _ reader: any LedgerReader, where matches: (EvidenceTransactions.Accepted<Body>) -> Bool
    ) throws -> [(index: Int, id: Digest)] {
        try EvidenceTransactions.accepted(type, reader).filter(matches).map(\.place)
    }
}
