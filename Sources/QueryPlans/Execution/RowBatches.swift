import Paillier
import SealedTables

/// Sorts the rows of shards by the sum that they go into, and adds up many rows of a sum in one call.
///
/// Products are formed several at a time (``Paillier/CiphertextAccumulator``), which one row after the other, each of
/// another group, would not allow. So some shards stay open until enough rows have come together; they bound the memory.
struct RowBatches {
    /// Shards of at most 1 MiB that are open at once.
    private static let mostOpen = 16

    private let sums: [SumCells]
    private let key: PublicKey
    /// By sum, then by cell; `nil` where no row came.
    private var accumulators: [[CiphertextAccumulator?]]
    /// By sum, then by cell: where the ciphertexts lie that have not been added yet.
    private var waiting: [[[UnsafeRawPointer]]]
    /// Keeps `waiting`'s addresses good.
    private var open = [SummableShard]()

    init(_ sums: [SumCells], key: PublicKey) {
        self.sums = sums
        self.key = key
        accumulators = sums.map { Array(repeating: nil, count: $0.cells.count) }
        waiting = sums.map { Array(repeating: [], count: $0.cells.count) }
    }

    /// - Parameter firstRow: Number of the shard's first row.
    mutating func add(_ shard: SummableShard, firstRow: Int) {
        let width = shard.table.ciphertextByteCount
        for (index, sum) in sums.enumerated() {
            guard let start = shard.unsafeCiphertexts(of: sum.sum.pack).baseAddress else { continue }
            for row in 0..<shard.rows {
                let cell = sum.cellOfRow[firstRow + row]
                if cell != RowGrouping.none { waiting[index][Int(cell)].append(start + row * width) }
            }
        }
        open.append(shard)
        if open.count == Self.mostOpen { flush() }
    }

    /// The products, by sum and by cell.
    consuming func finish() -> [[Ciphertext?]] {
        flush()
        return accumulators.map { $0.map { $0?.value() } }
    }

    private mutating func flush() {
        for sum in waiting.indices {
            for cell in waiting[sum].indices where !waiting[sum][cell].isEmpty {
                if accumulators[sum][cell] == nil { accumulators[sum][cell] = CiphertextAccumulator(key: key) }
                accumulators[sum][cell]?.add(rows: waiting[sum][cell])
                waiting[sum][cell].removeAll(keepingCapacity: true)
            }
        }
        for shard in open { shard.releasePages() }
        open.removeAll(keepingCapacity: true)
    }
}

extension CiphertextAccumulator {
    /// Adds the ciphertexts that begin at `rows`.
    fileprivate mutating func add(rows: [UnsafeRawPointer]) {
        let width = key.ciphertextByteCount
        for row in rows { add(littleEndianLimbs: UnsafeRawBufferPointer(start: row, count: width)) }
    }
}
