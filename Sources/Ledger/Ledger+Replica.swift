import SharingModel

extension Ledger {
    /// Executes into `replica` every block of this ledger that it does not have yet.
    ///
    /// The replica is a storage of the caller's own, whose state nobody else wrote: what it ends with has been
    /// executed here, and nothing was believed. A new one begins at the first block; one that is kept begins where
    /// it stopped, so the cost is that of the new blocks alone. Each block is durable in the replica before the next.
    /// - Returns: The replica's head, which is this ledger's.
    /// - Throws: ``LedgerError/blockDiffers(height:_:)``; ``LedgerError/fork(seen:shown:)`` and
    ///   ``LedgerError/rollback(seen:shown:)`` if this ledger does not continue the replica.
    @discardableResult
    package func catchUp(_ replica: any LedgerStorage) throws -> StoredBlock {
        // The copy first: other processes move both on, and a copy read after the ledger could be ahead of it.
        let seen = try replica.read { try $0.head() }
        return try storage.read { shown in
            guard let head = try shown.head() else { throw LedgerError.empty }
            if let seen { try identity.checkContinuity(from: try checkpoint(seen), to: shown) }
            while try appendNextBlock(of: shown, upTo: head.height, to: replica) {}
            return head
        }
    }

    /// - Returns: `false` where the replica has reached `height`.
    private func appendNextBlock(
        of shown: any LedgerReader, upTo height: Int, to replica: any LedgerStorage
    ) throws -> Bool {
        let next = try replica.read { try $0.head().map { $0.height + 1 } ?? 0 }
        guard next <= height else { return false }
        let block = try shown.unverifiedBlock(at: next)
        try replica.commit { writer in
            // Another process of the same party may have appended it since.
            let previous = try writer.head()
            guard previous.map({ $0.height + 1 }) ?? 0 == next else { return }
            try writer.append(try verifier.verify(block, on: previous, replica: writer))
            // Verified with the block; so the replica is a whole ledger of its own.
            for cosignature in block.stored.record.previous {
                try writer.append(cosignature, height: next - 1)
            }
        }
        return true
    }

    var verifier: BlockVerifier {
        BlockVerifier(admission: admission, engine: engine, membership: membership)
    }
}

extension LedgerReader {
    /// A block with its envelopes as they lie here, nothing checked.
    package func unverifiedBlock(at height: Int) throws -> UnverifiedBlock {
        guard let block = try block(at: height) else { throw LedgerError.unknownHeight(height) }
        return UnverifiedBlock(stored: block, entries: try entries(in: block.entries))
    }
}
