import CanonicalJSON
import Multiprecision
import Paillier
import Synchronization

extension PaillierMaterial {
    /// An addition by itself, and products of a batch with numbers of 32 bits.
    func arithmetic() throws -> [PaillierOperation] {
        let (key, left, right) = (key.publicKey, ciphertexts[0], ciphertexts[1])
        let (batch, factors, workers) = (ciphertexts, Array(weights.prefix(ciphertexts.count)), workers)
        let (batches, count) = (workers.batchCount, batch.count * workers.batchCount)
        return [
            PaillierOperation("add", count: batches) {
                try workers.run(batchCount: batches) { _ in _ = try key.add(left, right) }
            },
            PaillierOperation("multiply32", count: count) {
                try workers.run(batchCount: batches) { _ in _ = try key.multiply(batch, by: factors) }
            },
        ]
    }

    /// Sums and weighted sums of all rows where they lie.
    func sums() throws -> [PaillierOperation] {
        let (key, rows, weights) = (key.publicKey, rows, weights)
        let elements = JSONValue.integer(Int64(rows.count))
        return [
            PaillierOperation("addInSum", ["elements": elements], count: rows.count) {
                try sum { part in
                    var sum = CiphertextAccumulator(key: key)
                    for index in part { sum.add(littleEndianLimbs: rows[index]) }
                    return sum.value()
                }
            },
            PaillierOperation(
                "weightedSum", ["elements": elements, "weightBits": 32], count: rows.count, unit: "elements/s"
            ) {
                try sum { part in
                    let sum = WeightedSum(key: key, weightBitCount: 32, expectedCount: part.count)
                    for index in part { sum.add(littleEndianLimbs: rows[index], weight: Int64(weights[index])) }
                    return sum.value()
                }
            },
        ]
    }

    /// Adds up a part a thread with `add`, and then the parts.
    private func sum(_ add: @Sendable (Range<Int>) -> Ciphertext) throws {
        let (key, parts) = (key.publicKey, workers.parts(of: rows.count))
        let sums = Mutex<[Ciphertext]>([])
        try workers.run(batchCount: parts.count) { index in
            let value = add(parts[index])
            sums.withLock { $0.append(value) }
        }
        _ = try key.sum(sums.withLock { $0 })
    }
}
