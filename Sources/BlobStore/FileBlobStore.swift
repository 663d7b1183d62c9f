import DurableFiles
package import Foundation
import Synchronization

/// Blocks as files of a local directory.
///
/// `DIRECTORY/blocks/XY/CID`, XY being the two characters before the CID's last (1,024 directories, as IPFS's flatfs
/// has them), and `DIRECTORY/incoming` for files being written. Any number of processes may share a directory: a file
/// gets its name only when whole and durable, and its name follows from its content. A killed process leaves at most
/// a file in `incoming`, which no listing shows and which goes when the store is next opened.
package final class FileBlobStore: BlobStore {
    private let blocks: String
    private let incoming: String
    /// Where blocks come from that are not here, and go to.
    private let exchange: (any BlockExchange)?
    /// Subdirectories that this process knows to be durable.
    private let durableShards = Mutex<Set<String>>([])

    /// Opens the store in `directory`, which is made where it is missing.
    /// - Parameter exchange: Asked for each block that is not here, which is then kept; told of each block that is put.
    /// - Throws: `FileFailure`.
    package init(directory: URL, exchange: (any BlockExchange)? = nil) throws {
        self.exchange = exchange
        let path = directory.path(percentEncoded: false)
        let root = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        blocks = root + "/blocks"
        incoming = root + "/incoming"
        try Directory.create(blocks, permissions: 0o755)
        try Directory.create(incoming, permissions: 0o755)
        try AtomicFile.removeStaleTemporaries(in: incoming)
    }

    /// The file of a block, whether it is there or not.
    package func path(of cid: CID) -> String { shard(of: cid) + "/" + cid.text }

    /// The name of a block's file in any store's directory.
    package static func relativePath(of cid: CID) -> String { "blocks/\(cid.text.dropLast().suffix(2))/\(cid.text)" }

    private func shard(of cid: CID) -> String { blocks + "/" + cid.text.dropLast().suffix(2) }

    /// Durable on return. What is stored already is read and hashed, and written anew if it is damaged.
    /// - Throws: `FileFailure`, such as `noSpace`; the store is then as it was. What the exchange throws; the block is
    ///   then here, and putting it again offers it again.
    package func put(_ block: Block) throws {
        try keep(block)
        try exchange?.offer(block)
    }

    /// Stores a block here and nowhere else.
    private func keep(_ block: Block) throws {
        let shard = shard(of: block.cid)
        try makeDurable(shard)
        if holds(block) {
            // Whoever wrote it may not have synchronized the directory yet.
            try Directory.synchronize(shard)
            return
        }
        try AtomicFile.write(block.data, to: path(of: block.cid), temporariesIn: incoming, permissions: 0o644)
    }

    package func get(_ cid: CID) throws -> Block {
        let file = try open(cid)
        do {
            return try Block(file.contents(), expecting: cid)
        } catch is BlobStoreError {
            throw BlobStoreError.blockDamaged(cid, path: file.path)
        }
    }

    /// Maps a block's file read-only, and hashes it once.
    ///
    /// Store files are never changed in place (a repair makes a new one), so the mapping keeps the bytes that were
    /// hashed for as long as nobody but this store writes in its directory.
    package func map(_ cid: CID) throws -> MappedBlock {
        let file = try open(cid)
        return try MappedBlock(cid: cid, mapping: file.map(), path: file.path)
    }

    package func size(of cid: CID) throws -> Int? {
        if let size = try OpenedFile.open(path(of: cid), limit: .max)?.byteCount { return size }
        return try fetch(cid)?.data.count
    }

    /// Takes a block that is not here from the exchange.
    private func fetch(_ cid: CID) throws -> Block? {
        guard let block = try exchange?.fetch(cid) else { return nil }
        try keep(block)
        return block
    }

    package func cids() throws -> [CID] {
        var cids = [CID]()
        for shard in try Directory.names(in: blocks) {
            for name in try Directory.names(in: blocks + "/" + shard) {
                // Strange files, and strange names, are not blocks; whoever put them there may have reasons.
                if let cid = try? CID(parsing: name), self.shard(of: cid) == blocks + "/" + shard { cids.append(cid) }
            }
        }
        return cids.sorted()
    }

    private func open(_ cid: CID) throws -> OpenedFile {
        if let file = try openHere(cid) { return file }
        if try fetch(cid) != nil, let file = try openHere(cid) { return file }
        throw BlobStoreError.blockMissing(cid)
    }

    private func openHere(_ cid: CID) throws -> OpenedFile? {
        let path = path(of: cid)
        do throws(FileFailure) {
            return try OpenedFile.open(path, limit: Block.maximumByteCount)
        } catch {
            switch error {
            case .tooLarge, .notRegularFile: throw BlobStoreError.blockDamaged(cid, path: path)
            default: throw error
            }
        }
    }

    /// Whether the block is here as it should be.
    private func holds(_ block: Block) -> Bool {
        do {
            guard let file = try openHere(block.cid) else { return false }
            return try file.contents() == block.data
        } catch {
            return false
        }
    }

    private func makeDurable(_ shard: String) throws {
        if durableShards.withLock({ $0.contains(shard) }) { return }
        try Directory.create(shard, permissions: 0o755)
        durableShards.withLock { _ = $0.insert(shard) }
    }
}
