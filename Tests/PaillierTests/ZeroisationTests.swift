import Foundation
import Multiprecision
import Paillier
import TestSupport
import Testing

/// That a private key leaves nothing behind: this process' own memory is searched for its primes.
@Suite("Memory after a private key")
struct ZeroisationTests {
    @Test("A key's primes are in memory while it lives, and nowhere once it is released", arguments: [512, 2048])
    func releasedKey(bitCount: Int) throws {
        let memory = OwnMemory()
        var (needles, windows): ([MaskedWords], [MaskedWords]) = ([], [])
        do {
            var generator = SystemRandomNumberGenerator()
            let key = try PrivateKey.generate(insecureBitCountForTesting: bitCount, using: &generator)
            key.withSerialized { bytes in
                let length = (bytes.count - 8) / 2
                needles = [8, 8 + length].map { MaskedWords(of: bytes, from: $0 + 8) }
                windows = [8, 8 + length].flatMap { start in
                    exponents(of: UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]), key.publicKey)
                }
            }
            let encryptor = try Encryptor(key: key.publicKey, expectedCount: 1)
            let ciphertexts = try (0..<9).map { try encryptor.encrypt(BigInteger($0)) }
            // All that a key does: alone, in batches, proofs, bytes, a copy from the bytes.
            #expect(try key.decrypt(ciphertexts[1]) == 1)
            #expect(try key.decrypt(ciphertexts).last == 8)
            #expect(try key.open(ciphertexts[2]).plaintext == 2)
            #expect(try key.open(ciphertexts).last?.plaintext == 8)
            try key.publicKey.verify(key.proveModulus())
            let copy = try key.withSerialized { try PrivateKey(insecureSerializedForTesting: $0) }
            #expect(try copy.decrypt(ciphertexts[3]) == 3)
            for needle in needles { #expect(try memory.count(needle, stacks: false) > 0, "the search finds nothing") }
        }
        for needle in windows { #expect(try memory.count(needle, stacks: false) == 0, "an exponent's windows") }
        for needle in needles {
            #expect(try memory.count(needle, stacks: false) == 0)
            print("a prime of \(bitCount / 2) bits on stacks: \(try memory.count(needle, stacks: true)) places")
        }
    }
}

extension ZeroisationTests {
    /// The windows of the exponents that a prime's half of the key raises to: `p - 1`, and `n^-1 mod (p - 1)`.
    private func exponents(of prime: UnsafeRawBufferPointer, _ key: PublicKey) -> [MaskedWords] {
        let order = BigInteger(littleEndianLimbs: prime) - 1
        return [order, key.modulus.inverse(modulo: order) ?? 0].flatMap { MaskedWords.windows(of: $0) }
    }

    @Test("Neither the dealt shares nor the holders' are in memory once they are released")
    func releasedShares() throws {
        let memory = OwnMemory()
        var (needles, powers): ([MaskedWords], [MaskedWords]) = ([], [])
        do {
            var generator = SystemRandomNumberGenerator()
            let privateKey = try PrivateKey.generate(insecureBitCountForTesting: 512, using: &generator)
            let dealt = try ThresholdKey.deal(privateKey, over: AccessStructure(threshold: 2, of: 3))
            let shares = try dealt.shares.map { try KeyShare(holder: $0.holder, value: $0.value, under: dealt.key) }
            let encryptor = try Encryptor(key: privateKey.publicKey, expectedCount: 1)
            let ciphertexts = try (0..<9).map { try encryptor.encrypt(BigInteger($0)) }
            for share in shares {
                // The upper half: the low limbs of Δ·s and 2Δ·s differ from it.
                share.withSerialized { bytes in
                    needles.append(MaskedWords(of: bytes, from: bytes.count - 24))
                    // What is raised to: Δ·s for the share's check and the proof, 2Δ·s for the part.
                    let value = BigInteger(littleEndianLimbs: UnsafeRawBufferPointer(rebasing: bytes[16...]))
                    for factor in [6, 12] as [BigInteger] {
                        powers += MaskedWords.windows(of: value * factor)
                        powers.append(MaskedWords(limbsOf: value * factor))
                    }
                }
            }
            let parts = try shares.map { try $0.decrypt(ciphertexts, under: dealt.key, context: [1], workers: 2) }
            #expect(try dealt.key.open(ciphertexts, with: parts, context: [1]).plaintexts.last == 8)
            let zero = try dealt.key.dealRefreshing()
            let next = try dealt.key.refreshed(by: [zero.commitments])
            let refreshed = try shares.map {
                try $0.refreshed(by: [zero.shares[$0.holder - 1]], to: next)
            }
            #expect(refreshed.count == 3)
            for needle in needles { #expect(try memory.count(needle, stacks: false) > 0, "the search finds nothing") }
        }
        for needle in needles + powers { #expect(try memory.count(needle, stacks: false) == 0) }
    }

    @Test("The search sees words on the heap and on a stack, and tells the two apart")
    func search() throws {
        let memory = OwnMemory()
        var generator = SystemRandomNumberGenerator()
        let secret = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
        defer { secret.deallocate() }
        for index in 0..<2 { secret[index] = generator.next() }
        let needle = MaskedWords(of: UnsafeRawBufferPointer(start: secret, count: 16), from: 0)
        #expect(try memory.count(needle, stacks: false) == 1)
        let onStack = try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2) { copy throws -> Int in
            for index in 0..<2 { copy[index] = secret[index] }
            let count = try memory.count(needle, stacks: true)
            BigInteger.wipe(UnsafeMutableRawBufferPointer(copy))
            return count
        }
        #expect(onStack == 1)
        #expect(try memory.count(needle, stacks: true) == 0)
    }
}

/// Two words of a secret, so masked that this copy is not found by a search for them.
struct MaskedWords {
    static let mask: UInt64 = 0xa5c3_5a3c_c35a_3ca5
    let words: [UInt64]

