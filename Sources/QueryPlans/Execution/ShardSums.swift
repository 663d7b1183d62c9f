import BlobStore
import Multiprecision
import Paillier
import SealedTables
import SharingModel

/// Products of ciphertexts, one for each cell of each sum.
///
/// A part of the shards gives one of these, and they merge in any order to the same value: so the work spreads over
/// cores, and a shard that has not changed since the last query could bring its product from a cache instead.
struct ShardSums: Sendable {
    /// By sum, then by cell; `nil` where no row came.
    private(set) var products: [[Ciphertext?]]

    init(_ sums: [SumCells]) {
        products = sums.map { Array(repeating: nil, count: $0.cells.count) }
    }

    /// Adds up the rows of some shards.
    ///
    /// Each ciphertext is known to be in range; of the sums, all threads' together, ``checkCoprime()`` has to be asked.
    /// - Parameter shards: Each with the number of its first row.
    init(
        adding shards: some Sequence<ShardPlace>, to sums: [SumCells], key: PublicKey, store: any BlobStore,
        progress: (Int) -> Void
    ) throws {
        let packs = Set(sums.map(\.sum.pack))
        var batches = RowBatches(sums, key: key)
        for place in shards {
            let shard = try place.shard(under: key, packs: packs, in: store)
            batches.add(shard, firstRow: place.firstRow)
            progress(shard.rows)
        }
        products = batches.finish()
    }

    /// Checks that each product is coprime to n: then all that went into it was.
    func checkCoprime() throws(PaillierError) {
        for products in products {
            for product in products { try product?.checkCoprime() }
        }
    }

    mutating func merge(_ other: ShardSums) throws {
        for (sum, others) in other.products.enumerated() {
            for (cell, product) in others.enumerated() {
                guard let product else { continue }
                if let own = products[sum][cell] {
                    products[sum][cell] = try product.key.add(own, product)
                } else {
                    products[sum][cell] = product
                }
            }
        }
    }

    /// The ciphertext of each group in sum `index`: ∏ product^weight over its cells.
    func ciphertexts(of sum: SumCells, at index: Int) throws -> [UInt32: Ciphertext] {
        var totals = [UInt32: Ciphertext]()
        for (number, cell) in sum.cells.enumerated() {
            guard let product = products[index][number] else { continue }
            let term = cell.weight == 1 ? product : try product.key.multiply(product, by: .init(cell.weight))
            totals[cell.group] = try totals[cell.group].map { try term.key.add($0, term) } ?? term
        }
        return totals
    }
}

/// A shard, and the number of its first row.
struct ShardPlace: Sendable {
    let dataset: SealedDataset
    let index: Int
    let firstRow: Int
    /// Read, hashed and checked before.
    let kept: SummableShard?

    func shard(under key: PublicKey, packs: Set<PackName>, in store: any BlobStore) throws -> SummableShard {
        if let kept { return kept }
        return try dataset.naming {
            try UnverifiedShard(index, of: dataset, in: store).inRange(under: key, packs: packs)
        }
    }
}
