package import BlobStore
package import Paillier
package import SharingModel

/// A shard whose structure is what manifest and format require, and whose ciphertexts nobody has looked at.
///
/// Its public part can be read; to compute on its ciphertexts it has to become a ``Shard``.
package struct UnverifiedShard: Sendable {
    package let table: ShardTable
    let keyFingerprint: String

    /// Reads shard `index` of `dataset`: mapped from a ``FileBlobStore``, without copying.
    /// - Throws: The store's errors; ``SealedTableError/shard(_:)`` for anything that the format does not allow.
    package init(_ index: Int, of dataset: SealedDataset, in store: any BlobStore) throws {
        let reference = dataset.shards[index]
        self.init(
            table: try ShardTable(
                BlockBytes(of: reference.cid, in: store), schema: dataset.manifest.schema,
                ciphertextByteCount: dataset.manifest.ciphertextByteCount,
                sealedKeyByteCount: dataset.manifest.sealedKey?.ciphertextByteCount ?? 0,
                expectedRows: reference.rows),
            keyFingerprint: dataset.manifest.keyFingerprint)
    }

    init(table: ShardTable, keyFingerprint: String) {
        self.table = table
        self.keyFingerprint = keyFingerprint
    }

    /// Checks the ciphertexts that will be computed on: in (0, n²) and coprime to n.
    /// - Parameter packs: Those whose ciphertexts the ``Shard`` will give out; all where it is `nil`.
    /// - Throws: ``SealedTableError/shard(_:)`` naming the pack.
    /// - Complexity: One multiplication modulo n for each ciphertext, and one gcd for each pack.
    package func verified(
        under key: PublicKey, packs: Set<PackName>? = nil
    ) throws(SealedTableError) -> Shard {
        guard key.fingerprint == keyFingerprint, key.ciphertextByteCount == table.ciphertextByteCount else {
            throw .shard(.keyMismatch)
        }
        for pack in table.schema.packs where packs?.contains(pack.name) ?? true {
            try table.withCiphertexts(of: pack.name) { limbs throws(SealedTableError) in
                do throws(PaillierError) {
                    try Ciphertext.checkBatch(littleEndianLimbs: limbs, count: table.rows, under: key)
                } catch {
                    throw .shard(.ciphertext(pack: pack.name, row: error.ciphertextIndex))
                }
            }
        }
        return Shard(verified: self, packs: packs ?? Set(table.schema.packs.map(\.name)))
    }
}

/// A shard whose ciphertexts, of some packs or of all, have been checked, so that computing on them is defined.
package struct Shard: Sendable {
    /// The public part: columns, pseudonyms, presence.
    package let table: ShardTable
    /// Whose ciphertexts were checked; no others are given out.
    private let packs: Set<PackName>

    fileprivate init(verified shard: UnverifiedShard, packs: Set<PackName>) {
        table = shard.table
        self.packs = packs
    }

    package var rows: Int { table.rows }

    /// The ciphertexts of a pack, one a row: `rows` × ``ShardTable/ciphertextByteCount`` bytes, each little-endian,
    /// at a 64-byte aligned address that is good within `body` only. Nothing is copied from a mapped shard.
    /// - Precondition: The pack is one of those that were checked.
    package func withCiphertexts<Result, Failure: Error>(
        of pack: PackName, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(packs.contains(pack), "the ciphertexts of the pack were not checked")
        return try table.withCiphertexts(of: pack, body)
    }

    /// The ciphertext of one row, as ``withCiphertexts(of:_:)``.
    package func withCiphertext<Result, Failure: Error>(
        of pack: PackName, row: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition((0..<rows).contains(row))
        let width = table.ciphertextByteCount
        return try withCiphertexts(of: pack) { limbs throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: limbs[row * width..<(row + 1) * width]))
        }
    }
}

extension PaillierError {
    /// Which ciphertext of a batch was at fault.
    var ciphertextIndex: Int? {
        switch self {
        case .ciphertextOutOfRange(let index), .ciphertextSharesFactor(let index): index
        default: nil
        }
    }
}
