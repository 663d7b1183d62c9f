import BlobStore
import Foundation
import Multiprecision
package import Paillier
import QueryPlans
import SealedTables
import SharingModel

/// What decoders need beside the bytes: keys that are quick and insecure, a sealed table, a plan over it.
package struct FuzzFixture: Sendable {
    static let shared = Result { try FuzzFixture() }

    /// 256 bits, from a seed: for arithmetic.
    let small: PrivateKey
    /// 1024 bits: for the table, whose packs need the room.
    let key: PrivateKey
    let datasets: [SealedDataset]
    let plan: BoundPlan

    /// The corpora, found from where this source lies.
    static let corpora = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "FuzzTests/Corpora")

    init() throws {
        var generator = CaseGenerator(seed: 256)
        small = try PrivateKey.generate(insecureBitCountForTesting: 256, using: &generator)
        key = try Self.tableKey()
        let store = MemoryBlobStore()
        let block = try Block(Data(contentsOf: Self.corpora.appending(path: "manifest/table.json")), codec: .dagJSON)
        try store.put(block)
        datasets = [try SealedDataset(loading: block.cid, from: store)]
        let document = try Data(contentsOf: Self.corpora.appending(path: "plan/table.json"))
        plan = try BoundPlan(Plan(data: document), datasets: datasets)
    }

    /// Safe primes of `openssl prime -generate -safe -bits 512`, public and therefore worth nothing as keys.
    package static func tableKey() throws -> PrivateKey {
        let p =
            "10908419564221684207639445643707243725114170553673716211211404553411946196470786"
            + "726528452424013430968820450567420216430885600855485004564063219490898991607"
        let q =
            "10858759801706676563657328996909472433943620389147421342755009170771198188999603"
            + "966913751876139410978245778732922288231849769255322299545373167432978235227"
        return try PrivateKey(insecurePForTesting: BigInteger(p) ?? 0, q: BigInteger(q) ?? 0)
    }
}

/// A store that answers every question with the same bytes, so that a decoder behind a CID sees what was mutated.
struct OneBlockStore: BlobStore {
    let data: Data
    let known: MemoryBlobStore?

    init(_ data: Data, known: MemoryBlobStore? = nil) {
        self.data = data
        self.known = known
    }

    func put(_ block: Block) throws {}

    func get(_ cid: CID) throws -> Block {
        if let block = try? known?.get(cid) { return block }
        return try Block(data, codec: cid.codec)
    }

    func size(of cid: CID) throws -> Int? { data.count }
    func cids() throws -> [CID] { [] }
}

/// A folder of this process for decoders that read files, removed by the operating system's own rules.
enum FuzzFolder {
    static func with<Value>(_ name: String, _ data: Data, _ body: (URL) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "chancery-fuzz-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try data.write(to: folder.appending(path: name))
        return try body(folder)
    }
}
