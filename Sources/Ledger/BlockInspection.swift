import Contracts
import Foundation
import SharingModel
import SignedEnvelopes
import TransparencyLog

/// Checks a stored block against the rest of the storage, without executing it: its leaves against the tree's
/// hashes, its record against the outcomes, its root against the tree. Finds damage, not dishonesty.
struct BlockInspection {
    let reader: any LedgerReader

    /// - Throws: ``LedgerError/blockDiffers(height:_:)`` or ``LedgerError/leafMissing(height:index:)``, naming the
    ///   first thing that is wrong; ``LedgerError/malformedRow(table:key:)``.
    func check(_ block: StoredBlock) throws {
        let height = block.height
        let begin = try block.height == 0 ? 0 : reader.block(at: height - 1)?.size
        guard begin == block.entries.lowerBound, block.record.transactions > 0 else {
            throw LedgerError.blockDiffers(height: height, .transactionCount)
        }
        let entries = try reader.entries(in: block.entries)
        guard entries.count == block.entries.count, zip(entries, block.entries).allSatisfy({ $0.index == $1 }) else {
            throw LedgerError.leafMissing(height: height, index: missing(block.entries, entries))
        }
        for entry in entries {
            guard entry.id == entry.envelope.id, let bytes = try? entry.envelope.canonicalBytes(),
                try isStored(MerkleHash.leaf(bytes), at: entry.index)
            else { throw LedgerError.blockDiffers(height: height, .envelope) }
        }
        guard try isStored(MerkleHash.leaf(block.recordBytes), at: block.recordIndex) else {
            throw LedgerError.blockDiffers(height: height, .record)
        }
        guard try OutcomeTree(reader.outcomeLeaves(of: block)).root == block.record.outcomes else {
            throw LedgerError.blockDiffers(height: height, .outcomes)
        }
        guard try reader.treeRoot(size: block.size) == block.root else {
            throw LedgerError.blockDiffers(height: height, .root)
        }
    }

    private func isStored(_ hash: Digest, at index: Int) throws -> Bool {
        try reader.hashes(at: [StoredHashes.index(level: 0, position: index)]) == [hash]
    }

    private func missing(_ range: Range<Int>, _ entries: [StoredEntry]) -> Int {
        let present = Set(entries.map(\.index))
        return range.first { !present.contains($0) } ?? range.lowerBound
    }
}

/// What is checked again when a ledger is opened: the newest blocks, where a crash or a lost write would show.
struct TailCheck {
    let identity: LedgerIdentity
    let reader: any LedgerReader

    func run(blocks: Int) throws {
        if let stored = try reader.identity(), stored != identity {
            throw LedgerError.anotherLedger(stored: stored.origin, expected: identity.origin)
        }
        guard let head = try reader.head() else { return }
        for height in (max(0, head.height - blocks + 1)...head.height).reversed() {
            guard let block = try reader.block(at: height) else { throw LedgerError.unknownHeight(height) }
            try BlockInspection(reader: reader).check(block)
        }
    }
}
