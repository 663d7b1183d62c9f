import Multiprecision
import Paillier
import Testing

/// What docs/paillier.md shows, with a key at hand in place of a new one.
@Suite("The documentation")
struct DocumentationTests {
    @Test("The example of docs/paillier.md runs and gives what it says")
    func example() async throws {
        let key = TestKeys.of2048
        try key.publicKey.verify(key.proveModulus())

        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 1_000)
        var ciphertexts = try encryptor.encrypt([3, 4, 5])
        for try await batch in encryptor.encryptions(of: [BigInteger(6), 7]) { ciphertexts += batch }

        var sum = CiphertextAccumulator(key: key.publicKey)
        for ciphertext in ciphertexts { try sum.add(ciphertext) }
        let weighted = WeightedSum(key: key.publicKey, weightBitCount: 32, expectedCount: 3)
        for (ciphertext, weight) in zip(ciphertexts, [10, -20, 30] as [Int64]) {
            try weighted.add(ciphertext, weight: weight)
        }

        let opening = try key.open(sum.value())
        try key.publicKey.verify(opening, of: sum.value())
        #expect(opening.plaintext == 25)
        #expect(try key.decrypt(weighted.value()) == 100)
    }
}
