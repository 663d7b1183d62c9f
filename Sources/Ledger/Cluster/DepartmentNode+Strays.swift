import SharingModel

// A cosignature of a tree that this ledger never had proves nothing by itself: its department may have been shown another
// order. With another one of that department for a tree of the same size it does, and that may be anywhere: in the
// quorum of the block, in the batch after it, with a node that was told something else again. So each node tells the
// others what strays it has, and each holds what it is told against what it has.
extension DepartmentNode {
    /// Takes a valid cosignature of a tree that the final ledger never had.
    /// - Parameter block: The final block that holds the tree's last leaf.
    func noteStray(_ message: CosignatureMessage, beside block: StoredBlock) throws {
        let sender = message.cosignature.party
        guard sender != party, !isGivenUp(message) else { return }
        if block.size == message.size, let final = try finalCosignature(of: sender, on: block) {
            return noteContradiction(Equivocation(first: final, second: message), isOfFinal: true)
        }
        switch strays.add(message) {
        case .added:
            report(.anotherHistory(size: message.size, by: sender))
            emit(.send(message))
            strayCalls.reset()
        case .passedOver: break
        case .equivocation(let proof): noteContradiction(proof)
        }
    }

    /// Called with a new ``head``.
    /// - Parameters:
    ///   - passed: What was collected for trees of its sizes, and is not for its tree.
    ///   - before: The block before it, whose cosignatures it carries.
    func noteStrays(_ passed: [CosignatureMessage], after before: StoredBlock) throws {
        for message in passed { try noteStray(message, beside: head) }
        for carried in head.record.previous {
            holdAgainstStray(
                CosignatureMessage(cosignature: carried, height: before.height, root: before.root, size: before.size))
        }
    }

    /// - Parameter final: A valid cosignature of a tree of the final ledger.
    func holdAgainstStray(_ final: CosignatureMessage) {
        if let stray = strays.message(of: final.cosignature.party, size: final.size) {
            noteContradiction(Equivocation(first: final, second: stray), isOfFinal: true)
        }
    }

    /// A department's cosignature of a final block: one that came, or that the next block carries.
    private func finalCosignature(of party: PartyName, on block: StoredBlock) throws -> CosignatureMessage? {
        let known = try ledger.read { reader in
            try reader.cosignatures(height: block.height).first { $0.party == party }
                ?? reader.block(at: block.height + 1)?.record.previous.first { $0.party == party }
        }
        let message = known.map {
            CosignatureMessage(cosignature: $0, height: block.height, root: block.root, size: block.size)
        }
        return message.flatMap { isValid($0) ? $0 : nil }
    }

    /// Two cosignatures of one department for different trees of one size: named once for a size, and for so many
    /// sizes that more would say nothing new.
    ///
    /// - Parameter isOfFinal: One of the two trees is the ledger's. Then the other may have been given up by hand, and
    ///   this department has not heard of it yet: the ledger says so first.
    func noteContradiction(_ proof: Equivocation, isOfFinal: Bool = false) {
        guard !isGivenUp(proof.first), !isGivenUp(proof.second) else { return }
        let known = contradictions[proof.party, default: []]
        guard known.count < DepartmentNode.mostContradictions, !known.contains(proof.first.size) else { return }
        contradictions[proof.party, default: []].insert(proof.first.size)
        report(.equivocation(proof))
        // To each who has one of the two only.
        for message in [proof.first, proof.second] { emit(.send(message)) }
        putOnRecord(.equivocation(proof), after: isOfFinal ? 1 : 0)
    }

    /// Of one department, until its node's process ends: each fills a file, a line of the log and a transaction.
    private static let mostContradictions = 64
}
