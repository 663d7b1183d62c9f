import Foundation
import SharingModel

/// RFC 9162, section 2.1, written down as the text has it: recursive, over all leaves. The hash of each range of
/// leaves is kept, for it is asked for often.
final class ReferenceTree {
    private let entries: [Data]
    private var known: [Range<Int>: Digest] = [:]

    init(_ entries: [Data]) {
        self.entries = entries
    }

    /// MTH(D_n) of a range of the leaves.
    func root(_ leaves: Range<Int>) -> Digest {
        if let hash = known[leaves] { return hash }
        let hash: Digest =
            switch leaves.count {
            case 0: .sha256(Data())
            case 1: .sha256([0] + Array(entries[leaves.lowerBound]))
            default: .sha256([1] + root(left(leaves)).bytes + root(right(leaves)).bytes)
            }
        known[leaves] = hash
        return hash
    }

    /// PATH(m, D_n).
    func path(_ m: Int, _ leaves: Range<Int>) -> [Digest] {
        guard leaves.count > 1 else { return [] }
        return m < split(leaves.count)
            ? path(m, left(leaves)) + [root(right(leaves))]
            : path(m - split(leaves.count), right(leaves)) + [root(left(leaves))]
    }

    /// PROOF(m, D_n).
    func proof(_ m: Int, _ leaves: Range<Int>) -> [Digest] {
        m == 0 ? [] : subproof(m, leaves, true)
    }

    private func subproof(_ m: Int, _ leaves: Range<Int>, _ isWhole: Bool) -> [Digest] {
        if m == leaves.count { return isWhole ? [] : [root(leaves)] }
        return m <= split(leaves.count)
            ? subproof(m, left(leaves), isWhole) + [root(right(leaves))]
            : subproof(m - split(leaves.count), right(leaves), false) + [root(left(leaves))]
    }

    private func left(_ leaves: Range<Int>) -> Range<Int> { leaves.prefix(split(leaves.count)) }
    private func right(_ leaves: Range<Int>) -> Range<Int> { leaves.dropFirst(split(leaves.count)) }

    private func split(_ count: Int) -> Int {
        var k = 1
        while k * 2 < count { k *= 2 }
        return k
    }
}
