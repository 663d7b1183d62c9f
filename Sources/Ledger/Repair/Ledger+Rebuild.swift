import SharingModel

extension Ledger {
    /// Takes blocks from `sources` for as long as one of them has the next that holds.
    ///
    /// Every block is executed here. Each source is asked in turn, so the nearest comes first; one whose block differs is
    /// passed over at that height.
    /// - Parameter requiringQuorum: Whether a block counts only with a quorum's cosignatures, its own or those of a later
    ///   one. Without, what executing gives is enough: for the log of one operator.
    package func rebuild(from sources: [any LedgerBlockSource], requiringQuorum: Bool) throws -> RebuildReport {
        var report = RebuildReport()
        while true {
            let next = try head().map { $0.height + 1 } ?? 0
            var taken = 0
            for source in sources where taken == 0 {
                do {
                    taken = try takeGroup(at: next, from: source, requiringQuorum)
                    if taken > 0 { report.taken[source.name, default: 0] += taken }
                } catch {
                    report.problems[source.name] = "height \(next): \(error)"
                }
            }
            guard taken > 0 else { return report }
        }
    }

    /// The next blocks up to one that is final; heights from before the departments ordered together may be so only by
    /// a later one.
    /// - Returns: How many were taken.
    private func takeGroup(at height: Int, from source: any LedgerBlockSource, _ requiringQuorum: Bool) throws -> Int {
        var group: [ExportedBlock] = []
        while let block = try source.block(at: height + group.count) {
            group.append(block)
            if !requiringQuorum || isFinal(block) {
                try take(group, requiringQuorum: requiringQuorum)
                return group.count
            }
        }
        return 0
    }
}

/// Where the blocks of a ledger that was built again came from.
package struct RebuildReport: Hashable, Sendable {
    /// Blocks by source.
    package var taken: [String: Int] = [:]
    /// The last thing that kept a source from giving a block.
    package var problems: [String: String] = [:]
}
