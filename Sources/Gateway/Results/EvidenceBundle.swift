import BlobStore
import CanonicalJSON
import DurableFiles
import Foundation
import Ledger
import SharingModel

/// What every evidence file holds of the ledger: transactions with their proofs, and what these are checked with.
struct EvidenceBundle {
    let founding: Block
    /// How the members of the founding record became those of the checkpoint.
    let membership: [Block]
    /// In the ledger's order.
    let transactions: [Block]
    /// That all proofs are against.
    let checkpoint: String

    var blocks: [Block] { transactions + membership + [founding] }

    /// - Parameter ids: Of the transactions, in the ledger's order.
    /// - Throws: ``GatewayError/notFinal(needed:)`` while too few departments have cosigned a checkpoint that holds them.
    init(of ids: [Digest], _ session: PartySession) throws {
        let proofs = try EvidenceBundle.proofs(of: ids, session)
        transactions = try proofs.map { try Block(CanonicalJSON.encode($0), codec: .dagJSON) }
        checkpoint = proofs.last?.checkpoint ?? ""
        founding = try Block(CanonicalJSON.encode(session.home.consortium.record), codec: .dagJSON)
        guard let size = proofs.last?.inclusion.treeSize,
            let block = try session.ledger.read({ try $0.block(ofSize: size) })
        else {
            membership = []
            return
        }
        membership = try session.ledger.membershipSteps(to: block).map {
            try Block(CanonicalJSON.encode($0), codec: .dagJSON)
        }
    }

    /// All against the same text of one checkpoint: while they are made, departments may cosign it, or a later one.
    private static func proofs(of ids: [Digest], _ session: PartySession) throws -> [TransactionProof] {
        let tooEarly = GatewayError.notFinal(needed: session.ledger.policy.needed)
        guard let final = try session.ledger.cosignedBlock(.final) else { throw tooEarly }
        do {
            return try ids.map { id in
                let proof = try session.ledger.proof(of: id, at: .height(final.block.height))
                return TransactionProof(
                    envelope: proof.envelope, inclusion: proof.inclusion, outcome: proof.outcome,
                    outcomeProof: proof.outcomeProof, block: proof.block, checkpoint: final.note)
            }
        } catch LedgerError.notYetIn {
            throw tooEarly
        }
    }

    /// Writes an evidence file whole or not at all; the first block is its root.
    /// - Returns: Its bytes.
    static func write(_ blocks: [Block], to file: URL) throws -> Int {
        guard let root = blocks.first else { return 0 }
        let path = file.plainPath
        var temporary = try TemporaryFile(in: DurableFiles.Directory.parent(of: path), permissions: 0o600)
        var writer = try CARWriter(roots: [root.cid], to: &temporary)
        var written = Set<CID>()
        for block in blocks where written.insert(block.cid).inserted {
            try writer.append(block, to: &temporary)
        }
        let bytes = writer.byteCount
        try temporary.commit(as: path)
        return bytes
    }
}
