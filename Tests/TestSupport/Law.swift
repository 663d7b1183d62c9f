package import Testing

/// A promise that is tried on many seeded random cases.
package struct Law: Sendable {
    private let name: String
    private let cases: Int
    private let seed: UInt64

    /// - Parameter name: What holds, with what it was tried on; printed with the number of cases and the seed.
    package init(_ name: String, cases: Int, seed: UInt64) {
        (self.name, self.cases, self.seed) = (name, cases, seed)
    }

    /// Tries all cases; the first that fails is recorded with its number, and ends the trial.
    ///
    /// Not an `#expect` a case: that costs more than the arithmetic on small keys.
    package func holds(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ holdsInOneCase: (_ generator: inout SeededGenerator) throws -> Bool
    ) rethrows {
        var generator = SeededGenerator(seed: seed)
        for index in 0..<cases {
            if try holdsInOneCase(&generator) { continue }
            Issue.record("\(name): case \(index) of seed \(seed) fails", sourceLocation: sourceLocation)
            return
        }
        print("\(name): \(cases) cases, seed \(seed)")
    }
}
