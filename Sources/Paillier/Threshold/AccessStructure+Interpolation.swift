import Multiprecision

/// How the shares of some holders give the secret: `Σ weights[i] · share i = factor · secret`, over the integers.
struct Interpolation: Hashable, Sendable {
    /// By holder; holders that are not needed are left out.
    let weights: [Int: BigInteger]
    let factor: BigInteger

    /// The holders that are used, in order.
    var holders: [Int] { weights.keys.sorted() }
}

extension AccessStructure {
    /// The interpolation from the first holders of `holders` that suffice.
    ///
    /// In a gate over nodes 1…l of which S is used, node i has `λᵢ = Δ · ∏_{j ∈ S∖i} (−j)/(i−j)`, an integer, and the
    /// sum is Δ times the gate's secret. Nodes below a gate may have different factors: each is brought to their least
    /// common multiple.
    /// - Returns: `nil` if they do not suffice.
    func interpolation(of holders: Set<Int>) -> Interpolation? {
        var next = 1
        return interpolation(root, holders, &next)
    }

    /// Whether these holders together may open.
    public func isQualified(_ holders: Set<Int>) -> Bool {
        interpolation(of: holders) != nil
    }

    private func interpolation(_ node: Node, _ holders: Set<Int>, _ next: inout Int) -> Interpolation? {
        guard case .gate(let threshold, let nodes) = node else {
            defer { next += 1 }
            return holders.contains(next) ? Interpolation(weights: [next: 1], factor: 1) : nil
        }
        // All are visited, for the holders are numbered on the way.
        let below = nodes.map { interpolation($0, holders, &next) }
        let satisfied = below.enumerated().compactMap { index, part in part.map { (index + 1, $0) } }
        let used = Array(satisfied.prefix(threshold))
        guard used.count == threshold else { return nil }
        let common = used.reduce(BigInteger.one) { $0.leastCommonMultiple(with: $1.1.factor) }
        var weights: [Int: BigInteger] = [:]
        for (place, part) in used {
            let own = lagrange(place, among: used.map(\.0)) * quotient(common, part.factor)
            for (holder, weight) in part.weights { weights[holder] = weight * own }
        }
        return Interpolation(weights: weights, factor: BigInteger(delta) * common)
    }

    /// `Δ · ∏ (−j)/(i−j)` over the other places j.
    private func lagrange(_ place: Int, among places: [Int]) -> BigInteger {
        let others = places.filter { $0 != place }
        let numerator = others.reduce(BigInteger(delta)) { $0 * BigInteger(-$1) }
        return quotient(numerator, others.reduce(BigInteger.one) { $0 * BigInteger(place - $1) })
    }

    private func quotient(_ dividend: BigInteger, _ divisor: BigInteger) -> BigInteger {
        guard let quotient = dividend.exactQuotient(dividingBy: divisor) else {
            preconditionFailure("Δ clears every denominator of a gate that is not wider than it")
        }
        return quotient
    }
}
