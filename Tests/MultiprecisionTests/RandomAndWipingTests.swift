import Multiprecision
import TestSupport
import Testing

@Suite("Random numbers, and memory that held secrets")
struct RandomAndWipingTests {
    @Test("Random numbers keep to their range and reach its ends")
    func ranges() {
        var generator = SeededGenerator(seed: 61)
        for limit in 1...9 {
            var seen: Set<BigInteger> = []
            for _ in 0..<300 { seen.insert(BigInteger.random(below: BigInteger(limit), using: &generator)) }
            #expect(seen == Set((0..<limit).map { BigInteger($0) }))
        }
        var widths: Set<Int> = []
        for _ in 0..<200 { widths.insert(BigInteger.random(bitCount: 65, using: &generator).bitWidth) }
        #expect(widths.max() == 65)
        #expect(BigInteger.random(bitCount: 0, using: &generator) == 0)
    }

    @Test("The operating system's numbers differ")
    func system() {
        let limit = BigInteger.one << 256
        #expect(Set((0..<50).map { _ in BigInteger.random(below: limit) }).count == 50)
    }

    @Test("Wiping leaves zeros")
    func wipe() {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 8)
        defer { bytes.deallocate() }
        bytes.copyBytes(from: [UInt8](repeating: 7, count: 100))
        BigInteger.wipe(bytes)
        #expect(bytes.allSatisfy { $0 == 0 })
    }

    @Test("Limbs are gone from memory once their integer is")
    func limbsAreWiped() throws {
        let pattern: UInt = 0x5ec7_e75e_c7e7_5ec7
        let count = 1000
        var address: UnsafePointer<UInt>?
        do {
            let bytes = [UInt8](repeating: 0, count: 8 * count)
            var secret = bytes.withUnsafeBytes { BigInteger(littleEndianLimbs: $0) }
            for _ in 0..<count { secret = (secret << 64) + BigInteger(UInt64(pattern)) }
            address = secret.withLimbs { $0.baseAddress }
            #expect(secret.withLimbs { $0.filter { $0 == pattern }.count } == count)
        }
        // Reading freed memory on purpose: the block is far from the size at which the allocator unmaps, and whoever has
        // it by now did not write this pattern.
        let start = try #require(address)
        let left = (0..<count).filter { UnsafeRawPointer(start).load(fromByteOffset: 8 * $0, as: UInt.self) == pattern }
        #expect(left.isEmpty)
    }
}
