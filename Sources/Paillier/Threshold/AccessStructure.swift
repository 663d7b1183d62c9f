/// Whose shares together open: a tree of threshold gates over holders.
///
/// Three of five is one gate. A required member is a gate of two that both are needed: the member, and the gate of the
/// others. A group that counts as one holder is a gate in a gate. Holders are numbered from 1 in the order in which the
/// tree is written.
public struct AccessStructure: Hashable, Sendable {
    /// A holder, or a gate over several.
    public indirect enum Node: Hashable, Sendable {
        /// One share.
        case holder
        /// Opens when `threshold` of the nodes below do.
        case gate(threshold: Int, of: [Node])
    }

    /// A gate.
    public let root: Node
    /// Number of holders, at most ``mostHolders``.
    public let holderCount: Int
    /// Δ: the factorial of the widest gate's number of nodes; it clears the denominators of every interpolation.
    let delta: Int

    /// The most holders of one structure.
    public static let mostHolders = 64
    /// The widest gate: 20! is the last factorial in 64 bits.
    public static let widestGate = 20
    /// The most gates on a path from the root to a holder.
    public static let deepestGate = 4

    /// `threshold` of `count` holders, each like the others.
    ///
    /// - Throws: As ``init(_:)``.
    public init(threshold: Int, of count: Int) throws(PaillierError) {
        guard (1...Self.widestGate).contains(count) else { throw .accessStructureMalformed }
        try self.init(.gate(threshold: threshold, of: Array(repeating: .holder, count: count)))
    }

    /// Takes a tree from outside.
    ///
    /// - Throws: ``PaillierError/accessStructureMalformed`` unless the root is a gate, every threshold is from 1 to the
    ///   number of nodes below, and the limits of this type hold.
    public init(_ root: Node) throws(PaillierError) {
        guard case .gate = root else { throw .accessStructureMalformed }
        let shape = try Self.measure(root, depth: 0)
        guard shape.holders <= Self.mostHolders else { throw .accessStructureMalformed }
        self.root = root
        holderCount = shape.holders
        delta = (1...shape.width).reduce(1, *)
    }

    private static func measure(_ node: Node, depth: Int) throws(PaillierError) -> (holders: Int, width: Int) {
        guard case .gate(let threshold, let nodes) = node else { return (1, 1) }
        guard depth < deepestGate, (1...widestGate).contains(nodes.count), (1...nodes.count).contains(threshold) else {
            throw .accessStructureMalformed
        }
        var (holders, width) = (0, nodes.count)
        for below in nodes {
            let shape = try measure(below, depth: depth + 1)
            holders += shape.holders
            width = max(width, shape.width)
        }
        return (holders, width)
    }
}

extension AccessStructure: Codable {
    /// Reads what ``encode(to:)`` writes, with the checks of ``init(_:)``.
    public init(from decoder: any Decoder) throws {
        do {
            try self.init(Node(from: decoder))
        } catch let error as PaillierError {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no access structure", underlyingError: error))
        }
    }

    /// Writes `{"of": ["holder", …], "threshold": 3}`, where an element of `of` may be such an object itself.
    public func encode(to encoder: any Encoder) throws {
        try root.encode(to: encoder)
    }
}

extension AccessStructure.Node: Codable {
    private enum CodingKeys: String, CodingKey {
        case of, threshold
    }

    /// Reads a holder or a gate, not deeper than ``AccessStructure/deepestGate``.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            guard name == "holder" else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "\"holder\" or a gate"))
            }
            self = .holder
            return
        }
        // Two names of the coding path for each gate: a hostile document must not nest as deep as it likes.
        guard decoder.codingPath.count <= 2 * AccessStructure.deepestGate + 8 else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "gates nested too deep"))
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self = .gate(
            threshold: try container.decode(Int.self, forKey: .threshold),
            of: try container.decode([AccessStructure.Node].self, forKey: .of))
    }

    /// Writes `"holder"`, or the gate as an object.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .holder:
            var container = encoder.singleValueContainer()
            try container.encode("holder")
        case .gate(let threshold, let nodes):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(nodes, forKey: .of)
            try container.encode(threshold, forKey: .threshold)
        }
    }
}
