public import Multiprecision

/// What a dealing publishes: its secret and its polynomials' coefficients in the exponent of v, times Δ.
///
/// The commitment of the secret of a gate below follows from those above it, and stands nowhere: commitments cannot
/// contradict each other.
public struct ShareCommitments: Hashable, Sendable, Codable {
    /// `v^(Δ·secret)`.
    public let root: BigInteger
    /// `v^(Δ·a_k)` for k = 1, 2, … of each gate's polynomial; gates in the order of the tree.
    public let gates: [[BigInteger]]

    /// Takes numbers from outside; whoever uses them checks them.
    public init(root: BigInteger, gates: [[BigInteger]]) {
        self.root = root
        self.gates = gates
    }

    /// - Throws: ``PaillierError/commitmentsMalformed`` unless there is a unit modulo n² for every coefficient.
    func check(for structure: AccessStructure, under key: PublicKey) throws(PaillierError) {
        guard gates.map(\.count) == structure.coefficientCounts else { throw .commitmentsMalformed }
        let values = [root] + gates.joined()
        guard values.allSatisfy({ $0.signum > 0 && $0 < key.modulusSquared }) else { throw .commitmentsMalformed }
        let product = values.reduce(BigInteger.one) { ($0 * $1).modulo(key.modulus) }
        guard product.greatestCommonDivisor(with: key.modulus) == 1 else { throw .commitmentsMalformed }
    }

    /// `vᵢ = v^(Δ·share i)` of every holder, in order.
    func verificationValues(over structure: AccessStructure, under key: PublicKey) -> [BigInteger] {
        var values: [BigInteger] = []
        var rest = gates[...]
        collect(structure.root, root, &rest, modulo: key.modulusSquared, into: &values)
        return values
    }

    private func collect(
        _ node: AccessStructure.Node, _ value: BigInteger, _ rest: inout ArraySlice<[BigInteger]>,
        modulo square: BigInteger, into values: inout [BigInteger]
    ) {
        guard case .gate(_, let nodes) = node, let coefficients = rest.popFirst() else {
            values.append(value)
            return
        }
        for (index, node) in nodes.enumerated() {
            // ∏ A_k^(i^k), from the highest.
            let place = BigInteger(index + 1)
            let below = coefficients.reversed().reduce(BigInteger.one) {
                ($0 * $1).modulo(square).power(place, modulo: square, variableTime: true)
            }
            collect(node, (below * value).modulo(square), &rest, modulo: square, into: &values)
        }
    }

    /// Commitments of `Σ weight · dealing`.
    static func combine(
        _ parts: [(commitments: ShareCommitments, weight: BigInteger)], under key: PublicKey
    ) throws(PaillierError) -> ShareCommitments {
        let square = key.modulusSquared
        func product(_ number: (ShareCommitments) -> BigInteger) throws(PaillierError) -> BigInteger {
            var result = BigInteger.one
            for part in parts {
                result = (result * (try number(part.commitments).signedPower(part.weight, modulo: square)))
                    .modulo(square)
            }
            return result
        }
        guard let shape = parts.first?.commitments.gates else { throw .commitmentsMalformed }
        var gates: [[BigInteger]] = []
        for (gate, coefficients) in shape.enumerated() {
            var values: [BigInteger] = []
            for place in coefficients.indices { values.append(try product { $0.gates[gate][place] }) }
            gates.append(values)
        }
        return ShareCommitments(root: try product(\.root), gates: gates)
    }
}

extension AccessStructure {
    /// Random coefficients of each gate's polynomial, in the order of the tree.
    var coefficientCounts: [Int] {
        func counts(_ node: Node) -> [Int] {
            guard case .gate(let threshold, let nodes) = node else { return [] }
            return [threshold - 1] + nodes.flatMap(counts)
        }
        return counts(root)
    }
}
