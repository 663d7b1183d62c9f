package import BlobStore
package import Paillier
package import SharingModel

/// What a dataset consists of: the one block that names it, and through its links pins it.
///
/// Stored as dag-json in canonical form. Decoding applies all checks that need no key and no other block.
package struct Manifest: Hashable, Sendable {
    package static let version = 1
    /// 2^52, so that sums of counts stay within what JSON and `Int` hold.
    package static let mostRows = 1 << 52

    package let name: DatasetName
    /// SHA-256 of the pool key's modulus in big-endian bytes, as ``Paillier/PublicKey/fingerprint`` has it.
    package let keyFingerprint: String
    /// Length of the pool key's modulus in bits; the widths of slots and ciphertexts follow from it.
    package let modulusBitCount: Int
    /// The pool's weight capacity, from which slot widths follow.
    package let weightCapacityBits: Int
    package let schema: TableSchema
    package let layout: TableLayout
    package let rows: Int
    /// Distinct subjects among the rows.
    package let subjects: Int
    /// Names the key of the pseudonyms; `nil` if the subject column is public and no column is a pseudonym.
    package let pseudonymKey: Digest?
    /// The owner's key for fields; `nil` if no column is sealed.
    package let sealedKey: SealedFieldKey?
    package let shards: ShardList

    /// Takes what a publisher may write; whoever reads the block judges it.
    package init(
        name: DatasetName, keyFingerprint: String, modulusBitCount: Int, weightCapacityBits: Int, schema: TableSchema,
        layout: TableLayout, rows: Int, subjects: Int, pseudonymKey: Digest?, sealedKey: SealedFieldKey?,
        shards: ShardList
    ) {
        self.name = name
        self.keyFingerprint = keyFingerprint
        self.modulusBitCount = modulusBitCount
        self.weightCapacityBits = weightCapacityBits
        self.schema = schema
        self.layout = layout
        self.rows = rows
        self.subjects = subjects
        self.pseudonymKey = pseudonymKey
        self.sealedKey = sealedKey
        self.shards = shards
    }

    /// Bytes of one ciphertext: n² in whole limbs of 8 bytes.
    package var ciphertextByteCount: Int { (2 * modulusBitCount + 63) / 64 * 8 }
}

/// Names the Paillier key under which the keys of sealed cells are encrypted.
package struct SealedFieldKey: Hashable, Codable, Sendable {
    /// As ``Manifest/keyFingerprint``.
    package let fingerprint: String
    /// Length of its modulus in bits.
    package let modulusBits: Int

    package init(_ key: PublicKey) {
        fingerprint = key.fingerprint
        modulusBits = key.bitCount
    }

    /// Bytes of one ciphertext: n² in whole limbs of 8 bytes.
    package var ciphertextByteCount: Int { (2 * modulusBits + 63) / 64 * 8 }

    var isSound: Bool {
        Digest(hex: fingerprint) != nil && (64...PublicKey.greatestBitCount).contains(modulusBits)
    }
}

/// The shards of a dataset in the order of their rows.
package enum ShardList: Hashable, Sendable {
    /// Up to ``mostEntries`` shards in the manifest itself.
    case direct([ShardReference])
    /// More: blocks that list up to ``mostEntries`` shards each.
    case indexed([ShardIndexReference])

    /// Keeps a block of links well under 1 MiB.
    package static let mostEntries = 4_000

    package var count: Int {
        switch self {
        case .direct(let shards): shards.count
        case .indexed(let indexes): indexes.reduce(0) { $0 + $1.shards }
        }
    }

    package var rows: Int {
        switch self {
        case .direct(let shards): shards.reduce(0) { $0 + $1.rows }
        case .indexed(let indexes): indexes.reduce(0) { $0 + $1.rows }
        }
    }

    package var byteCount: Int {
        switch self {
        case .direct(let shards): shards.reduce(0) { $0 + $1.bytes }
        case .indexed(let indexes): indexes.reduce(0) { $0 + $1.bytes }
        }
    }
}

/// A link to one shard.
package struct ShardReference: Hashable, Sendable {
    /// A raw block.
    package let cid: CID
    package let rows: Int
    package let bytes: Int

    package init(cid: CID, rows: Int, bytes: Int) {
        self.cid = cid
        self.rows = rows
        self.bytes = bytes
    }
}

/// A link to a block that lists shards.
package struct ShardIndexReference: Hashable, Sendable {
    /// A dag-json block.
    package let cid: CID
    package let shards: Int
    package let rows: Int
    /// Of all its shards together.
    package let bytes: Int
}

/// A manifest under its CID, with all its shards listed and checked against it: only loading or sealing makes one.
package struct SealedDataset: Hashable, Sendable {
    package let cid: CID
    package let manifest: Manifest
    /// All shards in the order of their rows.
    package let shards: [ShardReference]

    init(cid: CID, manifest: Manifest, shards: [ShardReference]) {
        self.cid = cid
        self.manifest = manifest
        self.shards = shards
    }
}
