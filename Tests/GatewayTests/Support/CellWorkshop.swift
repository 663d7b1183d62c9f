import BlobStore
import CanonicalJSON
import Contracts
import DurableFiles
import Evidence
import Foundation
import Gateway
import Ledger
import SharingModel
import TestSupport
import Testing

/// An evidence file about a cell taken apart: what is put together again is well formed.
struct CellWorkshop {
    var cell: SealedCellReference
    var request: Digest?
    var proofs: [TransactionProof]
    var opening: CellOpening?
    var sharedKey: PublishedValues?
    var granted: [StateWrite]?
    private let content: CellEvidenceContent
    private let store = MemoryBlobStore()

    init(_ file: URL) throws {
        guard case .cell(let evidence) = try EvidenceSubject(reading: file) else {
            throw EvidenceError.malformed("it is of a result")
        }
        content = evidence.content
        (cell, request) = (content.cell, content.request)
        (proofs, opening) = (evidence.ledger.transactions, evidence.opening)
        (sharedKey, granted) = (evidence.granting.sharedKey, evidence.granting.writes)
        try store.importCAR(from: file, completeness: .rootsOnly)
    }

    func write(to file: URL) throws {
        let transactions = try proofs.map { try Block(CanonicalJSON.encode($0), codec: .dagJSON) }
        let shown = try opening.map { try Block(CanonicalJSON.encode($0), codec: .raw) }
        let shares = try sharedKey.map { try Block(CanonicalJSON.encode($0), codec: .dagJSON) }
        let writes = try granted.map { try Block(CanonicalJSON.encode($0), codec: .dagJSON) }
        let root = try DAGJSON.encode(
            CellEvidenceContent(
                consortium: content.consortium, section: content.section, cell: cell, request: request,
                founding: content.founding.cid, checkpoint: content.checkpoint,
                membership: (content.membership ?? []).map(\.cid), transactions: transactions.map(\.cid),
                opening: shown?.cid, sharedKey: shares?.cid, granted: writes?.cid))
        var sink = try TemporaryFile(in: file.deletingLastPathComponent().path, permissions: 0o600)
        var writer = try CARWriter(roots: [root.cid], to: &sink)
        var written = Set<CID>()
        let rest = try store.cids().map { try store.get($0) }
        for block in [root] + transactions + [shown, shares, writes].compactMap(\.self) + rest
        where written.insert(block.cid).inserted {
            try writer.append(block, to: &sink)
        }
        try sink.commit(as: file.path)
    }
}

/// What `verify` says of a file about a cell.
func verifyCell(_ file: URL, pinned: FoundingRecord? = nil) throws -> EvidenceReport {
    guard case .cell(let evidence) = try EvidenceSubject(reading: file) else {
        throw EvidenceError.malformed("it is of a result")
    }
    return try EvidenceVerifier(pinned: pinned).verify(evidence)
}

/// Both verifiers turn the file down.
func expectRefused(
    _ workshop: CellWorkshop, in folder: TestFolder, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let file = folder.url("altered.evidence")
    try workshop.write(to: file)
    #expect(throws: EvidenceError.self, sourceLocation: sourceLocation) { try verifyCell(file) }
    if try Peers.areThere() {
        let (status, report) = try SecondVerifier.run(on: file)
        #expect(status == 1 && report["valid"] == false, "\(report)", sourceLocation: sourceLocation)
    }
}

extension EscrowConsortium {
    func evidence(of request: Digest, by party: String = "statistics", withValue: Bool = false) throws
        -> URL
    {
        let file = base.folder.url("request-\(party).evidence")
        _ = try ExportCellEvidence(request.hex, withValue: withValue).run(as: session(party), to: file)
        return file
    }

    func deny(_ request: Digest, by party: String) async throws {
        _ = try await session(party).denyOpening(request.hex, reason: "no legal basis")
    }

    func cosign() throws {
        for department in ["site1", "site2"] { _ = try session(department).cosign() }
    }
}
