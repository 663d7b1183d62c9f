import Multiprecision
import Paillier

/// What the measured operations work on: a key, tables of powers, ciphertexts in memory.
struct PaillierMaterial {
    let key: PrivateKey
    let workers: Workers
    let half: Encryptor
    let short: Encryptor
    let owner: Encryptor
    /// As many 32-bit values as one plaintext holds, 2³² of which can be added.
    let layout: SlotLayout
    /// Values of 32 bits, one for each slot.
    let values: [BigInteger]
    /// A batch of ciphertexts.
    let ciphertexts: [Ciphertext]
    /// Many ciphertexts as a shard has them.
    let rows: AlignedCiphertexts
    /// A weight of 32 bits for each of `rows`.
    let weights: [UInt64]

    /// Length of the short exponents in bits.
    static let shortBitCount = 512
    /// What the tables are sized for: the demo's table in two packs.
    private static let expectedCount = 40_000
    /// Items of a batch.
    static let batchSize = 32

    /// - Parameter rowCount: Ciphertexts in a sum.
    init(key: PrivateKey, workers: Workers, rowCount: Int) throws {
        self.key = key
        self.workers = workers
        half = try Encryptor(key: key.publicKey, randomness: .half, expectedCount: Self.expectedCount)
        short = try Encryptor(
            key: key.publicKey, randomness: .short(bits: Self.shortBitCount), expectedCount: Self.expectedCount)
        owner = try Encryptor(owner: key, randomness: .half, expectedCount: Self.expectedCount)
        let limit = BigInteger(UInt64(UInt32.max))
        let slots = (key.publicKey.bitCount - 1) / (64 + SlotLayout.guardBitCount)
        layout = try SlotLayout(
            entries: (0..<slots).map { ("\($0)", limit) }, weightCapacityBits: 32,
            modulusBitCount: key.publicKey.bitCount)
        values = (0..<slots).map { _ in BigInteger(UInt64(UInt32.random(in: 0...UInt32.max))) }
        ciphertexts = try half.encrypt((0..<Self.batchSize).map { [values] in values[$0 % values.count] })
        rows = try AlignedCiphertexts(sumsOf: ciphertexts, count: rowCount)
        weights = (0..<rowCount).map { _ in UInt64(UInt32.random(in: 1 << 31...UInt32.max)) }
    }
}

/// Ciphertexts one after the other in memory, as a shard has them.
///
/// Sendable: written in `init` only.
final class AlignedCiphertexts: @unchecked Sendable {
    /// How many there are.
    let count: Int
    private let memory: UnsafeMutableRawBufferPointer
    private let width: Int

    /// `count` ciphertexts, no two alike: each is the sum of the two before it, which costs a product where an
    /// encryption costs hundreds, and is as evenly spread modulo n².
    ///
    /// - Precondition: At least two given.
    init(sumsOf first: [Ciphertext], count: Int) throws {
        let key = first[0].key
        (self.count, width) = (count, key.ciphertextByteCount)
        memory = .allocate(byteCount: width * count, alignment: 64)
        var (previous, current) = (first[0], first[1])
        for index in 0..<count {
            current.write(littleEndianLimbs: .init(rebasing: memory[index * width..<(index + 1) * width]))
            (previous, current) = (current, try key.add(previous, current))
        }
    }

    deinit { memory.deallocate() }

    /// The bytes of the ciphertext at `index`.
    subscript(index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[index * width..<(index + 1) * width])
    }

    /// The bytes of several, one after the other.
    subscript(indices: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[indices.lowerBound * width..<indices.upperBound * width])
    }
}
