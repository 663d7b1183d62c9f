import Contracts
import SharingModel
import SignedEnvelopes
import TransparencyLog

extension Ledger {
    /// Takes blocks that somebody shows into this ledger's own storage, all or none.
    ///
    /// Each is executed here and compared with all that it claims; the last one's checkpoint must be cosigned by a
    /// quorum, which makes those before it final too.
    /// Other processes of the same party may take the same blocks at the same time: what is here by then is left as it
    /// is.
    /// - Parameter shown: In order, the first the next after the head, or one that is here.
    /// - Throws: ``LedgerError/blockDiffers(height:_:)``; ``LedgerError/notFinal`` without a quorum;
    ///   ``LedgerError/fork(seen:shown:)`` where another block is here at its height.
    package func take(_ shown: [ExportedBlock]) throws { try take(shown, requiringQuorum: true) }

    func take(_ shown: [ExportedBlock], requiringQuorum: Bool) throws {
        guard let last = shown.last else { return }
        try storage.commit { writer in
            for block in shown where try !isHere(block, in: writer) {
                let policy = try membership.history(writer).policy(at: block.record.height)
                let made = try verify(block, on: try writer.head(), replica: writer)
                let cosignatures = try policy.cosignatures(shown: block, of: made)
                if requiringQuorum, block == last, cosignatures.count < policy.needed {
                    throw LedgerError.notFinal
                }
                try writer.append(made)
                for cosignature in cosignatures { try writer.append(cosignature, height: made.record.height) }
            }
        }
        if let head = try head() {
            seen.keep(try checkpoint(head))
            membership.noteHead(head.height)
        }
    }

    private func isHere(_ shown: ExportedBlock, in reader: any LedgerReader) throws -> Bool {
        guard let own = try reader.block(at: shown.record.height) else { return false }
        guard own.record == shown.record, own.size == shown.size, own.root == shown.root else {
            throw LedgerError.fork(
                seen: try checkpoint(own),
                shown: try Checkpoint(origin: identity.origin, size: shown.size, root: shown.root))
        }
        return true
    }

    /// Whether a quorum has cosigned what the block claims to give; nothing is executed. A block whose members depend on
    /// blocks that are not here yet is not final for this.
    package func isFinal(_ shown: ExportedBlock) -> Bool {
        guard let policy = try? memberships().policy(at: shown.record.height), policy.members == shown.record.members,
            (0..<shown.size).contains(shown.record.transactions),
            let bytes = try? shown.record.canonicalBytes(),
            let checkpoint = try? policy.checkpoint(
                StoredBlock(record: shown.record, recordBytes: bytes, size: shown.size, root: shown.root)),
            let valid = try? policy.cosignatures(in: shown.checkpoint, of: checkpoint)
        else { return false }
        return valid.count >= policy.needed
    }

    /// Takes the valid cosignatures in a note of the checkpoint after a block that is here.
    /// - Throws: ``LedgerError/proof(_:)`` for a note that does not read, is of another checkpoint, or has none.
    package func takeCosignatures(_ note: String, height: Int) throws {
        try storage.commit { writer in
            guard let block = try writer.block(at: height) else { throw LedgerError.unknownHeight(height) }
            let policy = try membership.history(writer).policy(at: height)
            let shown = try policy.cosignatures(in: note, of: try policy.checkpoint(block))
            guard !shown.isEmpty else {
                throw LedgerError.proof(.tooFewCosignatures(valid: 0, needed: policy.needed))
            }
            let known = Set(try writer.cosignatures(height: height).map(\.party))
            for cosignature in shown where !known.contains(cosignature.party) {
                try writer.append(cosignature, height: height)
            }
        }
    }

    func verify(_ shown: ExportedBlock, on head: StoredBlock?, replica: any LedgerReader) throws -> VerifiedBlock {
        guard shown.record.transactions == shown.envelopes.count, (0..<shown.size).contains(shown.envelopes.count)
        else { throw LedgerError.blockDiffers(height: shown.record.height, .transactionCount) }
        let first = shown.size - 1 - shown.envelopes.count
        let unverified = UnverifiedBlock(
            stored: StoredBlock(
                record: shown.record, recordBytes: try shown.record.canonicalBytes(), size: shown.size,
                root: shown.root),
            entries: shown.envelopes.enumerated().map { place, envelope in
                StoredEntry(index: first + place, id: envelope.id, envelope: envelope)
            })
        return try verifier.verify(unverified, on: head, replica: replica)
    }

}

extension CheckpointPolicy {
    /// The valid cosignatures of a block that was executed here; none, where its note has none at all.
    func cosignatures(shown: ExportedBlock, of made: VerifiedBlock) throws -> [PartyCosignature] {
        let checkpoint = try checkpoint(made.stored)
        return (try? cosignatures(in: shown.checkpoint, of: checkpoint)) ?? []
    }
}
