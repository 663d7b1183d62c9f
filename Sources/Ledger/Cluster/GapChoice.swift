import SharingModel

/// What a department behind a gap knows of the height after its newest final block, while it has cosigned nothing there.
///
/// The first valid batch may be one that it has lost, and then some honest departments have cosigned that one and cannot
/// take it back. So it cosigns what most others have cosigned, one department after the other: with each the largest
/// number of cosignatures of one block grows by one, from that of the honest ones that saw the first batch on, and in the
/// end it is at least the number of honest departments, a quorum, whichever block that is and whatever dishonest ones
/// have cosigned, since theirs count as well.
struct GapChoice {
    /// Blocks that could be final here, by their roots: what the order has, and what others have cosigned and given.
    var found: [Digest: DepartmentNode.Candidate] = [:]
    /// How many others have cosigned each of those.
    private(set) var tallies: [Digest: Int] = [:]
    /// Since when neither has changed.
    private(set) var unchangedSince = ContinuousClock.now
    /// Who has said what it has cosigned of this height, or that it has cosigned nothing.
    var heard: Set<PartyName> = []
    /// When others were last asked for what they have cosigned.
    var asked: ContinuousClock.Instant?
    /// What is to be cosigned, as far as that is clear.
    var chosen: Digest?

    /// Forgets what stood in an order that has been found to be another.
    mutating func forgetPlaced() { found = found.filter { !$0.value.isPlaced } }

    mutating func note(_ tallies: [Digest: Int]) {
        guard tallies != self.tallies else { return }
        (self.tallies, unchangedSince) = (tallies, .now)
    }

    /// The block that most others have cosigned; of several the one that the order has here, then the one whose root comes
    /// first.
    var leading: (root: Digest, count: Int)? {
        guard let most = tallies.values.max() else { return nil }
        let first = tallies.filter { $0.value == most }.keys.min { one, other in
            let (isOwn, isOthers) = (found[one]?.isPlaced ?? false, found[other]?.isPlaced ?? false)
            return isOwn != isOthers ? isOwn : one < other
        }
        return first.map { ($0, most) }
    }
}
