import BlobStore
import Foundation
import SharingModel

/// A root that links to one leaf, and the same as PyPI's ipld-car 0.0.1 writes it.
struct Graph {
    let store = MemoryBlobStore()
    let root: CID
    let leaf = CID(of: Data("hello world".utf8), codec: .raw)

    /// Header of 60 bytes, section of 144, section of 48.
    static let carFile = Data(
        [UInt8](
            lowercaseHex: """
                3ba265726f6f747381d82a58260001a9021220e23445c56ce06667bf1bae5bd41f3d616903cf35efd2f36a00f422a135\
                6f3d5d6776657273696f6e018e0101a9021220e23445c56ce06667bf1bae5bd41f3d616903cf35efd2f36a00f422a135\
                6f3d5d7b226c656166223a7b222f223a226261666b726569667a6a7574337465326e6879656b6b6c737332376e68336b\
                37327973636f377933326b6f616f356565693636776f6633366e3565227d2c22726177223a7b222f223a7b2262797465\
                73223a2241414543227d7d7d2f01551220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcd\
                e968656c6c6f20776f726c64
                """) ?? [])

    init() {
        do {
            try store.put(Data("hello world".utf8), codec: .raw)
            root = try store.put(
                Data(#"{"leaf":{"/":"\#(leaf)"},"raw":{"/":{"bytes":"AAEC"}}}"#.utf8), codec: .dagJSON)
        } catch {
            fatalError("the graph cannot be made: \(error)")
        }
    }
}
