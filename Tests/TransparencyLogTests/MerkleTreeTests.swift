import Foundation
import SharingModel
import Testing
import TransparencyLog

@Suite("Merkle trees")
struct MerkleTreeTests {
    /// The eight entries of the tests of github.com/google/certificate-transparency (merkletree), and the roots of
    /// the first 0 to 8 of them, computed again with Python's hashlib:
    ///
    ///     def mth(d):
    ///         if not d: return H(b"")
    ///         if len(d) == 1: return H(b"\0" + d[0])
    ///         k = 1
    ///         while k * 2 < len(d): k *= 2
    ///         return H(b"\1" + mth(d[:k]) + mth(d[k:]))
    static let entries = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test("The roots of certificate-transparency's eight leaves")
    func knownRoots() throws {
        let entries = try Self.entries.map { Data(try #require([UInt8](lowercaseHex: $0))) }
        for (size, root) in Self.roots.enumerated() {
            #expect(MerkleTree(entries: entries.prefix(size)).root.hex == root)
            #expect(try MerkleTree(entries: entries).treeRoot(size: size).hex == root)
        }
    }

    @Test("Every tree up to 130 leaves has the root and the proofs of the recursive definition")
    func matchesReference() throws {
        let entries = (0..<130).map { Data("entry \($0)".utf8) }
        let tree = MerkleTree(entries: entries)
        let reference = ReferenceTree(entries)
        for size in 0...entries.count {
            let root = reference.root(0..<size)
            #expect(try tree.treeRoot(size: size) == root)
            for index in 0..<size {
                let proof = try tree.inclusionProof(index: index, size: size)
                #expect(proof.hashes == reference.path(index, 0..<size), "leaf \(index) of \(size)")
                try proof.verify(leafHash: MerkleHash.leaf(entries[index]), root: root)
            }
        }
    }

    @Test("Every two trees up to 130 leaves have the consistency proof of the recursive definition")
    func matchesReferenceConsistency() throws {
        let entries = (0..<130).map { Data("entry \($0)".utf8) }
        let tree = MerkleTree(entries: entries)
        let reference = ReferenceTree(entries)
        let roots = try (0...entries.count).map { try tree.treeRoot(size: $0) }
        for second in 0...entries.count {
            for first in 0...second {
                let proof = try tree.consistencyProof(from: first, to: second)
                try proof.verify(firstRoot: roots[first], secondRoot: roots[second])
                #expect(proof.hashes == reference.proof(first, 0..<second), "\(first) to \(second)")
            }
        }
    }

    /// A reader that keeps what it is given, and refuses to read what is not there.
    struct Table: HashReader {
        var rows: [Digest] = []

        func hashes(at indices: [Int]) throws -> [Digest] {
            try indices.map { index in
                guard rows.indices.contains(index) else { throw TransparencyLogError.hashNotStored(index: index) }
                return rows[index]
            }
        }
    }

    @Test("A table that only appends holds what the layout says, and grows into the same tree")
    func storesHashes() throws {
        var table = Table()
        var tree = MerkleTree()
        for index in 0..<70 {
            let leaf = MerkleHash.leaf(Data("\(index)".utf8))
            #expect(table.rows.count == StoredHashes.count(size: index))
            #expect(table.rows.count == StoredHashes.index(level: 0, position: index))
            table.rows += try table.storedHashes(forLeaf: leaf, at: index)
            tree.append(leafHash: leaf)
            #expect(try table.treeRoot(size: index + 1) == tree.root)
            #expect(tree.size == index + 1)
        }
        #expect(try tree.hashes(at: Array(table.rows.indices)) == table.rows)
    }

    @Test("The layout is that of golang.org/x/mod/sumdb/tlog")
    func layout() {
        // a b ab c d cd abcd e: leaves at 0 1 3 4 7, pairs at 2 5, four at 6.
        #expect((0..<5).map { StoredHashes.index(level: 0, position: $0) } == [0, 1, 3, 4, 7])
        #expect((0..<2).map { StoredHashes.index(level: 1, position: $0) } == [2, 5])
        #expect(StoredHashes.index(level: 2, position: 0) == 6)
        #expect((0...8).map { StoredHashes.count(size: $0) } == [0, 1, 3, 4, 7, 8, 10, 11, 15])
        #expect(StoredHashes.count(size: TreeHead.largestSize) == Int.max)
        #expect(StoredHashes.index(level: 62, position: 0) == Int.max - 1)
    }

    @Test("A storage that lacks a hash, or gives too few, is an error")
    func missingHashes() throws {
        struct Short: HashReader { func hashes(at indices: [Int]) -> [Digest] { [] } }
        #expect(throws: TransparencyLogError.hashNotStored(index: 2)) { try Table().treeRoot(size: 2) }
        #expect(throws: TransparencyLogError.wrongHashCount(asked: 2, given: 0)) { try Short().treeRoot(size: 3) }
        #expect(throws: TransparencyLogError.self) {
            try Short().storedHashes(forLeaf: MerkleHash.emptyRoot, at: TreeHead.largestSize)
        }
        for size in [-1, Int.min, Int.max, TreeHead.largestSize + 1] {
            #expect(throws: TransparencyLogError.sizeOutOfRange(size)) { try MerkleTree().treeRoot(size: size) }
            #expect(throws: TransparencyLogError.self) { try MerkleTree().inclusionProof(index: 0, size: size) }
            #expect(throws: TransparencyLogError.self) { try MerkleTree().consistencyProof(from: 0, to: size) }
            #expect(throws: TransparencyLogError.self) { try TreeHead(size: size, root: MerkleHash.emptyRoot) }
        }
        #expect(throws: TransparencyLogError.indexOutOfRange(1, size: 1)) {
            try MerkleTree(entries: [Data()]).inclusionProof(index: 1, size: 1)
        }
        #expect(throws: TransparencyLogError.indexOutOfRange(2, size: 1)) {
            try MerkleTree(entries: [Data()]).consistencyProof(from: 2, to: 1)
        }
    }
}
