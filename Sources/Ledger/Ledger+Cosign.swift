import SharingModel
package import TransparencyLog

extension Ledger {
    /// Executes into `replica` what is new, and cosigns the newest block for the cosigner of the settings.
    ///
    /// The cosignature says that this party executed everything up to there. It is stored before anything is returned,
    /// and the one that is stored is the one given ever after. A crash before it is stored leaves nothing but a
    /// replica that is further on; a crash after it leaves the cosignature, and asking again gives the same bytes.
    /// - Parameters:
    ///   - replica: A storage of this party's own (or an empty one that is thrown away: then everything is executed
    ///     from the first block).
    ///   - lastSeen: The newest checkpoint that this party knows of this ledger, kept in its home. The ledger must
    ///     continue it.
    /// - Returns: The newest checkpoint, to be kept as last seen, and the cosignature.
    /// - Throws: ``LedgerError/fork(seen:shown:)`` and ``LedgerError/rollback(seen:shown:)`` with both checkpoints;
    ///   ``LedgerError/blockDiffers(height:_:)``; ``LedgerError/notACosigner(_:)``.
    package func cosign(replica: any LedgerStorage, lastSeen: Checkpoint?) throws -> Cosigned {
        try follow(lastSeen)
        let head = try catchUp(replica)
        let policy = try replica.read { try membership.history($0) }.policy(at: head.height)
        let checkpoint = try policy.checkpoint(head)
        guard let fresh = try settings.cosigner?.cosign(checkpoint, at: settings.clock(), under: policy) else {
            throw LedgerError.notACosigner(settings.cosigner?.party ?? settings.operator)
        }
        let cosigner = fresh.party
        let stored = try storage.commit { writer in
            // Read again under the lock: the block that was executed is the one that is there.
            guard try writer.block(at: head.height) == head else {
                throw LedgerError.blockDiffers(height: head.height, .record)
            }
            if let own = try writer.cosignatures(height: head.height).first(where: { $0.party == cosigner }) {
                guard policy.isValid(own, on: checkpoint) else {
                    throw LedgerError.wrongCosignature(height: head.height, cosigner)
                }
                return own
            }
            try writer.append(fresh, height: head.height)
            return fresh
        }
        seen.keep(checkpoint)
        return Cosigned(height: head.height, checkpoint: checkpoint, cosignature: stored)
    }

    /// Checks that the ledger continues what was seen of it, and gives the newest checkpoint, to be kept instead.
    ///
    /// Every client does this before it believes anything that it reads: who remembers nothing can be shown anything.
    /// - Parameter lastSeen: `nil` the first time.
    /// - Returns: The head's checkpoint; `nil` while the ledger is empty.
    /// - Throws: ``LedgerError/fork(seen:shown:)``, ``LedgerError/rollback(seen:shown:)``.
    @discardableResult
    package func follow(_ lastSeen: Checkpoint?) throws -> Checkpoint? {
        try storage.read { reader in
            for seen in [lastSeen, seen.checkpoint].compactMap({ $0 }) {
                try identity.checkContinuity(from: seen, to: reader)
            }
            guard let head = try reader.head() else { return nil }
            let checkpoint = try checkpoint(head)
            seen.keep(checkpoint)
            _ = try membership.history(reader)
            membership.noteHead(head.height)
            return checkpoint
        }
    }
}

/// What cosigning gave.
package struct Cosigned: Hashable, Sendable {
    package let height: Int
    /// To be kept as last seen.
    package let checkpoint: Checkpoint
    package let cosignature: PartyCosignature

    package init(height: Int, checkpoint: Checkpoint, cosignature: PartyCosignature) {
        (self.height, self.checkpoint, self.cosignature) = (height, checkpoint, cosignature)
    }
}
