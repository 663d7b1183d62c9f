package import SharingModel

/// Valid cosignatures of trees that are larger than the newest final one, by what they sign: size and root.
///
/// The height that a message names is not signed, so anybody could send a department's cosignature on under another
/// height. Kept by height, the first to come would then stand in the way of that department's real one.
package struct CollectedVotes {
    private var bySize: [Int: [PartyName: CosignatureMessage]] = [:]
    private var sizes: [PartyName: Set<Int>] = [:]

    /// A department that cosigns many sizes ahead fills its own room only; the smallest sizes stay.
    package static let mostOfOneParty = 32

    package init() {}

    package enum Answer: Equatable {
        case added
        /// This department's cosignature of this tree is here already, or there is no room for one so far ahead.
        case passedOver
        /// It has cosigned another tree of the same size; the first stays.
        case equivocation(Equivocation)
    }

    /// Whether just this cosignature is here.
    package func holds(_ message: CosignatureMessage) -> Bool {
        guard let known = bySize[message.size]?[message.cosignature.party] else { return false }
        return known.cosignature == message.cosignature && known.root == message.root
    }

    /// - Parameter message: One whose signature was found valid.
    package mutating func add(_ message: CosignatureMessage) -> Answer {
        let (party, size) = (message.cosignature.party, message.size)
        if let known = bySize[size]?[party] {
            return known.root == message.root
                ? .passedOver : .equivocation(Equivocation(first: known, second: message))
        }
        if let own = sizes[party], own.count >= CollectedVotes.mostOfOneParty, let largest = own.max() {
            guard size < largest else { return .passedOver }
            remove(party, size: largest)
        }
        bySize[size, default: [:]][party] = message
        sizes[party, default: []].insert(size)
        return .added
    }

    private mutating func remove(_ party: PartyName, size: Int) {
        sizes[party]?.remove(size)
        bySize[size]?[party] = nil
        if bySize[size]?.isEmpty == true { bySize[size] = nil }
    }

    /// The cosignatures of one tree.
    package func matching(size: Int, root: Digest) -> [PartyName: CosignatureMessage] {
        (bySize[size] ?? [:]).filter { $0.value.root == root }
    }

    /// The trees that departments have cosigned for a height, as they say, and who each.
    package func trees(ofHeight height: Int) -> [Digest: [PartyName]] {
        let messages = bySize.values.flatMap(\.values).filter { $0.height == height }
        return Dictionary(grouping: messages, by: \.root).mapValues { $0.map(\.cosignature.party).sorted() }
    }

    /// The newest of one department.
    package func newest(of party: PartyName) -> CosignatureMessage? {
        sizes[party]?.max().flatMap { bySize[$0]?[party] }
    }

    /// Drops what `isKept` does not vouch for.
    package mutating func keep(where isKept: (CosignatureMessage) -> Bool) {
        for message in bySize.values.flatMap(\.values) where !isKept(message) {
            remove(message.cosignature.party, size: message.size)
        }
    }

    /// How many departments have cosigned some tree, as they say for this height.
    package func count(ofHeight height: Int) -> Int {
        Set(bySize.values.flatMap(\.values).filter { $0.height == height }.map(\.cosignature.party)).count
    }

    /// Drops what is not for a larger tree than that of `size` leaves.
    package mutating func forget(through size: Int) {
        bySize = bySize.filter { $0.key > size }
        sizes = sizes.mapValues { $0.filter { $0 > size } }
    }
}
