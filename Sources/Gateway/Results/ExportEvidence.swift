import BlobStore
import CanonicalJSON
import Contracts
import Evidence
package import Foundation
import Ledger
import QueryPlans
package import SharingModel

/// `evidence`: everything that is needed to check a result offline, in one file.
///
/// The one to whom the result was opened puts the opening into it; anybody else proves everything but the figures.
package struct ExportEvidence: Sendable {
    /// Any beginning of the result's id.
    package let result: String

    package init(_ result: String) {
        self.result = result
    }

    package struct Exported: Sendable {
        package let result: Digest
        package let root: String
        package let transactions: Int
        package let bytes: Int
        /// Whether the opened figures are in it.
        package let hasOpening: Bool
    }

    /// Writes the file whole or not at all.
    /// - Throws: ``GatewayError/notFinal(needed:)`` while too few departments have cosigned a checkpoint that holds the
    ///   result.
    package func run(as session: PartySession, to file: URL) throws -> Exported {
        let shown = try session.show(result: result)
        let record = shown.recorded.record
        let ids = try EvidenceTransactions(shown.recorded, session).ids
        let bundle = try EvidenceBundle(of: ids, session)
        let opening = try shown.opening?.blocks()
        let granted = try GrantedWrites(of: shown.recorded.opening?.request, session).block()
        let sharedKey = try session.sharedKey(of: shown.recorded).map {
            try Block(CanonicalJSON.encode($0), codec: .dagJSON)
        }
        var blocks = bundle.blocks + (opening ?? []) + [sharedKey, granted].compactMap(\.self)
        blocks += try resultBlocks(shown, session)
        let root = try DAGJSON.encode(
            EvidenceContent(
                consortium: session.home.consortium.digest, section: session.section, result: record.id,
                founding: bundle.founding.cid, checkpoint: bundle.checkpoint,
                membership: bundle.membership.map(\.cid), transactions: bundle.transactions.map(\.cid),
                plan: record.plan, computed: record.result, opening: opening?.map(\.cid), sharedKey: sharedKey?.cid,
                granted: granted?.cid))
        return Exported(
            result: record.id, root: root.cid.text, transactions: bundle.transactions.count,
            bytes: try EvidenceBundle.write([root] + blocks, to: file), hasOpening: opening != nil)
    }

    /// Plan, manifests with the blocks that list their shards, result and ciphertexts: all but the shards.
    private func resultBlocks(_ shown: ShownResult, _ session: PartySession) throws -> [Block] {
        var links = [shown.plan.cid, shown.recorded.record.result] + shown.content.ciphertexts.blocks.map(\.cid)
        for manifest in shown.plan.content.datasets {
            links.append(manifest)
            // A manifest links to raw shards, or to dag-json blocks that list them.
            links += try DAGJSON.links(in: session.blobs.get(manifest)).filter { $0.codec == .dagJSON }
        }
        return try links.map { try session.blobs.get($0) }
    }
}

/// Which transactions a result rests on, in the ledger's order.
struct EvidenceTransactions {
    let ids: [Digest]

    init(_ recorded: RecordedResult, _ session: PartySession) throws {
        let record = recorded.record
        ids = try session.ledger.read { reader in
            let redemption = try LedgerState(reader).redemption(record.redemption)
            var found = [(index: Int, id: Digest)]()
            let published = try EvidenceTransactions.accepted(PublishDataset.self, reader).filter {
                record.inputs.contains($0.body.manifest)
            }
            let proposals = Set(published.map(\.id))
            found += published.map(\.place)
            found += try EvidenceTransactions.accepted(OpenSection.self, reader).map(\.place)
            // The last: one whose shares never came into force may have stood before it.
            found += try EvidenceTransactions.accepted(CreatePool.self, reader)
                .filter { $0.body.name == record.pool }.suffix(1).map(\.place)
            if let id = recorded.opening?.request, let request = try LedgerState(reader).escrowRequest(id) {
                found += try EvidenceTransactions.escrow(of: request, reader)
            } else if let epoch = recorded.opening?.epoch,
                let key = try LedgerState(reader).publishedValues(of: record.pool, epoch: epoch)?.digest()
            {
                let acknowledged = try EvidenceTransactions.accepted(AcknowledgeShare.self, reader)
                    .filter { $0.body.pool == record.pool && $0.body.key == key }
                found += acknowledged.filter { $0.body.ceremony == acknowledged.last?.body.ceremony }.map(\.place)
                found += try EvidenceTransactions.accepted(RecordPart.self, reader)
                    .filter { $0.body.result == record.id && $0.body.epoch == epoch }.map(\.place)
            }
            found += try EvidenceTransactions.accepted(ApproveDataset.self, reader)
                .filter { proposals.contains($0.body.proposal) }.map(\.place)
            found += try EvidenceTransactions.accepted(ApproveToken.self, reader)
                .filter { $0.body.token == record.token }.map(\.place)
            if let call = redemption?.contract {
                found += try EvidenceTransactions.accepted(RegisterContract.self, reader)
                    .filter { $0.body.contract == call.contract }.map(\.place)
                found += try EvidenceTransactions.accepted(ApproveContract.self, reader)
                    .filter { $0.body.contract == call.contract }.map(\.place)
            }
            found += try EvidenceTransactions.accepted(EndorseResult.self, reader)
                .filter { $0.body.result == record.id }.map(\.place)
            found += try EvidenceTransactions.accepted(DisputeResult.self, reader)
                .filter { $0.body.result == record.id }.map(\.place)
            let opened = recorded.opening.map { $0.request == nil ? [$0.id] : [] } ?? []
            for id in [record.token, record.redemption, record.id] + opened {
                if let entry = try reader.entry(id: id) { found.append((entry.index, id)) }
            }
            return found.sorted { $0.index < $1.index }.map(\.id)
        }
    }

    struct Accepted<Body> {
        let index: Int
        let id: Digest
        let body: Body
        let by: PartyName

        var place: (index: Int, id: Digest) { (index, id) }
    }

    /// The transactions of a kind that the contracts accepted.
    static func accepted<Body: TransactionBody>(
        _ type: Body.Type, _ reader: any LedgerReader
    ) throws -> [Accepted<Body>] {
        try reader.entries(kind: Body.kind.rawValue, after: nil, limit: .max).compactMap { entry in
            let transaction = try Transaction(entry.envelope)
            guard try reader.outcome(at: entry.index)?.refusal == nil, let body = transaction.body as? Body
            else { return nil }
            return Accepted(index: entry.index, id: entry.id, body: body, by: transaction.header.by)
        }
    }

    /// The newest accepted transaction of a kind that a party has signed.
    static func newest<Body: TransactionBody>(
        _ type: Body.Type, by party: PartyName, _ reader: any LedgerReader, where matches: (Body) -> Bool
    ) throws -> Digest? {
        try accepted(type, reader).last { $0.by == party && matches($0.body) }?.id
    }
}
