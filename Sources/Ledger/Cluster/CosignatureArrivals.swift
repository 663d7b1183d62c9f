import SharingModel

/// How long after a batch was executed here each department's cosignature of its block came.
///
/// Of the newest blocks, final ones too: who is slower than the quorum comes later than finality.
struct CosignatureArrivals {
    private struct Executed {
        let height: Int
        let root: Digest
        let since = ContinuousClock.now
        var arrived: Set<PartyName> = []
    }

    private var blocks: [Executed] = []

    private static let most = 16

    /// From now on the time to the cosignatures of this tree is taken.
    /// - Returns: Whether it was not already.
    mutating func begin(height: Int, root: Digest) -> Bool {
        guard !blocks.contains(where: { $0.root == root }) else { return false }
        blocks.append(Executed(height: height, root: root))
        if blocks.count > CosignatureArrivals.most { blocks.removeFirst() }
        return true
    }

    /// - Parameter message: One whose signature was found valid.
    /// - Returns: The time since its tree was executed; `nil` for a tree that was not, or is forgotten, and for a
    ///   department's second.
    mutating func take(_ message: CosignatureMessage) -> (height: Int, after: Duration)? {
        guard let place = blocks.lastIndex(where: { $0.root == message.root }),
            blocks[place].arrived.insert(message.cosignature.party).inserted
        else { return nil }
        return (blocks[place].height, ContinuousClock.now - blocks[place].since)
    }
}
