import Contracts
import Foundation
import SharingModel
import TransparencyLog

extension DepartmentNode {
    /// Takes a cosignature that some node sends. One that is not valid is passed over; a second for another tree of
    /// the same size is reported with the first.
    ///
    /// Nodes send each other's cosignatures on, so this department's own may come too.
    /// - Returns: Whether it is a valid cosignature of a department, as far as that had to be looked at.
    @discardableResult
    package func take(_ message: CosignatureMessage) throws -> Bool {
        guard message.size > head.size else { return try takeLate(message) }
        if votes.holds(message) { return true }
        guard isValid(message) else { return false }
        let sender = message.cosignature.party
        if isGivenUp(message) { return true }
        if sender == party, try !adopt(message) { return true }
        if case .equivocation(let proof) = votes.add(message) { noteContradiction(proof) }
        noteArrival(of: message)
        // Not signed, so a hint and no more.
        if message.height > head.height + 1 { emit(.fetch(height: head.height + 1)) }
        try vote()
        try finish()
        return true
    }

    /// This department's own valid cosignature, from a life of which there is no journal: what was given is given,
    /// and nothing new is said by counting it.
    /// - Returns: Whether it counts.
    private func adopt(_ message: CosignatureMessage) throws -> Bool {
        guard let candidate, candidate.block.size == message.size, candidate.block.root == message.root,
            given.map({ $0.height < candidate.block.record.height }) ?? true
        else {
            if let candidate, candidate.block.size == message.size, candidate.block.root != message.root {
                report(.cosignedElsewhere(height: candidate.block.record.height))
            }
            return false
        }
        try store(message, for: candidate)
        return true
    }

    func isValid(_ message: CosignatureMessage) -> Bool {
        guard let checkpoint = try? message.checkpoint(origin: ledger.identity.origin) else { return false }
        return memberships.policy(at: message.height).isValid(message.cosignature, on: checkpoint)
    }

    /// A cosignature of a tree that is final already: kept with the others, or evidence.
    private func takeLate(_ message: CosignatureMessage) throws -> Bool {
        let sender = message.cosignature.party
        guard sender != party, message.size > 0,
            let block = try ledger.read({ try $0.block(holding: message.size - 1) })
        else { return true }
        guard block.size == message.size, block.root == message.root else {
            if strays.holds(message) { return true }
            guard isValid(message) else { return false }
            try noteStray(message, beside: block)
            return true
        }
        guard block.height > head.height - 16 else { return true }
        let known = try ledger.read { try $0.cosignatures(height: block.height) }.first { $0.party == sender }
        if known != nil { return true }
        guard isValid(message) else { return false }
        try ledger.storage.commit { try $0.append(message.cosignature, height: block.height) }
        holdAgainstStray(message)
        noteArrival(of: message)
        return true
    }

    /// Called when there is another candidate: from now on the time to its cosignatures is taken.
    func takeTimes() {
        guard let candidate, arrivals.begin(height: candidate.block.record.height, root: candidate.block.root)
        else { return }
        for message in matching(candidate).values { noteArrival(of: message) }
    }

    /// Tells how long a valid cosignature of a block that was executed here took to come.
    func noteArrival(of message: CosignatureMessage) {
        guard let (height, after) = arrivals.take(message) else { return }
        report(.arrived(height: height, from: message.cosignature.party, after: after))
    }

    /// The cosignatures that are for the candidate's tree.
    func matching(_ candidate: Candidate) -> [PartyName: CosignatureMessage] {
        let (height, block) = (candidate.block.record.height, candidate.block)
        let policy = memberships.policy(at: height)
        guard let checkpoint = try? policy.checkpoint(block.stored) else { return [:] }
        // The height in a message is not signed; with another, it was checked by another height's keys.
        return votes.matching(size: block.size, root: block.root).filter { party, message in
            policy.parties.contains(party)
                && (message.height == height || policy.isValid(message.cosignature, on: checkpoint))
        }
    }

    /// Makes the candidate final if a quorum has cosigned it.
    func finish() throws {
        guard let candidate else { return }
        let matching = matching(candidate)
        guard matching.count >= memberships.policy(at: candidate.block.record.height).needed else { return }
        let (block, waited) = (candidate.block, pool.queue.oldest)
        let cosignatures = matching.sorted { $0.key < $1.key }.map(\.value.cosignature)
        try append(block, cosignatures)
        report(
            .final(
                height: block.record.height, accepted: block.count(accepted: true),
                refused: block.count(accepted: false), cosigners: cosignatures.map(\.party),
                after: ContinuousClock.now - candidate.since))
        gather(answered: block.entries.count, waited: waited)
        try decide()
        try proposeIfDue()
    }

    /// Makes a block durable as final, and tells those who wait for its transactions.
    func append(_ block: VerifiedBlock, _ cosignatures: [PartyCosignature]) throws {
        let before = head
        let after = try ledger.storage.commit { writer in
            guard try writer.head() == before else { throw LedgerError.blockDiffers(height: before.height, .record) }
            try writer.append(block)
            for cosignature in cosignatures { try writer.append(cosignature, height: block.record.height) }
            return try ledger.membership.history(writer)
        }
        // Of a block that was taken from another department, the place in the order is not known.
        if let candidate, candidate.block.root == block.root, let place = knownPlace(of: candidate) {
            decided = place - 1
            closeGap(before: place)
        }
        head = block.stored
        ledger.seen.keep(try ledger.checkpoint(head))
        ledger.membership.noteHead(head.height)
        (candidate, proposal, foreseen, right) = (nil, nil, nil, nil)
        heightBegan = .now
        try endSecondReading(of: block)
        try forgetHeld()
        let passed = votes.messages(through: head.size).filter { $0.size != head.size || $0.root != head.root }
        votes.forget(through: head.size)
        if after != memberships {
            memberships = after
            // What was taken in advance was judged by the members that were known then.
            votes.keep { isValid($0) }
        }
        events.forget(through: head.height)
        if let vote = newestVote, vote.message.height <= head.height { newestVote = vote.withoutBatch }
        try openNextHeight()
        if let settled = settlements[head.height] { putOnRecord(.settlement(settled)) }
        pool.settle(
            block.entries.indices.map { place in
                let receipt = block.receipt(ofEntry: place)
                return (receipt.transaction, .success(receipt))
            })
        recordWhatIsDue()
        try noteStrays(passed, after: before)
    }
}

extension VerifiedBlock {
    func count(accepted: Bool) -> [TransactionKind: Int] {
        entries.lazy.filter { $0.outcome.accepted == accepted }
            .reduce(into: [:]) { $0[$1.transaction.transaction.kind, default: 0] += 1 }
    }
}
