import Contracts
import Foundation
import SharingModel
import TransparencyLog

extension DepartmentNode {
    /// Takes another department's cosignature. One that is not valid is passed over; a second for another tree of the
    /// same size is reported with the first.
    package func take(_ message: CosignatureMessage) throws {
        let sender = message.cosignature.party
        guard sender != party, message.height > head.height else { return keepLate(message) }
        guard message.height <= head.height + 64 else {
            output.yield(.fetch(height: head.height + 1))
            return
        }
        if let known = votes[message.height]?[sender], known == message { return }
        guard isValid(message) else { return }
        if let known = votes[message.height]?[sender] {
            if isGivenUp(message) { return }
            guard isGivenUp(known) else { return noteConflict(known, message) }
        }
        if isGivenUp(message) { return }
        votes[message.height, default: [:]][sender] = message
        if message.height > head.height + 1 { output.yield(.fetch(height: head.height + 1)) }
        try finish()
    }

    func isValid(_ message: CosignatureMessage) -> Bool {
        guard let checkpoint = try? message.checkpoint(origin: ledger.identity.origin) else { return false }
        return memberships.policy(at: message.height).isValid(message.cosignature, on: checkpoint)
    }

    /// A cosignature that comes when its height is final already: kept with the others, or evidence.
    private func keepLate(_ message: CosignatureMessage) {
        guard message.cosignature.party != party, message.height > head.height - 16, isValid(message),
            let block = try? ledger.read({ try $0.block(at: message.height) })
        else { return }
        if block.root == message.root, block.size == message.size {
            try? ledger.storage.commit { try $0.append(message.cosignature, height: message.height) }
        } else if block.size == message.size,
            let own = try? ledger.read({ try $0.cosignatures(height: message.height) })
                .first(where: { $0.party == message.cosignature.party })
        {
            let first = CosignatureMessage(
                cosignature: own, height: block.height, root: block.root, size: block.size)
            noteConflict(first, message)
        }
    }

    /// Two cosignatures of one department for one height: evidence, if they are for trees of one size.
    private func noteConflict(_ first: CosignatureMessage, _ second: CosignatureMessage) {
        guard first.size == second.size, first.root != second.root, !isGivenUp(first), !isGivenUp(second) else {
            return
        }
        let proof = Equivocation(first: first, second: second)
        report(.equivocation(proof))
        putOnRecord(.equivocation(proof))
    }

    /// The cosignatures that are for the candidate's tree.
    func matching(_ candidate: Candidate) -> [PartyName: CosignatureMessage] {
        (votes[candidate.block.record.height] ?? [:]).filter {
            $0.value.root == candidate.block.root && $0.value.size == candidate.block.size
        }
    }

    /// Makes the candidate final if a quorum has cosigned it.
    func finish() throws {
        guard let candidate else { return }
        let matching = matching(candidate)
        guard matching.count >= memberships.policy(at: candidate.block.record.height).needed else { return }
        let block = candidate.block
        let cosignatures = matching.sorted { $0.key < $1.key }.map(\.value.cosignature)
        try append(block, cosignatures)
        report(
            .final(
                height: block.record.height, accepted: block.count(accepted: true),
                refused: block.count(accepted: false), cosigners: cosignatures.map(\.party),
                after: ContinuousClock.now - candidate.since))
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
        if let candidate, candidate.block.root == block.root {
            decided = candidate.position
        } else {
            // Taken from another department: where its batch stood in the order is not known.
            hasMissed = true
        }
        if hasMissed { (hasMissed, needsRewind) = (false, true) }
        head = block.stored
        ledger.seen.keep(try ledger.checkpoint(head))
        ledger.membership.noteHead(head.height)
        candidate = nil
        proposal = nil
        right = nil
        heightBegan = .now
        votes = votes.filter { $0.key > head.height }
        if after != memberships {
            memberships = after
            // What was taken in advance was judged by the members that were known then.
            votes = votes.mapValues { votes in votes.filter { isValid($0.value) } }
        }
        later.removeAll { $0.height <= head.height }
        if let settled = settlements[head.height] { putOnRecord(.settlement(settled)) }
        for place in block.entries.indices {
            let receipt = block.receipt(ofEntry: place)
            pool.settle(receipt.transaction, .success(receipt))
        }
        recordWhatIsDue()
    }
}

extension VerifiedBlock {
    fileprivate func count(accepted: Bool) -> [TransactionKind: Int] {
        entries.lazy.filter { $0.outcome.accepted == accepted }
            .reduce(into: [:]) { $0[$1.transaction.transaction.kind, default: 0] += 1 }
    }
}
