/// What a plan computes of a group.
package enum Aggregate: String, Hashable, Codable, Sendable, CaseIterable {
    case sum
    case mean
    /// Rows, or the rows in which a column is present.
    case count
    /// Of the sample, over n − 1.
    case variance
    /// Of the population, over n.
    case populationVariance
    /// Σ weight · value, the weight an integer expression over public columns.
    case weightedSum

    /// By its name in a statement, whatever the case.
    static func named(_ name: String) -> Aggregate? {
        switch name.lowercased() {
        case "sum": .sum
        case "avg": .mean
        case "count": .count
        case "variance", "var_samp": .variance
        case "var_pop": .populationVariance
        case "wsum": .weightedSum
        default: nil
        }
    }

    /// Whether it needs the published squares of its column.
    package var needsSquares: Bool { self == .variance || self == .populationVariance }

    /// Whether it is computed on ciphertext; a count reads public presence alone.
    package var opensCiphertext: Bool { self != .count }
}
