package import Paillier
package import SharingModel

/// A shard of which each ciphertext of some packs is known to be in (0, n²), and which may so be added up.
///
/// That the ciphertexts are coprime to n is checked once for each sum of them, by `Ciphertext.checkCoprime`, before the
/// sum is used: a tenth of the work of a ``Shard``, which is for those who use single rows.
package struct SummableShard: Sendable {
    package let table: ShardTable
    private let packs: Set<PackName>

    fileprivate init(inRange shard: UnverifiedShard, packs: Set<PackName>) {
        table = shard.table
        self.packs = packs
    }

    package var rows: Int { table.rows }

    /// The ciphertexts of a pack, as ``Shard/withCiphertexts(of:_:)`` gives them.
    ///
    /// The address does not change, and is good as long as the caller keeps this value, or a copy of it.
    /// - Precondition: The pack is one of those that were checked.
    package func unsafeCiphertexts(of pack: PackName) -> UnsafeRawBufferPointer {
        precondition(packs.contains(pack), "the ciphertexts of the pack were not checked")
        return table.withCiphertexts(of: pack) { $0 }
    }

    /// Gives mapped memory back until it is read again. Pointers stay good.
    package func releasePages() { table.bytes.releasePages() }

    /// Whether the shard may be kept open at no cost in memory, once ``releasePages()`` was called.
    package var isMapped: Bool { table.bytes.isMapped }
}

extension UnverifiedShard {
    /// Checks that the ciphertexts of `packs` are in (0, n²).
    /// - Throws: ``SealedTableError/shard(_:)`` naming pack and row.
    /// - Complexity: One comparison for each ciphertext.
    package func inRange(
        under key: PublicKey, packs: Set<PackName>
    ) throws(SealedTableError) -> SummableShard {
        guard key.fingerprint == keyFingerprint, key.ciphertextByteCount == table.ciphertextByteCount else {
            throw .shard(.keyMismatch)
        }
        for pack in packs.sorted() {
            try table.withCiphertexts(of: pack) { limbs throws(SealedTableError) in
                do throws(PaillierError) {
                    try Ciphertext.checkRange(littleEndianLimbs: limbs, count: table.rows, under: key)
                } catch {
                    throw .shard(.ciphertext(pack: pack, row: error.ciphertextIndex))
                }
            }
        }
        return SummableShard(inRange: self, packs: packs)
    }

    /// Gives mapped memory back until it is read again.
    package func releasePages() { table.bytes.releasePages() }
}
