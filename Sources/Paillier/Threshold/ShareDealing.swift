public import Multiprecision

/// One party's sharing of a secret over an access structure: what it publishes, and what it sends to each holder.
///
/// In every gate a polynomial whose value at 0 is the gate's secret; the node at place i gets the value at i, which a
/// gate below shares on.
public struct ShareDealing: Sendable {
    /// To be published before the shares are sent.
    public let commitments: ShareCommitments
    /// For holder 1, 2, …; each for that holder alone. Wiped from memory when the last copy goes.
    public let shares: [BigInteger]
}

/// Where the numbers of a dealing come from, and how large they get.
enum CoefficientRange {
    /// Uniform below a modulus, and all values reduced by it: the first dealing, by whoever knows n·m.
    case below(BigInteger)
    /// Over the integers, κ bits longer than the secret that they hide and than n²: by holders, who know no modulus.
    case integers(secretBitCount: Int, modulusSquaredBitCount: Int)
}

extension ShareDealing {
    /// κ of statistical hiding and of challenges, in bits.
    static let statisticalBitCount = 128

    /// Shares `secret`, which is not negative unless the range is that of integers.
    static func deal(
        _ secret: BigInteger, over structure: AccessStructure, range: CoefficientRange, base: VerificationBase,
        using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> ShareDealing {
        var polynomials = Polynomials()
        polynomials.add(structure.root, secret, range, using: &generator)
        let raised = polynomials.gates.map { $0.dropFirst().map { $0 * BigInteger(structure.delta) } }
        let root = try base.secretPower(secret * BigInteger(structure.delta))
        var gates: [[BigInteger]] = []
        for gate in raised {
            var powers: [BigInteger] = []
            for exponent in gate { powers.append(try base.secretPower(exponent)) }
            gates.append(powers)
        }
        return ShareDealing(commitments: ShareCommitments(root: root, gates: gates), shares: polynomials.shares)
    }

    /// The length in bits that no share of such a dealing exceeds.
    static func shareBitCount(over structure: AccessStructure, range: CoefficientRange) -> Int {
        var greatest = 0
        measure(structure.root, range, &greatest)
        return greatest
    }

    private static func measure(_ node: AccessStructure.Node, _ range: CoefficientRange, _ greatest: inout Int) {
        guard case .gate(let threshold, let nodes) = node else {
            greatest = max(greatest, range.secretBitCount)
            return
        }
        let below = range.below(threshold: threshold, nodeCount: nodes.count)
        for node in nodes { measure(node, below, &greatest) }
    }
}

extension CoefficientRange {
    var secretBitCount: Int {
        switch self {
        case .below(let modulus): modulus.bitWidth
        case .integers(let count, _): count
        }
    }

    /// Length of the random coefficients in bits, over the integers.
    private var coefficientBitCount: Int {
        switch self {
        case .below(let modulus): modulus.bitWidth
        case .integers(let secret, let least): max(secret, least) + ShareDealing.statisticalBitCount
        }
    }

    func coefficient(using generator: inout some RandomNumberGenerator) -> BigInteger {
        switch self {
        case .below(let modulus): .random(below: modulus, using: &generator)
        case .integers: .random(bitCount: coefficientBitCount, using: &generator)
        }
    }

    func reduce(_ value: BigInteger) -> BigInteger {
        switch self {
        case .below(let modulus): value.modulo(modulus)
        case .integers: value
        }
    }

    /// The range for the secrets of the nodes below a gate.
    func below(threshold: Int, nodeCount: Int) -> CoefficientRange {
        guard case .integers(let secret, let least) = self else { return self }
        guard threshold > 1 else { return self }
        // A sum of `threshold` terms, each at most a coefficient times nodeCount^(threshold − 1).
        let growth = (threshold - 1) * BigInteger(nodeCount).bitWidth + BigInteger(threshold).bitWidth
        return .integers(
            secretBitCount: max(secret, coefficientBitCount) + growth, modulusSquaredBitCount: least)
    }
}

/// The polynomials of one dealing while they are drawn; secret.
private struct Polynomials {
    /// Coefficients of every gate, the constant first; gates in the order of the tree.
    var gates: [[BigInteger]] = []
    var shares: [BigInteger] = []

    mutating func add(
        _ node: AccessStructure.Node, _ secret: BigInteger, _ range: CoefficientRange,
        using generator: inout some RandomNumberGenerator
    ) {
        guard case .gate(let threshold, let nodes) = node else {
            shares.append(secret)
            return
        }
        var coefficients = [secret]
        while coefficients.count < threshold { coefficients.append(range.coefficient(using: &generator)) }
        gates.append(coefficients)
        let below = range.below(threshold: threshold, nodeCount: nodes.count)
        for (index, node) in nodes.enumerated() {
            let place = BigInteger(index + 1)
            let value = coefficients.reversed().reduce(BigInteger.zero) { range.reduce($0 * place + $1) }
            add(node, value, below, using: &generator)
        }
    }
}
