import BlobStore
import Foundation
import SharingModel
import TestSupport
import Testing

@Suite("CAR files")
struct CARTests {
    let folder = TestFolder()
    let graph = Graph()

    @Test("The file is byte for byte that of an independent writer")
    func vector() throws {
        var file = Data()
        let summary = try graph.store.exportDAG(roots: [graph.root], to: &file)
        #expect(file == Graph.carFile)
        #expect(summary.roots == [graph.root])
        #expect(summary.blockCount == 2)
        #expect(summary.byteCount == file.count)

        let store = MemoryBlobStore()
        #expect(try store.importCAR(from: DataSource(Graph.carFile)) == summary)
        #expect(try store.cids() == graph.store.cids())
    }

    @Test("A graph comes out depth first, each block once, and goes in again through files")
    func deepGraph() throws {
        let store = try FileBlobStore(directory: folder.url("from"))
        let a = try store.put(Data("a".utf8), codec: .raw)
        let b = try store.put(Data("b".utf8), codec: .raw)
        let left = try DAGJSON.encode(["x": [Link(a), Link(b)]])
        let right = try DAGJSON.encode(["x": [Link(b), Link(left.cid)]])
        let root = try DAGJSON.encode(["right": [Link(right.cid)], "left": [Link(left.cid)]])
        for block in [left, right, root] { try store.put(block) }
        try store.put(Data("unrelated".utf8), codec: .raw)

        let file = folder.url("graph.car")
        let summary = try store.exportDAG(roots: [root.cid], to: file)
        var reader = try CARReader(DataSource(Data(contentsOf: file)))
        var order = [CID]()
        while let block = try reader.next() { order.append(block.cid) }
        #expect(reader.roots == [root.cid])
        #expect(order == [root.cid, left.cid, a, b, right.cid])

        let copy = try FileBlobStore(directory: folder.url("to"))
        #expect(try copy.importCAR(from: file) == summary)
        #expect(try copy.cids() == order.sorted())
        // Importing again changes nothing.
        #expect(try copy.importCAR(from: file) == summary)
    }

    @Test("A block that is missing stops the export, and no file is left")
    func missingOnExport() throws {
        let absent = CID(of: Data("absent".utf8), codec: .raw)
        let root = try DAGJSON.encode(["x": Link(absent)])
        try graph.store.put(root)
        #expect(throws: BlobStoreError.blockMissing(absent)) {
            try graph.store.exportDAG(roots: [root.cid], to: folder.url("graph.car"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("Export wants at least one root, and no more than a header holds")
    func rootCount() {
        for roots in [[], Array(repeating: graph.root, count: 1025)] {
            var file = Data()
            #expect(throws: BlobStoreError.roots(count: roots.count, limit: 1024)) {
                try graph.store.exportDAG(roots: roots, to: &file)
            }
            #expect(file.isEmpty)
        }
    }

    @Test("A header of many roots reads back", arguments: [1, 23, 24, 255, 256, 1024])
    func manyRoots(count: Int) throws {
        var file = Data()
        let roots = Array(repeating: graph.root, count: count)
        try graph.store.exportDAG(roots: roots, to: &file)
        #expect(try MemoryBlobStore().importCAR(from: DataSource(file)).roots == roots)
    }

    @Test("A block that comes twice does no harm")
    func duplicates() throws {
        let section = Graph.carFile.suffix(48)
        let summary = try MemoryBlobStore().importCAR(from: DataSource(Graph.carFile + section + section))
        #expect(summary.blockCount == 4)
    }

    @Test("A root or a link that is nowhere is named, at the end of the file")
    func incomplete() throws {
        let withoutLeaf = Graph.carFile.dropLast(48)
        #expect(throws: BlobStoreError.malformedCAR(offset: withoutLeaf.count, fault: .missingBlock(graph.leaf))) {
            try MemoryBlobStore().importCAR(from: DataSource(withoutLeaf))
        }
        let withoutRoot = Graph.carFile.prefix(60)
        #expect(throws: BlobStoreError.malformedCAR(offset: 60, fault: .missingBlock(graph.root))) {
            try MemoryBlobStore().importCAR(from: DataSource(withoutRoot))
        }
        // The store may have it already, or the caller may want the roots alone.
        let store = MemoryBlobStore()
        try store.put(Data("hello world".utf8), codec: .raw)
        #expect(try store.importCAR(from: DataSource(withoutLeaf)).roots == [graph.root])
        let evidence = try MemoryBlobStore().importCAR(from: DataSource(withoutLeaf), completeness: .rootsOnly)
        #expect(evidence.roots == [graph.root])
        #expect(throws: BlobStoreError.malformedCAR(offset: 60, fault: .missingBlock(graph.root))) {
            try MemoryBlobStore().importCAR(from: DataSource(withoutRoot), completeness: .rootsOnly)
        }
    }

    @Test("A chain and a fan of hostile length stop at the limit")
    func limits() throws {
        let store = MemoryBlobStore()
        var tip = try DAGJSON.encode(0)
        try store.put(tip)
        for _ in 0..<50 {
            tip = try DAGJSON.encode([Link(tip.cid)])
            try store.put(tip)
        }
        let fan = try DAGJSON.encode((0..<51).map { Link(CID(of: Data("\($0)".utf8), codec: .raw)) })
        try store.put(fan)
        for root in [tip.cid, fan.cid] {
            #expect(throws: BlobStoreError.tooManyBlocks(limit: 50)) {
                try store.walk(from: [root], limits: DAGLimits(blockCount: 50)) { _ in }
            }
        }
        var count = 0
        try store.walk(from: [tip.cid], limits: DAGLimits(blockCount: 51)) { _ in count += 1 }
        #expect(count == 51)
    }

    @Test("A stored block that is damaged stops import and export")
    func damagedLink() throws {
        let store = try FileBlobStore(directory: folder.url("blobs"))
        try store.importCAR(from: DataSource(Graph.carFile))
        try Data("hello wurld".utf8).write(to: URL(filePath: store.path(of: graph.leaf)))
        var file = Data()
        let damaged = BlobStoreError.blockDamaged(graph.leaf, path: store.path(of: graph.leaf))
        #expect(throws: damaged) { try store.exportDAG(roots: [graph.root], to: &file) }
        #expect(throws: damaged) { try store.importCAR(from: DataSource(Graph.carFile.dropLast(48))) }
        // With the leaf, the file mends it.
        #expect(try store.importCAR(from: DataSource(Graph.carFile)).blockCount == 2)
    }
}
