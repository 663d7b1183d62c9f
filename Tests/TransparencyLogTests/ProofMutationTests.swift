import Foundation
import SharingModel
import TestSupport
import Testing
import TransparencyLog

@Suite("Proofs that were tampered with")
struct ProofMutationTests {
    static let entries = (0..<130).map { Data("entry \($0)".utf8) }
    static let tree = MerkleTree(entries: entries)
    static let sizes = Array(1...33) + [63, 64, 65, 127, 128, 129, 130]
    static let stranger = MerkleHash.leaf(Data("stranger".utf8))

    /// Each hash altered, left out, doubled; one put in at every place; two neighbours exchanged.
    static func mutations(of hashes: [Digest]) -> [[Digest]] {
        var all: [[Digest]] = []
        for place in hashes.indices {
            var bytes = hashes[place].bytes
            bytes[place % 32] ^= 1 << UInt8(place % 8)
            all.append(hashes.replacing(place, with: Digest(bytes: bytes).map { [$0] } ?? []))
            all.append(hashes.replacing(place, with: []))
            all.append(hashes.replacing(place, with: [hashes[place], hashes[place]]))
            if place + 1 < hashes.count, hashes[place] != hashes[place + 1] {
                var exchanged = hashes
                exchanged.swapAt(place, place + 1)
                all.append(exchanged)
            }
        }
        for place in 0...hashes.count {
            all.append(Array(hashes[..<place]) + [stranger] + Array(hashes[place...]))
        }
        return all
    }

    @Test("No altered inclusion proof is accepted", arguments: sizes)
    func inclusion(size: Int) throws {
        let root = try Self.tree.treeRoot(size: size)
        for index in stride(from: 0, to: size, by: size > 60 ? 11 : 1) {
            let leaf = MerkleHash.leaf(Self.entries[index])
            let proof = try Self.tree.inclusionProof(index: index, size: size)
            for hashes in Self.mutations(of: proof.hashes) {
                let altered = InclusionProof(index: index, treeSize: size, hashes: hashes)
                #expect(throws: TransparencyLogError.self) { try altered.verify(leafHash: leaf, root: root) }
            }
            for other in stride(from: 0, to: size, by: size > 60 ? 7 : 1) where other != index {
                let moved = InclusionProof(index: other, treeSize: size, hashes: proof.hashes)
                #expect(throws: TransparencyLogError.self) { try moved.verify(leafHash: leaf, root: root) }
            }
            #expect(throws: TransparencyLogError.rootMismatch) { try proof.verify(leafHash: Self.stranger, root: root) }
            #expect(throws: TransparencyLogError.rootMismatch) { try proof.verify(leafHash: leaf, root: Self.stranger) }
            let head = try TreeHead(size: size + 1, root: root)
            #expect(throws: TransparencyLogError.sizeMismatch(proof: size, head: size + 1)) {
                try proof.verify(leafHash: leaf, in: head)
            }
        }
    }

    @Test("No altered consistency proof is accepted", arguments: sizes)
    func consistency(size: Int) throws {
        let secondRoot = try Self.tree.treeRoot(size: size)
        for first in stride(from: 0, through: size, by: size > 60 ? 9 : 1) {
            let firstRoot = try Self.tree.treeRoot(size: first)
            let proof = try Self.tree.consistencyProof(from: first, to: size)
            for hashes in Self.mutations(of: proof.hashes) {
                let altered = ConsistencyProof(firstSize: first, secondSize: size, hashes: hashes)
                #expect(throws: TransparencyLogError.self, "\(first) to \(size)") {
                    try altered.verify(firstRoot: firstRoot, secondRoot: secondRoot)
                }
            }
            #expect(throws: TransparencyLogError.rootMismatch) {
                try proof.verify(firstRoot: Self.stranger, secondRoot: secondRoot)
            }
            guard first > 0 else { continue }
            #expect(throws: TransparencyLogError.rootMismatch) {
                try proof.verify(firstRoot: firstRoot, secondRoot: Self.stranger)
            }
        }
    }

    @Test("A tree is not consistent with one that changed an old leaf")
    func rewrittenHistory() throws {
        var entries = Self.entries
        entries[3] = Data("rewritten".utf8)
        let rewritten = MerkleTree(entries: entries)
        for first in 4..<130 {
            let old = try TreeHead(size: first, root: Self.tree.treeRoot(size: first))
            let new = try TreeHead(size: 130, root: rewritten.root)
            for tree in [rewritten, Self.tree] {
                let proof = try tree.consistencyProof(from: first, to: 130)
                #expect(throws: TransparencyLogError.rootMismatch) { try proof.verify(from: old, to: new) }
            }
        }
    }

    static let hostile = [Int.min, -1, 0, 1, 2, 3, 7, 8, 1 << 61, (1 << 62) - 1, 1 << 62, (1 << 62) + 1, Int.max]

    @Test("Any numbers may stand in a proof: it is refused, and quickly", arguments: hostile)
    func hostileNumbers(size: Int) throws {
        let root = MerkleHash.leaf(Data("root".utf8))
        for index in Self.hostile {
            for count in [0, 1, 2, 61, 62, 63, 64, 65, 10_000] {
                let hashes = Array(repeating: Self.stranger, count: count)
                #expect(throws: TransparencyLogError.self) {
                    try InclusionProof(index: index, treeSize: size, hashes: hashes)
                        .verify(leafHash: Self.stranger, root: root)
                }
                #expect(throws: TransparencyLogError.self) {
                    try ConsistencyProof(firstSize: index, secondSize: size, hashes: hashes)
                        .verify(firstRoot: Self.stranger, secondRoot: root)
                }
            }
        }
    }

    /// A tree of any size whose leaves are all the same, so that a level has one hash.
    struct UniformTree: HashReader {
        let levels = (0..<62).reduce(into: [ProofMutationTests.stranger]) { levels, _ in
            levels.append(MerkleHash.node(levels[levels.count - 1], levels[levels.count - 1]))
        }

        func hashes(at indices: [Int]) -> [Digest] { indices.map { levels[level(of: $0)] } }

        /// As `SplitStoredHashIndex` of x/mod's tlog finds it.
        private func level(of index: Int) -> Int {
            var leaf = index / 2
            while StoredHashes.count(size: leaf) > index { leaf -= 1 }
            while StoredHashes.count(size: leaf + 1) <= index { leaf += 1 }
            return index - StoredHashes.count(size: leaf)
        }
    }

    @Test("Proofs of trees of up to 2^62 leaves are made and verified")
    func giants() throws {
        let tree = UniformTree()
        var random = SeededGenerator(seed: 9162)
        for round in 0..<200 {
            let size = round == 0 ? TreeHead.largestSize : Int.random(in: 1...(1 << (round % 62)), using: &random)
            let index = Int.random(in: 0..<size, using: &random)
            let root = try tree.treeRoot(size: size)
            try tree.inclusionProof(index: index, size: size).verify(leafHash: Self.stranger, root: root)
            let first = try TreeHead(size: index, root: tree.treeRoot(size: index))
            let proof = try tree.consistencyProof(from: index, to: size)
            try proof.verify(from: first, to: TreeHead(size: size, root: root))
        }
    }
}

extension Array {
    fileprivate func replacing(_ place: Int, with elements: [Element]) -> [Element] {
        Array(self[..<place]) + elements + Array(self[(place + 1)...])
    }
}
