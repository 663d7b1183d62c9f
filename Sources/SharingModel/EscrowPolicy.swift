/// Who holds escrow for whom, and under which rules they may open a record.
package struct EscrowPolicy: Hashable, Codable, Sendable {
    /// Sorted by owner, one an owner. A department without a rule has no escrow.
    package let rules: [EscrowRule]

    package init(rules: [EscrowRule]) {
        self.rules = rules.sorted { $0.owner < $1.owner }
    }

    package func rule(for owner: PartyName) -> EscrowRule? {
        rules.first { $0.owner == owner }
    }
}

/// The escrow of one department's key for fields.
package struct EscrowRule: Hashable, Codable, Sendable {
    package let owner: PartyName
    /// Who of them together may open; the root is a gate, and no party stands in it twice.
    package let holders: EscrowHolders
    /// Seconds of block time between a request and the first grant of it.
    package let waitSeconds: Int64
    /// Who is told of every request beside the owner; sorted.
    package let told: [PartyName]
    /// How many requests may be granted in full within a period.
    package let mostGrants: Int64
    /// The period, in seconds of block time.
    package let periodSeconds: Int64

    package init(
        owner: PartyName, holders: EscrowHolders, waitSeconds: Int64 = 0, told: [PartyName] = [],
        mostGrants: Int64, periodSeconds: Int64
    ) {
        self.owner = owner
        self.holders = holders
        self.waitSeconds = waitSeconds
        self.told = told.sorted()
        self.mostGrants = mostGrants
        self.periodSeconds = periodSeconds
    }
}

/// A holder, or a gate of which some must open: a tree of parties. A required member is a gate of two of two, the member
/// and the gate of the others.
package indirect enum EscrowHolders: Hashable, Sendable {
    case party(PartyName)
    case gate(threshold: Int, of: [EscrowHolders])

    /// In the order of the tree, in which shares are numbered from 1.
    package var parties: [PartyName] {
        switch self {
        case .party(let name): [name]
        case .gate(_, let nodes): nodes.flatMap(\.parties)
        }
    }
}

extension EscrowHolders: Codable {
    private enum CodingKeys: String, CodingKey {
        case of, threshold
    }

    /// Gates that may stand in one another; as many as a sharing can have.
    private static let deepest = 4

    /// Reads a name, or `{"of": […], "threshold": 2}`.
    package init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(PartyName.self) {
            self = .party(name)
            return
        }
        // Two names of the coding path for each gate, and those of what it stands in.
        guard decoder.codingPath.count <= 2 * EscrowHolders.deepest + 10 else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "gates nested too deep"))
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self = .gate(
            threshold: try container.decode(Int.self, forKey: .threshold),
            of: try container.decode([EscrowHolders].self, forKey: .of))
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .party(let name):
            var container = encoder.singleValueContainer()
            try container.encode(name)
        case .gate(let threshold, let nodes):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(nodes, forKey: .of)
            try container.encode(threshold, forKey: .threshold)
        }
    }
}
