import Contracts
import SharingModel

/// The time of a block in a cluster: no department's clock decides it.
///
/// It is the larger of the time before and the median of the times in a quorum of cosignatures of the height before.
/// As long as fewer than half of any quorum are dishonest, the median lies between two honest clocks.
struct BlockTime {
    let policy: CheckpointPolicy

    /// - Parameter previous: Cosignatures of `head`, as a batch carries them.
    /// - Throws: ``BatchFault/tooFewCosignatures(valid:needed:)`` unless all are valid, sorted, one a party, and a
    ///   quorum.
    func time(after head: StoredBlock, previous: [PartyCosignature]) throws -> Timestamp {
        let checkpoint = try policy.checkpoint(head)
        let times = previous.compactMap { policy.time(of: $0, on: checkpoint) }
        let isSorted = zip(previous, previous.dropFirst()).allSatisfy { $0.party < $1.party }
        guard isSorted, times.count == previous.count, times.count >= policy.needed else {
            throw BatchFault.tooFewCosignatures(valid: times.count, needed: policy.needed)
        }
        // Of an even number the earlier one of the middle two.
        return max(head.record.time, times.sorted()[(times.count - 1) / 2])
    }
}
