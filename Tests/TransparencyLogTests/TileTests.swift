import Foundation
import SharingModel
import TestSupport
import Testing
import TransparencyLog

@Suite("Tiles")
struct TileTests {
    @Test("A tile's path is written in one way, and comes back")
    func paths() {
        let written: [(TilePath, String)] = [
            (TilePath(level: 0, index: 0, width: 256), "/tile/0/000"),
            (TilePath(level: 0, index: 0, width: 1), "/tile/0/000.p/1"),
            (TilePath(level: 3, index: 1_234_067, width: 255), "/tile/3/x001/x234/067.p/255"),
            (TilePath(level: nil, index: 1_000, width: 256), "/tile/entries/x001/000"),
            (TilePath(level: 7, index: 63, width: 4), "/tile/7/063.p/4"),
        ]
        for (path, text) in written {
            #expect(path.text == text)
            #expect(TilePath(text) == path)
        }
        let malformed = [
            "/tile/0", "/tile/0/", "/tile/8/000", "/tile/00/000", "/tile/0/0000", "/tile/0/x000/001", "/tile/0/001/000",
            "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/0/000.p/01", "/tile/0/000.p/1/2", "/tile/-1/000",
            "/tile/entries/0x1", "tile/0/000", "/tile/0/000?", "/tile/data/000", "/tile/0/x+01/000", "/tile/0/+01",
            "/tile/0/x001/x001/x001/x001/x001/001",
        ]
        for text in malformed { #expect(TilePath(text) == nil, "\(text)") }
    }

    @Test("Where a hash is stored, and what is stored there, are each other's inverse")
    func places() {
        for leaf in [0, 1, 2, 3, 7, 255, 256, 65_535, 65_536, 1 << 40, (1 << 40) - 1] {
            for level in 0...(leaf + 1).trailingZeroBitCount {
                let index = StoredHashes.index(level: level, position: leaf >> level)
                let place = StoredHashes.place(of: index)
                #expect(place.level == level && place.position == leaf >> level)
            }
        }
    }

    @Test(
        "From tiles come the hashes that are stored, and no other",
        arguments: [1, 2, 255, 256, 257, 1_000, 65_536, 66_000])
    func hashes(size: Int) throws {
        var tree = MerkleTree()
        for number in 0..<size { tree.append(Data("\(number)".utf8)) }
        let whole = tree
        let tiles = TileHashes(size: size) { try #require(try whole.tile($0, size: size)) }
        for index in stride(from: 0, to: StoredHashes.count(size: size), by: max(1, size / 500)) {
            #expect(try tiles.hashes(at: [index]) == tree.hashes(at: [index]))
        }
        #expect(try tiles.treeRoot(size: size) == tree.root)
        #expect(throws: TransparencyLogError.self) {
            try tiles.hashes(at: [StoredHashes.index(level: 0, position: size)])
        }
        #expect(try whole.tile(TilePath(level: 0, index: size / 256, width: size % 256 + 1), size: size) == nil)
    }

    @Test("Proofs need a number of tiles that grows with the logarithm of the size")
    func downloads() throws {
        let size = 70_000
        var tree = MerkleTree()
        for number in 0..<size { tree.append(Data("\(number)".utf8)) }
        let whole = tree
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<200 {
            let first = Int.random(in: 1..<size, using: &generator)
            var asked: Set<TilePath> = []
            let tiles = TileHashes(size: size) { path in
                #expect(asked.insert(path).inserted, "each tile once")
                return try #require(try whole.tile(path, size: size))
            }
            let began = try TreeHead(size: first, root: tiles.treeRoot(size: first))
            try tiles.consistencyProof(from: first, to: size)
                .verify(from: began, to: TreeHead(size: size, root: whole.root))
            let proof = try tiles.inclusionProof(index: first, size: size)
            try proof.verify(leafHash: MerkleHash.leaf(Data("\(first)".utf8)), root: whole.root)
            // Three levels of tiles, on the way of the old edge and on that of the new one.
            #expect(asked.count <= 6, "\(first): \(asked)")
        }
    }

    @Test("A tile of another length than its name says is refused, and so is a bundle that is cut off")
    func malformed() throws {
        let tiles = TileHashes(size: 3) { _ in Data(count: 95) }
        #expect(throws: TransparencyLogError.malformedTile) { try tiles.treeRoot(size: 3) }
        let leaves = [Data(), Data("a".utf8), Data(count: 65_535)]
        let bundle = try #require(EntryBundle.encode(leaves))
        #expect(try EntryBundle.decode(bundle) == leaves)
        #expect(throws: TransparencyLogError.malformedTile) { try EntryBundle.decode(bundle.dropLast()) }
        #expect(EntryBundle.encode([Data(count: 65_536)]) == nil)
    }
}
