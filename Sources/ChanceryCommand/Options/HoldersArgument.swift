import ArgumentParser
import SharingModel

/// Who holds shares, and who of them open together: a list of names that one threshold is for, or gates, such as
/// `2 of ministry, (1 of audit, site3)`.
struct HoldersArgument: ExpressibleByArgument {
    /// In the order in which they are written.
    let parties: [PartyName]
    /// `nil` for a list.
    let gate: EscrowHolders?

    init?(argument: String) {
        if let list = NameList<NameKind.Party>(argument: argument) {
            (parties, gate) = (list.names, nil)
            return
        }
        var reader = GateReader(argument)
        guard let gate = reader.gate(depth: 1), reader.isAtEnd else { return nil }
        guard Set(gate.parties).count == gate.parties.count else { return nil }
        (parties, self.gate) = (gate.parties, gate)
    }

    static let words = "a,b,…|gates"
}

/// Reads `gate = number "of" node {"," node}` and `node = name | "(" gate ")"`.
private struct GateReader {
    private var tokens: ArraySlice<Substring>

    init(_ text: String) {
        var tokens: [Substring] = []
        var rest = text[...]
        while let first = rest.first {
            let isMark = "(),".contains(first)
            let token = isMark ? rest.prefix(1) : rest.prefix { !"(),".contains($0) && !$0.isWhitespace }
            if !token.isEmpty { tokens.append(token) }
            rest = rest.dropFirst(max(token.count, 1))
        }
        self.tokens = tokens[...]
    }

    var isAtEnd: Bool { tokens.isEmpty }

    mutating func gate(depth: Int) -> EscrowHolders? {
        // As deep as a sharing can be; the recursion has to end somewhere.
        guard depth <= 4, let threshold = tokens.popFirst().flatMap({ Int($0) }), take("of") else { return nil }
        var nodes: [EscrowHolders] = []
        repeat {
            guard let node = node(depth: depth) else { return nil }
            nodes.append(node)
        } while take(",")
        return .gate(threshold: threshold, of: nodes)
    }

    private mutating func node(depth: Int) -> EscrowHolders? {
        guard take("(") else { return tokens.popFirst().flatMap { PartyName($0) }.map { .party($0) } }
        guard let gate = gate(depth: depth + 1), take(")") else { return nil }
        return gate
    }

    private mutating func take(_ token: Substring) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }
}
