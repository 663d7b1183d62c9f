import BlobStore
import Foundation
import SharingModel
import TestSupport
import Testing

/// What every store promises, asked of each.
@Suite("Every blob store")
struct BlobStoreContractTests {
    enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case memory, file
        var testDescription: String { rawValue }

        func open(in folder: TestFolder) throws -> any BlobStore {
            switch self {
            case .memory: MemoryBlobStore()
            case .file: try FileBlobStore(directory: folder.url("blobs"))
            }
        }
    }

    let folder = TestFolder()

    @Test("gives back what was put, under the CID of the content", arguments: Kind.allCases)
    func roundTrip(kind: Kind) throws {
        let store = try kind.open(in: folder)
        for data in [Data(), Data("hello world".utf8), Data(repeating: 7, count: Block.maximumByteCount)] {
            for codec in CID.Codec.allCases {
                let cid = try store.put(data, codec: codec)
                #expect(cid == CID(of: data, codec: codec))
                #expect(try store.get(cid) == Block(data, codec: codec))
                #expect(try store.size(of: cid) == data.count)
                #expect(try store.contains(cid))
            }
        }
    }

    @Test("says that a block is missing, and keeps one codec's block apart from the other's", arguments: Kind.allCases)
    func missing(kind: Kind) throws {
        let store = try kind.open(in: folder)
        try store.put(Data("here".utf8), codec: .raw)
        let absent = CID(of: Data("here".utf8), codec: .dagJSON)
        #expect(throws: BlobStoreError.blockMissing(absent)) { try store.get(absent) }
        #expect(try store.size(of: absent) == nil)
        #expect(try !store.contains(absent))
    }

    @Test("refuses a block above 1 MiB and keeps nothing of it", arguments: Kind.allCases)
    func tooLarge(kind: Kind) throws {
        let store = try kind.open(in: folder)
        let data = Data(count: Block.maximumByteCount + 1)
        #expect(throws: BlobStoreError.blockTooLarge(byteCount: data.count, limit: 1 << 20)) {
            try store.put(data, codec: .raw)
        }
        #expect(try store.cids().isEmpty)
    }

    @Test("lists each block once, sorted by text", arguments: Kind.allCases)
    func listing(kind: Kind) throws {
        let store = try kind.open(in: folder)
        #expect(try store.cids().isEmpty)
        var cids = [CID]()
        for number in 0..<50 {
            let data = Data("\(number)".utf8)
            cids.append(try store.put(data, codec: number.isMultiple(of: 3) ? .dagJSON : .raw))
            try store.put(data, codec: .raw)
        }
        let listed = try store.cids()
        #expect(listed == listed.sorted())
        #expect(Set(listed).count == listed.count)
        #expect(Set(listed).isSuperset(of: cids))
    }

    @Test("takes the same and other blocks from many tasks at once", arguments: Kind.allCases)
    func concurrency(kind: Kind) async throws {
        let store = try kind.open(in: folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<16 {
                group.addTask {
                    for number in 0..<20 {
                        let data = Data(repeating: UInt8(number), count: 1000)
                        let cid = try store.put(data, codec: .raw)
                        #expect(try store.get(cid).data == data)
                        try store.put(Data("\(task) \(number)".utf8), codec: .raw)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.cids().count == 20 + 16 * 20)
    }

    @Test("A block cannot be made of bytes that its CID does not name")
    func verifiedByConstruction() throws {
        let cid = CID(of: Data("a".utf8), codec: .raw)
        #expect(throws: BlobStoreError.hashMismatch(cid)) { try Block(Data("b".utf8), expecting: cid) }
        let slice = Data("bab".utf8)[1..<2]
        let block = try Block(slice, expecting: cid)
        #expect(block.data == Data("a".utf8))
        #expect(block.data.startIndex == 0)
    }
}
