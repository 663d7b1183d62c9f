import BlobStore
import Multiprecision
import Paillier
import SealedTables

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

    /// Adds up the rows of some shards of one dataset.
    ///
    /// - Parameter shards: Each with the number of its first row.
    init(
        adding shards: some Sequence<ShardPlace>, to sums: [SumCells], key: PublicKey, store: any BlobStore,
        progress: (Int) -> Void
    ) throws {
        var accumulators = sums.map { [CiphertextAccumulator?](repeating: nil, count: $0.cells.count) }
        let packs = Set(sums.map(\.sum.pack))
        for place in shards {
            // Nothing is computed on bytes that were not checked.
            let shard = try UnverifiedShard(place.index, of: place.dataset, in: store)
                .verified(under: key, packs: packs)
            let width = shard.table.ciphertextByteCount
            for (index, sum) in sums.enumerated() {
                shard.withCiphertexts(of: sum.sum.pack) { limbs in
                    for row in 0..<shard.rows {
                        let cell = sum.cellOfRow[place.firstRow + row]
                        guard cell != RowGrouping.none else { continue }
                        let bytes = UnsafeRawBufferPointer(rebasing: limbs[row * width..<(row + 1) * width])
                        if accumulators[index][Int(cell)] == nil {
                            accumulators[index][Int(cell)] = CiphertextAccumulator(key: key)
                        }
                        accumulators[index][Int(cell)]?.add(littleEndianLimbs: bytes)
                    }
                }
            }
            progress(shard.rows)
        }
        products = accumulators.map { $0.map { $0?.value() } }
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
}
