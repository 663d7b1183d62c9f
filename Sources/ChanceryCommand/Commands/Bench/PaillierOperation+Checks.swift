import CanonicalJSON
import Paillier

extension PaillierMaterial {
    /// What is checked of keys, ciphertexts and openings that come from others.
    func checks() throws -> [PaillierOperation] {
        let (key, rows, workers) = (key.publicKey, rows, workers)
        let proof = try self.key.proveModulus()
        let batch = Array(ciphertexts.prefix(Self.batchSize))
        let openings = Array(zip(batch, try self.key.open(batch)))
        let (ciphertext, opening) = openings[0]
        let (batches, count) = (workers.batchCount, batch.count * workers.batchCount)
        return [
            PaillierOperation("checkModulus", count: batches) {
                try workers.run(batchCount: batches) { _ in _ = try PublicKey(modulus: key.modulus) }
            },
            PaillierOperation("verifyKeyProof", count: batches) {
                try workers.run(batchCount: batches) { _ in try key.verify(proof) }
            },
            PaillierOperation("checkCiphertext", count: rows.count) {
                let parts = workers.parts(of: rows.count)
                try workers.run(batchCount: parts.count) { index in
                    try Ciphertext.checkBatch(
                        littleEndianLimbs: rows[parts[index]], count: parts[index].count, under: key)
                }
            },
            PaillierOperation("verifyOpening", count: batches) {
                try workers.run(batchCount: batches) { _ in try key.verify(opening, of: ciphertext) }
            },
            PaillierOperation("verifyOpenings", ["elements": .integer(Int64(batch.count))], count: count) {
                try workers.run(batchCount: batches) { _ in try key.verifyBatch(openings) }
            },
        ]
    }
}
