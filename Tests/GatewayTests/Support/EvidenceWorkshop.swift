import BlobStore
import CanonicalJSON
import Contracts
import DurableFiles
import Evidence
import Foundation
import Gateway
import Ledger
import QueryPlans
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

/// An evidence file taken apart, so that a forger's every step can be tried: what is put together again is well formed
/// and every block has the hash that names it.
struct EvidenceWorkshop {
    var consortium: Digest
    var section: SectionName
    var result: Digest
    var founding: FoundingRecord
    var checkpoint: String
    var membership: [MembershipStep]
    var proofs: [TransactionProof]
    var plan: CID
    var computed: CID
    var opening: OpeningDocument?
    var sharedKey: PublishedValues?
    var granted: [StateWrite]?
    /// Manifests, plan, result, ciphertexts.
    var blocks: [Block]

    init(_ file: URL) throws {
        let evidence = try EvidenceFile(reading: file)
        let content = evidence.content
        consortium = content.consortium
        section = content.section
        result = content.result
        founding = evidence.founding
        checkpoint = content.checkpoint
        membership = evidence.membership
        proofs = evidence.transactions
        plan = content.plan.cid
        computed = content.computed.cid
        opening = evidence.opening
        sharedKey = evidence.sharedKey
        granted = evidence.granting.writes
        let store = MemoryBlobStore()
        let roots = try store.importCAR(from: file, completeness: .rootsOnly).roots
        let rebuilt = Set(
            roots + [content.founding.cid] + content.transactions.map(\.cid)
                + (content.membership ?? []).map(\.cid) + (content.opening ?? []).map(\.cid)
                + [content.sharedKey, content.granted].compactMap { $0?.cid })
        blocks = try store.cids().filter { !rebuilt.contains($0) }.map { try store.get($0) }
    }

    func write(to file: URL) throws {
        let foundingBlock = try Block(CanonicalJSON.encode(founding), codec: .dagJSON)
        let transactions = try proofs.map { try Block(CanonicalJSON.encode($0), codec: .dagJSON) }
        let steps = try membership.map { try Block(CanonicalJSON.encode($0), codec: .dagJSON) }
        let openingBlocks = try opening?.blocks()
        let keyBlock = try sharedKey.map { try Block(CanonicalJSON.encode($0), codec: .dagJSON) }
        let grantedBlock = try granted.map { try Block(CanonicalJSON.encode($0), codec: .dagJSON) }
        let root = try DAGJSON.encode(
            EvidenceContent(
                consortium: consortium, section: section, result: result, founding: foundingBlock.cid,
                checkpoint: checkpoint, membership: steps.map(\.cid), transactions: transactions.map(\.cid), plan: plan,
                computed: computed,
                opening: openingBlocks?.map(\.cid), sharedKey: keyBlock?.cid,
                granted: grantedBlock?.cid))
        var sink = try TemporaryFile(in: file.deletingLastPathComponent().path, permissions: 0o600)
        var writer = try CARWriter(roots: [root.cid], to: &sink)
        for block in [root, foundingBlock] + steps + transactions + (openingBlocks ?? []) + blocks
            + [keyBlock, grantedBlock].compactMap(\.self)
        {
            try writer.append(block, to: &sink)
        }
        try sink.commit(as: file.path)
    }

    /// All proofs, and the file itself, with another text for the checkpoint.
    mutating func use(checkpoint note: String) {
        checkpoint = note
        proofs = proofs.map { $0.with(checkpoint: note) }
    }

    /// The places of the transactions of one kind, in the ledger's order.
    func places(_ kind: String) -> [Int] {
        proofs.indices.filter { proofs[$0].envelope.payloadType == "application/vnd.chancery.\(kind).v1+json" }
    }
}

extension TransactionProof {
    func with(
        envelope: Envelope? = nil, outcome: OutcomeLeaf? = nil, block: Block? = nil, checkpoint: String? = nil
    ) -> TransactionProof {
        TransactionProof(
            envelope: envelope ?? self.envelope, inclusion: inclusion, outcome: outcome ?? self.outcome,
            outcomeProof: outcomeProof, block: block ?? self.block, checkpoint: checkpoint ?? self.checkpoint)
    }
}

extension TestConsortium {
    func evidence(of result: String, by party: String = "statistics") throws -> URL {
        let file = folder.url("evidence-\(party).car")
        _ = try ExportEvidence(result).run(as: session(party), to: file)
        return file
    }

    /// An accepted or refused transaction's proof against the checkpoint that evidence would be against now.
    func proof(of id: Digest) throws -> TransactionProof {
        try session("site1").ledger.proof(of: id, at: .final)
    }
}

/// Both verifiers turn the file down.
func expectRefused(
    _ workshop: EvidenceWorkshop, in folder: TestFolder, as part: EvidencePart? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let file = folder.url("altered.car")
    try workshop.write(to: file)
    let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
        try EvidenceVerifier().verify(EvidenceFile(reading: file))
    }
    if let part {
        guard case EvidenceError.doesNotHold(part, _)? = error else {
            Issue.record("refused otherwise: \(String(describing: error))", sourceLocation: sourceLocation)
            return
        }
    }
    if try Peers.areThere() {
        let (status, report) = try SecondVerifier.run(on: file)
        #expect(status == 1 && report["valid"] == false, "\(report)", sourceLocation: sourceLocation)
    }
}
