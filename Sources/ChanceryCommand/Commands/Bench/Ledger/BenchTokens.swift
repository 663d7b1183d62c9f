import SharingModel
import Synchronization

/// Tokens that are used up one after the other.
final class BenchTokens: Sendable {
    /// The most that one may be granted for.
    static let uses = 1_000_000

    private let tokens: [Digest]
    private let taken = Atomic(0)

    init(_ tokens: [Digest]) { self.tokens = tokens }

    var first: Digest { tokens[0] }

    func next() -> Digest { tokens[taken.add(1, ordering: .relaxed).oldValue / BenchTokens.uses] }
}
