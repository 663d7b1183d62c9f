import CanonicalJSON
import Foundation
import SharingModel
import TransparencyLog

/// The tree over a block's outcomes, as RFC 9162 trees are.
struct OutcomeTree {
    private let tree: MerkleTree

    init(_ outcomes: [OutcomeLeaf]) throws {
        tree = MerkleTree(entries: try outcomes.map { try CanonicalJSON.encode($0) })
    }

    var root: Digest { tree.root }

    func proof(at index: Int) throws -> InclusionProof {
        try tree.inclusionProof(index: index, size: tree.size)
    }
}
