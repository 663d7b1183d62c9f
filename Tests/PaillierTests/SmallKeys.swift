import Multiprecision
import Paillier
import TestSupport

/// Keys that are too short to protect anything, made from a seed: for laws over thousands of cases.
enum SmallKeys {
    static func key(bitCount: Int, seed: UInt64) throws -> PrivateKey {
        var generator = SeededGenerator(seed: seed)
        return try PrivateKey.generate(insecureBitCountForTesting: bitCount, using: &generator)
    }
}

extension PublicKey {
    /// Ciphertexts side by side in aligned memory, as a shard has them.
    func withMemory<Result>(
        of ciphertexts: [BigInteger], _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let width = ciphertextByteCount
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: width * ciphertexts.count, alignment: 64)
        defer { memory.deallocate() }
        for (index, value) in ciphertexts.enumerated() {
            value.write(littleEndianLimbs: .init(rebasing: memory[(index * width)..<((index + 1) * width)]))
        }
        return try body(UnsafeRawBufferPointer(memory))
    }
}
