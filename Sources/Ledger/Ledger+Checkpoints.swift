package import SharingModel
package import TransparencyLog

/// Which checkpoint to read or prove against.
package enum CheckpointChoice: Hashable, Sendable {
    /// The newest block's, whatever cosignatures it has.
    case head
    /// The newest that a quorum of departments has cosigned.
    case final
    case height(Int)
}

/// A block's checkpoint with the cosignatures that the storage has for it now.
package struct CosignedBlock: Hashable, Sendable {
    package let block: StoredBlock
    package let checkpoint: Checkpoint
    /// The checkpoint as C2SP signed note.
    package let note: String
    /// Departments whose cosignatures it carries, sorted.
    package let cosigners: [PartyName]
    /// Whether they are a quorum.
    package let isFinal: Bool
}

extension Ledger {
    /// - Returns: `nil` if there is no such block: the ledger is empty, or nothing is final yet.
    package func cosignedBlock(_ choice: CheckpointChoice) throws -> CosignedBlock? {
        try storage.read { try cosignedBlock(choice, $0) }
    }

    /// Proves what became of a transaction.
    /// - Throws: ``LedgerError/unknownTransaction(_:)``; ``LedgerError/notYetIn(size:index:)`` if the checkpoint chosen
    ///   is older; ``LedgerError/notFinal`` if nothing is final yet.
    package func proof(of id: Digest, at choice: CheckpointChoice) throws -> TransactionProof {
        try storage.read { reader in
            guard let chosen = try cosignedBlock(choice, reader) else { throw LedgerError.notFinal }
            return try reader.proof(of: id, size: chosen.block.size, checkpoint: chosen.note)
        }
    }

    /// Proves that the tree of `newSize` leaves continues that of `oldSize` (RFC 9162, section 2.1.4).
    package func consistency(from oldSize: Int, to newSize: Int) throws -> ConsistencyProof {
        try storage.read { reader in
            guard let head = try reader.head() else { throw LedgerError.empty }
            guard 0 <= oldSize, oldSize <= newSize, newSize <= head.size else {
                throw LedgerError.notYetIn(size: head.size, index: newSize - 1)
            }
            return try reader.consistencyProof(from: oldSize, to: newSize)
        }
    }

    func cosignedBlock(_ choice: CheckpointChoice, _ reader: any LedgerReader) throws -> CosignedBlock? {
        let block: StoredBlock?
        switch choice {
        case .head: block = try reader.head()
        case .height(let height):
            block = try reader.block(at: height)
            if block == nil { throw LedgerError.unknownHeight(height) }
        case .final: return try newestFinal(reader)
        }
        return try block.map { try cosigned($0, reader) }
    }

    /// Rows are only counted by the storage; whether they are valid is looked at here, so a wrong row can delay a
    /// height's being final but never make it so.
    private func newestFinal(_ reader: any LedgerReader) throws -> CosignedBlock? {
        var bound = Int.max
        // No period needs fewer, so no height is passed over.
        let least = try membership.history(reader).periods.map(\.policy.needed).min() ?? 1
        while let height = try reader.lastHeight(cosignedBy: least, notAbove: bound) {
            if let block = try reader.block(at: height) {
                let found = try cosigned(block, reader)
                if found.isFinal { return found }
            }
            bound = height - 1
        }
        return nil
    }

    private func cosigned(_ block: StoredBlock, _ reader: any LedgerReader) throws -> CosignedBlock {
        let policy = try membership.history(reader).policy(at: block.height)
        let checkpoint = try policy.checkpoint(block)
        let valid = try policy.valid(reader.cosignatures(height: block.height), on: block)
        return CosignedBlock(
            block: block, checkpoint: checkpoint, note: try policy.note(checkpoint, valid),
            cosigners: valid.map(\.party), isFinal: valid.count >= policy.needed)
    }
}
