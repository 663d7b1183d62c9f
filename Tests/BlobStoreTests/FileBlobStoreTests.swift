import BlobStore
import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("The file store")
struct FileBlobStoreTests {
    let folder = TestFolder()
    let store: FileBlobStore

    init() throws {
        store = try FileBlobStore(directory: folder.url("blobs"))
    }

    @Test("A stored block is a plain file named by its CID, two directories down")
    func layout() throws {
        let cid = try store.put(Data("hello world".utf8), codec: .raw)
        let name = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
        #expect(store.path(of: cid) == folder.path + "/blobs/blocks/n5/" + name)
        #expect(try Data(contentsOf: URL(filePath: store.path(of: cid))) == Data("hello world".utf8))
        #expect(try Directory.names(in: folder.path + "/blobs/incoming").isEmpty)
    }

    @Test("Any flipped bit of a stored file is found by get and map, named with CID and path, and mended by put")
    func flippedBits() throws {
        let data = Data((0..<97).map { UInt8(truncatingIfNeeded: $0 * 31) })
        let cid = try store.put(data, codec: .raw)
        for bit in 0..<(data.count * 8) {
            var damaged = data
            damaged[bit / 8] ^= 1 << (bit % 8)
            try damaged.write(to: URL(filePath: store.path(of: cid)))
            expectDamaged(cid)
        }
        try store.put(data, codec: .raw)
        #expect(try store.get(cid).data == data)
    }

    @Test(
        "A file that is shorter, longer, empty, or beyond all limits is damaged, and mended by put",
        arguments: [0, 1, 99, 101, Block.maximumByteCount + 1])
    func wrongLength(byteCount: Int) throws {
        let data = Data(repeating: 5, count: 100)
        let cid = try store.put(data, codec: .raw)
        try Data(repeating: 5, count: byteCount).write(to: URL(filePath: store.path(of: cid)))
        expectDamaged(cid)
        try store.put(data, codec: .raw)
        #expect(try store.get(cid).data == data)
    }

    @Test("A directory in a block's place is damage, not a crash")
    func directoryInPlace() throws {
        let cid = CID(of: Data("a".utf8), codec: .raw)
        try Directory.create(store.path(of: cid), permissions: 0o700)
        expectDamaged(cid)
        #expect(throws: FileFailure.self) { try store.put(Data("a".utf8), codec: .raw) }
    }

    @Test("Storing again leaves the file alone")
    func deduplication() throws {
        let cid = try store.put(Data("a".utf8), codec: .raw)
        let before = try inode(of: cid)
        try store.put(Data("a".utf8), codec: .raw)
        #expect(try inode(of: cid) == before)
    }

    @Test("What a killed process left is listed by nobody, and gone when the store is opened again")
    func leftovers() throws {
        let cid = try store.put(Data("whole".utf8), codec: .raw)
        let incoming = folder.path + "/blobs/incoming"
        // Killed after creating, in the middle of writing, and before the rename.
        for (number, content) in ["", "who", "whole"].enumerated() {
            try Data(content.utf8).write(to: URL(filePath: incoming + "/.chancery-tmp-\(number)"))
        }
        // Killed after making a shard directory for a block that never came.
        try Directory.create(folder.path + "/blobs/blocks/zz", permissions: 0o755)
        try Data("x".utf8).write(to: URL(filePath: folder.path + "/blobs/blocks/zz/not-a-cid"))
        #expect(try store.cids() == [cid])

        let reopened = try FileBlobStore(directory: folder.url("blobs"))
        #expect(try reopened.cids() == [cid])
        #expect(try reopened.get(cid).data == Data("whole".utf8))
        #expect(try Directory.names(in: incoming).isEmpty)
    }

    @Test("A mapped block has the block's bytes, also after its file is gone")
    func mapping() throws {
        let data = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7) })
        let cid = try store.put(data, codec: .raw)
        let mapped = try store.map(cid)
        try FileManager.default.removeItem(atPath: store.path(of: cid))
        #expect(mapped.cid == cid)
        #expect(mapped.byteCount == data.count)
        mapped.withUnsafeBytes { bytes in
            #expect(Data(bytes) == data)
            #expect(Int(bitPattern: bytes.baseAddress) % 4096 == 0)
        }
        #expect(throws: BlobStoreError.blockMissing(cid)) { try store.map(cid) }
    }

    @Test("An empty block maps to no bytes")
    func emptyMapping() throws {
        let mapped = try store.map(store.put(Data(), codec: .raw))
        #expect(mapped.byteCount == 0)
        #expect(mapped.withUnsafeBytes { $0.isEmpty })
    }

    @Test("Two stores over one directory see each other's blocks, and mend while the other reads")
    func twoStores() async throws {
        let other = try FileBlobStore(directory: folder.url("blobs"))
        let data = Data(repeating: 3, count: 200_000)
        let cid = try store.put(data, codec: .raw)
        #expect(try other.get(cid).data == data)
        try Data("damaged".utf8).write(to: URL(filePath: store.path(of: cid)))
        let store = store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { try (number.isMultiple(of: 2) ? store : other).put(data, codec: .raw) }
                group.addTask {
                    // Old and damaged, or new and whole; never anything between.
                    do {
                        let found = try other.get(cid)
                        #expect(found.data == data)
                    } catch BlobStoreError.blockDamaged(cid, _) {}
                }
            }
            try await group.waitForAll()
        }
        #expect(try other.get(cid).data == data)
    }

    private func expectDamaged(_ cid: CID) {
        let error = BlobStoreError.blockDamaged(cid, path: store.path(of: cid))
        #expect(throws: error) { try store.get(cid) }
        #expect(throws: error) { try store.map(cid) }
    }

    private func inode(of cid: CID) throws -> UInt64 {
        let attributes = try FileManager.default.attributesOfItem(atPath: store.path(of: cid))
        return try #require(attributes[.systemFileNumber] as? UInt64)
    }
}
