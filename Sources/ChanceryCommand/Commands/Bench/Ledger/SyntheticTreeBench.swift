import CanonicalJSON
import Foundation
import LedgerSQLite

/// Inclusion proofs from a tree of any size, without the signatures that filling a ledger would take.
///
/// The leaves are digests of their own numbers, and nothing but the tree's stored hashes is in the file; those stand
/// where a ledger's stand and are read the same way.
enum SyntheticTreeBench {
    static func proof(leaves: Int, in folder: TemporaryFolder) throws -> BenchReport.Figure {
        let progress = ProgressBar("synthetic tree", unit: "leaves", total: leaves)
        defer { progress.finish() }
        let tree = try SyntheticTree(
            at: folder.url.appending(path: "tree.sqlite"), leaves: leaves, progress: progress.update)
        let clock = ContinuousClock()
        let times = try (0..<1_000).map { _ in
            let leaf = Int.random(in: 0..<leaves)
            return try clock.measure { try tree.proveInclusion(of: leaf) } / .seconds(1) * 1_000
        }
        return BenchReport.Figure(
            name: "inclusionProof", parameters: ["leaves": .integer(Int64(leaves))],
            value: times.percentile(50), unit: "ms", details: ["p99_ms": times.percentile(99)])
    }
}
