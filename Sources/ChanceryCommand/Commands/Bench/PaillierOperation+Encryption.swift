import CanonicalJSON
import Multiprecision
import Paillier

extension PaillierMaterial {
    /// Encryption with the public key, of batches of values and of packs of values.
    func encryptions() throws -> [PaillierOperation] {
        let (layout, slots) = (layout, values.count)
        let single = [BigInteger](repeating: values[0], count: Self.batchSize)
        let packs = [[BigInteger]](repeating: values, count: Self.batchSize)
        let (half, short, owner, workers) = (half, short, owner, workers)
        let count = Self.batchSize * workers.batchCount
        return [
            PaillierOperation("encrypt", ["alpha": "half"], count: count) {
                try workers.run(batchCount: workers.batchCount) { _ in _ = try half.encrypt(single) }
            },
            PaillierOperation(
                "encryptShort", name: "encrypt", ["alpha": .string("\(Self.shortBitCount) bits")], count: count
            ) {
                try workers.run(batchCount: workers.batchCount) { _ in _ = try short.encrypt(single) }
            },
            PaillierOperation("encryptOwner", ["alpha": "half"], count: count) {
                try workers.run(batchCount: workers.batchCount) { _ in _ = try owner.encrypt(single) }
            },
            PaillierOperation(
                "pack", ["alpha": "half", "slots": .integer(Int64(slots))], count: count * slots, unit: "values/s"
            ) {
                try workers.run(batchCount: workers.batchCount) { _ in
                    _ = try half.encrypt(packs.map { try layout.pack($0) })
                }
            },
        ]
    }

    /// What only the key's owner can do.
    func decryptions() throws -> [PaillierOperation] {
        let (key, batch, workers) = (key, Array(ciphertexts.prefix(Self.batchSize)), workers)
        let count = batch.count * workers.batchCount
        return [
            PaillierOperation("decrypt", count: count) {
                try workers.run(batchCount: workers.batchCount) { _ in _ = try key.decrypt(batch) }
            },
            PaillierOperation("open", count: count) {
                try workers.run(batchCount: workers.batchCount) { _ in _ = try key.open(batch) }
            },
        ]
    }
}
