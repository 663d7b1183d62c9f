package import SharingModel

extension DepartmentNode {
    /// Whether this department is behind a gap at the height after its newest final block, and has cosigned nothing there.
    private var choosesBehindGap: Bool {
        gapEnd != nil && (candidate?.isBehindGap ?? true) && given.map { $0.height <= head.height } ?? true
    }

    /// Puts what is to be cosigned behind a gap in the candidate's place, once that is clear: when so many others have
    /// cosigned it that one of them is honest, and has seen that it is the first valid batch; or when it leads, and
    /// nothing has changed for a while.
    func chooseBehindGap() {
        guard choosesBehindGap else { return }
        if let candidate { gapChoice.found[candidate.block.root] = candidate }
        gapChoice.chosen = nil
        gapChoice.note(gapChoice.found.mapValues { matching($0).keys.count { $0 != party } })
        guard let leading = gapChoice.leading else { return }
        let policy = memberships.policy(at: head.height + 1)
        guard leading.count >= backing(of: policy) || isTimeToChoose(leading.count, policy) else { return }
        gapChoice.chosen = leading.root
        if candidate?.block.root != leading.root { candidate = gapChoice.found[leading.root] }
    }

    /// Whether nothing has changed for so long that all who can be heard have been.
    ///
    /// - Where ⌊(n−1)/3⌋ others have cosigned the leading block, nobody more has to be heard: if they are all dishonest, no
    ///   one else is, and if one is honest, it has seen the first batch.
    /// - Fewer do not tell that, and who has not been heard may have cosigned another: that is waited for long, but not
    ///   for ever, since it may never come back.
    /// - A cosignature for which nobody has a batch puts it off, and no more: a dishonest department must not stop a
    ///   height by cosigning just anything.
    ///
    /// The departments choose one after the other, so that each has the cosignatures of those before it.
    private func isTimeToChoose(_ leading: Int, _ policy: CheckpointPolicy) -> Bool {
        guard isConfirmed, !hasNoJournal, let place = policy.parties.firstIndex(of: party) else { return false }
        let others = Set(policy.parties).subtracting([party])
        let trees = votes.nearestTrees.mapValues { others.intersection($0) }.filter { !$0.value.isEmpty }
        let missing = trees.filter { gapChoice.found[$0.key] == nil }
        guard missing.allSatisfy({ $0.value.count < backing(of: policy) }) else { return false }
        let known = trees.filter { gapChoice.found[$0.key] != nil }.values.reduce(gapChoice.heard) { $0.union($1) }
        let isEnough = leading >= (policy.parties.count - 1) / 3 || others.isSubset(of: known)
        let patience = gapPatience * (isEnough ? missing.isEmpty ? 1 : 6 : 24) + gapPatience * place / 5
        return ContinuousClock.now - gapChoice.unchangedSince > patience
    }

    /// Asks the others for the batches of the next height that they have cosigned, if this department is behind a gap, and
    /// what each has cosigned.
    func askForCosigned() {
        guard choosesBehindGap, gapChoice.asked.map({ ContinuousClock.now - $0 > resendAfter * 5 }) ?? true else {
            return
        }
        gapChoice.asked = .now
        let height = head.height + 1
        let others = Set(memberships.policy(at: height).parties).subtracting([party])
        for (root, parties) in votes.nearestTrees
        where gapChoice.found[root] == nil && root != candidate?.block.root && !others.isDisjoint(with: parties) {
            emit(.fetchCosigned(root: root, from: parties.filter(others.contains)))
        }
        let unheard = others.subtracting(gapChoice.heard)
        if !unheard.isEmpty { emit(.askCosigned(height: height, of: unheard.sorted())) }
    }

    /// Takes what another member says is the newest cosignature that it has given.
    /// - Parameter height: For which it was asked.
    package func hear(cosigned newest: CosignatureMessage?, at height: Int, from sender: PartyName) throws {
        guard height == head.height + 1, choosesBehindGap else { return }
        if let newest, newest.cosignature.party == sender { try take(newest) }
        guard height == head.height + 1 else { return }
        gapChoice.heard.insert(sender)
        try vote()
        try finish()
    }

    /// The batch of the block with this root, as far as this department has cosigned it, or was given it by one that has,
    /// and its height is not final.
    package func cosignedBatch(root: Digest) throws -> CosignedBatch? {
        if let candidate, candidate.block.root == root, given?.root == root {
            return CosignedBatch(batch: candidate.batch, department: candidate.event.department)
        }
        if let found = gapChoice.found[root], !found.isPlaced {
            return CosignedBatch(batch: found.batch, department: found.event.department)
        }
        guard let vote = try journal.load()?.vote, vote.message.root == root else { return nil }
        return CosignedBatch(batch: vote.batch, department: vote.department)
    }

    /// Takes a batch that was asked for: it is executed, and may be chosen if it gives just what another has cosigned.
    /// - Returns: Whether it does, so that nobody else has to be asked.
    @discardableResult
    package func take(_ shown: CosignedBatch) throws -> Bool {
        let height = head.height + 1
        guard choosesBehindGap, let block = try? execution.execute(shown.batch, by: shown.department, on: head),
            gapChoice.found[block.root] == nil
        else { return false }
        // Where it stood is not known; what is to come stands behind it.
        let event = BatchEvent(
            position: decided + 1, department: shown.department, height: height, change: .written(shown.batch))
        let found = Candidate(block: block, event: event, batch: shown.batch, isBehindGap: true, isPlaced: false)
        guard matching(found).keys.contains(where: { $0 != party }) else { return false }
        gapChoice.found[block.root] = found
        try vote()
        try finish()
        return true
    }
}
