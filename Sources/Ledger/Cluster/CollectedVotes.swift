package import SharingModel

/// Valid cosignatures by what they sign, size and root: those of trees that are larger than the newest final one, and
/// those of trees that the final ledger never had.
///
/// The height that a message names is not signed, so anybody could send a department's cosignature on under another
/// height. Kept by height, the first to come would then stand in the way of that department's real one.
package struct CollectedVotes {
    private var bySize: [Int: [PartyName: CosignatureMessage]] = [:]
    private var sizes: [PartyName: Set<Int>] = [:]

    /// A department that cosigns any number of sizes fills its own room only.
    private let mostOfOneParty: Int
    private let stay: Sizes

    /// Which sizes stay where a department has cosigned more than there is room for.
    package enum Sizes {
        /// Of trees to come: what is next to become final always finds room.
        case smallest
        /// Of trees that are passed: what had to go never comes back, so nothing goes from node to node for ever.
        case largest
    }

    package init(mostOfOneParty: Int = 32, stay: Sizes = .smallest) {
        (self.mostOfOneParty, self.stay) = (mostOfOneParty, stay)
    }

    package enum Answer: Equatable {
        case added
        /// This department's cosignature of this tree is here already, or there is no room for one of this size.
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
        if let own = sizes[party], own.count >= mostOfOneParty {
            switch stay {
            case .smallest:
                guard let largest = own.max(), size < largest else { return .passedOver }
                remove(party, size: largest)
            case .largest:
                guard let smallest = own.min(), size > smallest else { return .passedOver }
                remove(party, size: smallest)
            }
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

    package var isEmpty: Bool { bySize.isEmpty }

    /// The one cosignature of a department that is here for trees of a size.
    package func message(of party: PartyName, size: Int) -> CosignatureMessage? { bySize[size]?[party] }

    /// The cosignatures for trees of up to `size` leaves, by size and party.
    package func messages(through size: Int) -> [CosignatureMessage] {
        bySize.filter { $0.key <= size }.flatMap(\.value.values)
            .sorted { ($0.size, $0.cosignature.party) < ($1.size, $1.cosignature.party) }
    }

    /// The cosignatures of one tree.
    package func matching(size: Int, root: Digest) -> [PartyName: CosignatureMessage] {
        (bySize[size] ?? [:]).filter { $0.value.root == root }
    }

    /// Of each department the smallest tree that it has cosigned of those that are here, and who has cosigned the same.
    ///
    /// As long as a height is open no honest department has cosigned a later one, so these are the trees of the next
    /// height, whatever heights the messages name.
    package var nearestTrees: [Digest: [PartyName]] {
        let nearest = sizes.compactMap { party, own in own.min().flatMap { bySize[$0]?[party] } }
        return Dictionary(grouping: nearest, by: \.root).mapValues { $0.map(\.cosignature.party).sorted() }
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

    /// Drops what is not for a larger tree than that of `size` leaves.
    package mutating func forget(through size: Int) {
        bySize = bySize.filter { $0.key > size }
        sizes = sizes.mapValues { $0.filter { $0 > size } }
    }
}
