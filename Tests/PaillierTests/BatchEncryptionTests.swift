import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("Encrypting many")
struct BatchEncryptionTests {
    private static let kernels: [LaneKernel?] = [nil] + LaneKernel.available

    @Test("For the same α, every kernel and the key's owner give the same ciphertext", arguments: kernels)
    func sameCiphertexts(kernel: LaneKernel?) throws {
        for bitCount in [190, 512, 2048] {
            let key = bitCount == 2048 ? TestKeys.of2048 : try SmallKeys.key(bitCount: bitCount, seed: 5)
            let plaintexts = (0..<19).map { BigInteger($0 * $0 - 7).modulo(key.publicKey.modulus) }
            let reference = try Encryptor(key: key.publicKey.running(on: nil), expectedCount: 500)
            let here = try key.running(on: kernel)
            for encryptor in [
                try Encryptor(key: here.publicKey, expectedCount: 500),
                try Encryptor(owner: here, expectedCount: 500),
                try Encryptor(owner: here, expectedCount: 500, tableMemoryLimit: 1_000),
            ] {
                for count in [1, 2, 8, 19] {
                    var (first, second) = (SeededGenerator(seed: 77), SeededGenerator(seed: 77))
                    let expected = try plaintexts[..<count].map { try reference.encrypt($0, using: &first) }
                    let ciphertexts = try encryptor.encrypt(Array(plaintexts[..<count]), using: &second)
                    // Without a table the exponent is drawn in another form.
                    if encryptor.hasTable { #expect(ciphertexts == expected, "\(bitCount) bits, \(count)") }
                    #expect(try ciphertexts.map { try key.decrypt($0) } == Array(plaintexts[..<count]))
                }
            }
        }
    }

    @Test("A stream keeps its order, tells its progress and ends")
    func stream() async throws {
        let key = try SmallKeys.key(bitCount: 256, seed: 6)
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 1_000)
        for (count, batchSize) in [(0, 8), (1, 8), (64, 8), (1_001, 16), (100, 1_000)] {
            var (next, told) = (0, 0)
            let plaintexts = (0..<count).lazy.map { BigInteger($0) }
            for try await batch in encryptor.encryptions(of: plaintexts, batchSize: batchSize) {
                for ciphertext in batch {
                    #expect(try key.decrypt(ciphertext) == BigInteger(next))
                    next += 1
                }
                told += 1
            }
            #expect(next == count && told == (count + batchSize - 1) / batchSize)
        }
    }

    @Test("A stream reads no further than its batches in work, and stops when its task is cancelled")
    func cancellation() async throws {
        let key = try SmallKeys.key(bitCount: 256, seed: 6)
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 1_000)
        let task = Task {
            var batches = 0
            // Endless: only the cancellation ends it.
            for try await _ in encryptor.encryptions(of: Endless(), batchSize: 8) {
                batches += 1
                if batches == 20 { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return batches
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("A plaintext that is out of range ends the stream")
    func outOfRange() async throws {
        let key = try SmallKeys.key(bitCount: 256, seed: 6)
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 10)
        await #expect(throws: PaillierError.plaintextOutOfRange(bitCount: 256, limit: 256)) {
            for try await _ in encryptor.encryptions(of: [1, 2, key.publicKey.modulus]) {}
        }
    }

    @Test("A pool fills to its capacity, hands each residue out once, and goes on when it is empty")
    func pool() throws {
        let key = try SmallKeys.key(bitCount: 256, seed: 6)
        let pool = ResiduePool(encryptor: try Encryptor(key: key.publicKey, expectedCount: 100), capacity: 21)
        #expect(pool.fill() == 21)
        #expect(pool.fill() == 0 && pool.count == 21)
        // The same plaintext each time: a residue used twice would give the same ciphertext twice.
        let ciphertexts = try (0..<30).map { _ in try pool.encrypt(5) }
        #expect(Set(ciphertexts).count == 30)
        #expect(try ciphertexts.allSatisfy { try key.decrypt($0) == 5 })
        #expect(pool.count == 0)
        #expect(throws: PaillierError.plaintextOutOfRange(bitCount: 256, limit: 256)) {
            try pool.encrypt(key.publicKey.modulus)
        }
        #expect(pool.fill() == 21)
        #expect(throws: PaillierError.plaintextOutOfRange(bitCount: 256, limit: 256)) {
            try pool.encrypt(key.publicKey.modulus)
        }
        #expect(pool.count == 21, "nothing was taken")
    }

    private struct Endless: Sequence, IteratorProtocol {
        mutating func next() -> BigInteger? { 1 }
    }
}
