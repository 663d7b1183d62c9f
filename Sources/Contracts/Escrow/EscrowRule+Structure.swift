package import Paillier
package import SharingModel

extension EscrowRule {
    /// The sharing that the rule asks for; its holder `i` is the `i`-th of ``SharingModel/EscrowHolders/parties``.
    /// - Throws: `PaillierError.accessStructureMalformed`.
    package func structure() throws(PaillierError) -> AccessStructure {
        try holders.structure()
    }
}

extension EscrowHolders {
    /// The sharing over these gates; holder `i` is the `i`-th of ``parties``.
    /// - Throws: `PaillierError.accessStructureMalformed`.
    package func structure() throws(PaillierError) -> AccessStructure {
        try AccessStructure(node)
    }

    private var node: AccessStructure.Node {
        switch self {
        case .party: .holder
        case .gate(let threshold, let nodes): .gate(threshold: threshold, of: nodes.map(\.node))
        }
    }
}

extension EscrowPolicy {
    /// Longest wait and period: ten years.
    private static let longest: Int64 = 315_360_000

    /// Checks that the rules can be kept: owners are departments, holders others, the gates such as can be shared over,
    /// and no holder alone suffices.
    package func check(_ parties: [Party]) throws(FoundingProblem) {
        guard zip(rules, rules.dropFirst()).allSatisfy({ $0.owner < $1.owner }) else {
            throw .escrow(nil, .rulesNotSorted)
        }
        for rule in rules {
            if let fault = rule.fault(among: parties, longest: EscrowPolicy.longest) {
                throw .escrow(rule.owner, fault)
            }
        }
    }
}

extension EscrowRule {
    fileprivate func fault(among parties: [Party], longest: Int64) -> EscrowFault? {
        let (names, holders) = (Set(parties.map(\.name)), self.holders.parties)
        // Only these may hold a key that data are encrypted under.
        guard let role = parties.first(where: { $0.name == owner })?.role, [.department, .superior].contains(role)
        else { return .ownerHoldsNoKey }
        guard Set(holders).count == holders.count, Set(holders).isSubset(of: names), !holders.contains(owner) else {
            return .holders
        }
        guard let structure = try? structure() else { return .gates }
        guard (1...holders.count).allSatisfy({ !structure.isQualified([$0]) }) else { return .oneSuffices }
        guard Set(told).isSubset(of: names), zip(told, told.dropFirst()).allSatisfy({ $0 < $1 }) else { return .told }
        guard (0...longest).contains(waitSeconds), (1...longest).contains(periodSeconds),
            (1...1_000_000).contains(mostGrants)
        else { return .limits }
        return nil
    }
}

/// What is wrong with a rule of escrow.
package enum EscrowFault: String, Hashable, Sendable {
    case rulesNotSorted
    case ownerHoldsNoKey
    case holders
    case gates
    case oneSuffices
    case told
    case limits

    var sentence: String {
        switch self {
        case .rulesNotSorted: "its rules of escrow are not in ascending order of owners, each once"
        case .ownerHoldsNoKey: "whose escrow is kept is a department, or a superior, who can hold a pool's key"
        case .holders: "holders are parties of the consortium, each once, and never the owner"
        case .gates:
            "a gate has 1 to 20 nodes and a threshold within; at most 4 gates stand in one another, over 64 holders"
        case .oneSuffices: "one holder alone would suffice; let two be needed at the least"
        case .told: "who is told are parties of the consortium, in ascending order, each once"
        case .limits: "waiting time and period are at most ten years, and a period allows at least one grant"
        }
    }
}
