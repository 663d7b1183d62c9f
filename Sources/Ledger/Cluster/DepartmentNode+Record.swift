import Contracts
import SharingModel

/// Something about departments that belongs on the ledger.
struct UnrecordedFact {
    let fact: Fact
    /// From this height on this department puts it there.
    let due: Int

    enum Fact: Equatable {
        case equivocation(Equivocation)
        case settlement(SettledHeight)
    }
}

extension DepartmentNode {
    /// Sees to it that a fact comes on the ledger. The departments take turns of three blocks: most facts are known
    /// to several, and one record is enough.
    /// - Parameter turns: How many rounds of all departments' turns are waited for first.
    func putOnRecord(_ fact: UnrecordedFact.Fact, after turns: Int = 0) {
        let parties = memberships.policy(at: head.height + 1).parties
        guard let place = parties.firstIndex(of: party), !unrecorded.contains(where: { $0.fact == fact }) else {
            return
        }
        // A settlement comes first: with it a cosignature that was given up is no equivocation.
        let isSettlement = if case .settlement = fact { true } else { false }
        let turn = 3 * ((place - head.height % parties.count + parties.count) % parties.count)
        let due = head.height + turn + 3 * parties.count * turns + (isSettlement ? 0 : 1)
        unrecorded.append(UnrecordedFact(fact: fact, due: due))
        recordWhatIsDue()
    }

    /// Submits what is due and not on the ledger. What cannot be submitted now is tried again after the next block.
    func recordWhatIsDue() {
        unrecorded.removeAll { unrecorded in
            guard unrecorded.due <= head.height else { return false }
            return (try? record(unrecorded.fact)) != nil
        }
    }

    private func record(_ fact: UnrecordedFact.Fact) throws {
        switch fact {
        case .equivocation(let proof):
            guard !isGivenUp(proof.first), !isGivenUp(proof.second) else { return }
            let size = Int64(proof.first.size)
            let roots = [proof.first.root, proof.second.root]
            let isKnown = try ledger.read { reader in
                let state = LedgerState(reader)
                return try state.equivocations().contains { $0.party == proof.party && $0.size == size }
                    || state.settlements().flatMap(\.givenUp).contains {
                        $0.party == proof.party && $0.size == size && roots.contains($0.root)
                    }
            }
            guard !isKnown, let key = memberships.policy(at: proof.first.height).publicKey(of: proof.party) else {
                return
            }
            try submit(
                ReportEquivocation(
                    party: proof.party, key: key, size: size,
                    .init(root: proof.first.root, signature: proof.first.cosignature.signature),
                    .init(root: proof.second.root, signature: proof.second.cosignature.signature)))
        case .settlement(let settled):
            let height = Int64(settled.height)
            let isKnown = try ledger.read { reader in
                try LedgerState(reader).settlements().contains { $0.height == height }
            }
            if !isKnown { try submit(SettleHeight(height: height, statements: settled.statements)) }
        }
    }
}