    init(of bytes: UnsafeRawBufferPointer, from offset: Int) {
        words = (0..<2).map { bytes.loadUnaligned(fromByteOffset: offset + 8 * $0, as: UInt64.self) ^ Self.mask }
    }

    private init(words: [UInt64]) {
        self.words = words
    }

    /// In the middle of a number.
    init(limbsOf number: BigInteger) {
        self.init(
            words: number.withLimbs { limbs in
                (0..<2).map { UInt64(limbs[limbs.count / 2 + $0]) ^ Self.mask }
            })
    }

    /// A number as a list of windows of four bits, one a byte, the least significant first: at several places, for what
    /// was freed is written over in parts. Not at the highest limb, which is short.
    static func windows(of number: BigInteger) -> [MaskedWords] {
        number.withLimbs { limbs in
            (1..<limbs.count - 1).map { place in
                let limb = UInt64(limbs[place])
                return MaskedWords(words: [spread(limb) ^ mask, spread(limb >> 32) ^ mask])
            }
        }
    }

    /// The eight lowest windows, one a byte.
    private static func spread(_ limb: UInt64) -> UInt64 {
        var word: UInt64 = 0
        for place: UInt64 in 0..<8 { word |= (limb >> (4 * place) & 15) << (8 * place) }
        return word
    }
}

/// This process' writable memory, as the system shows it.
struct OwnMemory {
    /// The window through which memory is read; it would find itself.
    private static let windowByteCount = 1 << 20

    /// How often the words lie in writable memory, one behind the other, aligned to a word.
    ///
    /// - Parameter stacks: Whether threads' stacks are searched, or all but them.
    func count(_ needle: MaskedWords, stacks: Bool) throws -> Int {
        let window = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.windowByteCount + 8, alignment: 4096)
        defer {
            BigInteger.wipe(window)
            window.deallocate()
        }
        let own = UInt(bitPattern: window.baseAddress)..<UInt(bitPattern: window.baseAddress) + UInt(window.count)
        let descriptor = open("/proc/self/mem", O_RDONLY)
        defer { close(descriptor) }
        var found = 0
        for region in try regions() where region.isStack == stacks {
            var start = region.range.lowerBound
            while start < region.range.upperBound {
                // One word more than the step, so that no pair is cut.
                let wanted = min(window.count, Int(region.range.upperBound - start))
                let count = pread(descriptor, window.baseAddress, wanted, off_t(start))
                // Another thread may have given the region back.
                guard count >= 16 else { break }
                found += matches(needle, in: UnsafeRawBufferPointer(window)[..<count], at: start, except: own)
                start += UInt(Self.windowByteCount)
            }
        }
        return found
    }

    private func matches(
        _ needle: MaskedWords, in bytes: Slice<UnsafeRawBufferPointer>, at address: UInt, except own: Range<UInt>
    ) -> Int {
        let words = UnsafeRawBufferPointer(rebasing: bytes).bindMemory(to: UInt64.self)
        let (first, second) = (needle.words[0], needle.words[1])
        var found = 0
        for index in 0..<words.count - 1 where words[index] ^ MaskedWords.mask == first {
            guard words[index + 1] ^ MaskedWords.mask == second else { continue }
            if !own.contains(address + UInt(8 * index)) { found += 1 }
        }
        return found
    }

    private struct Region {
        let range: Range<UInt>
        let isStack: Bool
    }

    /// Writable regions: `from-to rw… offset device inode name`.
    private func regions() throws -> [Region] {
        let lines = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n")
        var regions: [Region] = []
        var guardEnd: UInt?
        for line in lines {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2 else { continue }
            if fields[1].hasPrefix("rw") {
                // A thread's stack has a page before it that nobody may touch. The heaps of glibc's arenas begin at multiples
                // of 64 MiB, and may have the end of another before them.
                let isHeap = ends[0].isMultiple(of: 64 << 20)
                let isStack = fields.last == "[stack]" || (guardEnd == ends[0] && !isHeap)
                regions.append(Region(range: ends[0]..<ends[1], isStack: isStack))
            }
            // Of any size: the rest of an arena's heap may lie before it, and is shown as one with it.
            guardEnd = fields[1].hasPrefix("---") && fields[4] == "0" ? ends[1] : nil
        }
        return regions
    }
}
