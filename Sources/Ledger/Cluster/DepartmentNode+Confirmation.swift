package import SharingModel

// A home that was restored from a backup brings an old journal with it: it does not know what this department has
// cosigned since. So no node cosigns anything new after a start before it has asked the others.
extension DepartmentNode {
    /// Whether so many members have said what they have of this department that with it they are a quorum.
    ///
    /// Nothing becomes final without a quorum anyway, so this waits for nobody who would not have to be waited for.
    /// Whoever has made a block final with a cosignature that is forgotten here was in a quorum, and each quorum
    /// of answers has an honest department in common with that one.
    var hasEnoughAnswers: Bool {
        let policy = memberships.policy(at: head.height + 1)
        let known = Set(policy.parties).intersection(answered).union(policy.parties.contains(party) ? [party] : [])
        return known.count >= policy.needed
    }

    /// Takes another member's answer to what is the newest cosignature that it has of this department.
    ///
    /// If that is of a later height than the journal's, or of the same and another, the journal is outdated: this node
    /// then begins as one that has none, and is silent at the heights up to that one.
    /// - Parameters:
    ///   - newest: `nil` if it has none. One that is not valid counts as none.
    ///   - statement: What this department has said of the height that is open there; likewise.
    package func hear(
        _ newest: CosignatureMessage?, said statement: AgreementMessage? = nil, from sender: PartyName
    ) throws {
        guard !isConfirmed, sender != party else { return }
        if let statement, try isForgotten(statement), statement.statement.height > silentThroughHeight {
            noteForgotten(height: statement.statement.height, from: sender)
            hasNoJournal = true
        }
        if let newest, newest.cosignature.party == party, isValid(newest), try isNews(newest),
            newest.height >= journaled?.height ?? -1, newest.height > silentThroughHeight
        {
            silentThroughHeight = newest.height
            if journaled != nil {
                report(.outdatedJournal(height: newest.height, from: sender))
                hasNoJournal = true
            }
        }
        answered.insert(sender)
        isConfirmed = hasEnoughAnswers
        try vote()
        try finish()
    }

    /// Whether a cosignature is of a tree that neither the journal nor this node's final ledger has: of
    /// what is final here, nothing else can become final.
    private func isNews(_ newest: CosignatureMessage) throws -> Bool {
        if let journaled, journaled.size == newest.size, journaled.root == newest.root { return false }
        guard newest.size > 0, newest.size <= head.size else { return true }
        return try ledger.read { try $0.block(ofSize: newest.size) }?.root != newest.root
    }

    /// Whether it is this department's statement on a height that is open here or comes later, and not in the journal.
    private func isForgotten(_ message: AgreementMessage) throws -> Bool {
        let statement = message.statement
        guard statement.by == party, statement.ledger == ledger.identity, statement.height > head.height else {
            return false
        }
        return try !open.agreement.holds(message) && isSigned(message)
    }

    /// The departments whose nodes this one talks to: who cosigns the last final block or a later one.
    package var companions: Set<PartyName> { memberships.parties(from: head.height).subtracting([party]) }

    /// The newest cosignature of `party` that is here: of a height that is not final yet, or one of the last final ones.
    package func newestCosignature(of party: PartyName) throws -> CosignatureMessage? {
        if let newest = votes.newest(of: party) { return newest }
        let head = head
        return try ledger.read { reader in
            for height in stride(from: head.height, through: max(0, head.height - 64), by: -1) {
                guard let block = try reader.block(at: height),
                    let own = try reader.cosignatures(height: height).first(where: { $0.party == party })
                else { continue }
                return CosignatureMessage(cosignature: own, height: height, root: block.root, size: block.size)
            }
            return nil
        }
    }
}
