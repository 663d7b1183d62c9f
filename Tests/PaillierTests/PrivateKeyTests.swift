import Multiprecision
import Paillier
import Synchronization
import Testing

@Suite("Private keys")
struct PrivateKeyTests {
    private let p = TestKeys.number(TestKeys.p1024)
    private let q = TestKeys.number(TestKeys.q1024)

    @Test("Factors that make no key are refused")
    func refusals() {
        #expect(throws: PaillierError.factorsEqual) { try PrivateKey(p: p, q: p) }
        #expect(throws: PaillierError.primesOfUnequalLength) {
            try PrivateKey(p: p, q: TestKeys.number(TestKeys.q1536))
        }
        #expect(throws: PaillierError.primesOfUnequalLength) { try PrivateKey(p: -p, q: -q) }
        #expect(throws: PaillierError.factorNotSafePrime) { try PrivateKey(p: p, q: q - 2) }
        #expect(throws: PaillierError.factorNotSafePrime) { try PrivateKey(p: p + 1, q: q) }
        #expect(throws: PaillierError.factorsShareRelation) { try PrivateKey(p: p, q: p + 4) }
        // 2^521 - 1 is a prime, but no safe one.
        let mersenne = (BigInteger.one << 521) - 1
        #expect(throws: PaillierError.factorNotSafePrime) {
            try PrivateKey(insecurePForTesting: mersenne, q: mersenne - 2)
        }
        #expect(throws: PaillierError.modulusTooShort(bitCount: 128, least: 2048)) {
            let small = try SmallKeys.key(bitCount: 128, seed: 1)
            try small.withSerialized { _ = try PrivateKey(serialized: $0) }
        }
    }

    @Test("A key decrypts after it was stored and read back")
    func serialization() throws {
        let key = TestKeys.of2048
        let copy = try key.withSerialized { try PrivateKey(serialized: $0) }
        #expect(copy.publicKey == key.publicKey)
        let ciphertext = try Encryptor(key: key.publicKey, expectedCount: 1).encrypt(20190)
        #expect(try copy.decrypt(ciphertext) == 20190)
    }

    @Test("Damaged bytes of a key are refused at every place")
    func damagedBytes() throws {
        let key = try SmallKeys.key(bitCount: 128, seed: 2)
        let bytes = key.withSerialized { Array($0) }
        #expect(bytes.count == 8 + 2 * 8)
        for count in 0..<bytes.count {
            #expect(throws: PaillierError.privateKeyMalformed) {
                try bytes[..<count].withUnsafeBytes { _ = try PrivateKey(insecureSerializedForTesting: $0) }
            }
        }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1
            #expect(throws: PaillierError.self, "byte \(index)") {
                try damaged.withUnsafeBytes { _ = try PrivateKey(insecureSerializedForTesting: $0) }
            }
        }
        #expect(throws: PaillierError.privateKeyMalformed) {
            try (bytes + [0]).withUnsafeBytes { _ = try PrivateKey(insecureSerializedForTesting: $0) }
        }
    }

    @Test("The bytes of a key are wiped after use")
    func wiped() throws {
        let key = try SmallKeys.key(bitCount: 4096 / 16, seed: 3)
        var secret: [UInt8] = []
        var place: UnsafeRawPointer?
        key.withSerialized { bytes in
            secret = Array(bytes[8...])
            place = bytes.baseAddress
        }
        // Reading freed memory on purpose: a block of this size is never unmapped.
        let start = try #require(place)
        let left = (0..<secret.count).map { start.load(fromByteOffset: 8 + $0, as: UInt8.self) }
        #expect(left != secret)
    }

    @Test("Seeded keys have safe primes of equal length and an n of the exact length", arguments: [64, 66, 128, 256])
    func generated(bitCount: Int) throws {
        for seed in 1...5 {
            let key = try SmallKeys.key(bitCount: bitCount, seed: UInt64(seed))
            #expect(key.publicKey.bitCount == bitCount && !key.publicKey.isSecureSize)
            // The constructor that checks primes takes them back.
            _ = try key.withSerialized { try PrivateKey(insecureSerializedForTesting: $0) }
        }
    }

    @Test("Lengths that are not offered are refused", arguments: [0, 1024, 2046, 2049, 16386])
    func unsupportedSizes(bitCount: Int) {
        #expect(throws: PaillierError.keySizeNotSupported(bitCount: bitCount)) {
            try PrivateKey.generate(bitCount: bitCount)
        }
    }

    @Test("A generation reports its progress and stops when told to")
    func cancellation() {
        let reports = Mutex<[PrivateKey.GenerationProgress]>([])
        #expect(throws: PaillierError.cancelled) {
            try PrivateKey.generate(
                bitCount: 4096,
                progress: { report in reports.withLock { $0.append(report) } },
                shouldStop: { reports.withLock { !$0.isEmpty } })
        }
        let first = reports.withLock { $0.first }
        #expect(first?.testedCandidates == 16)
    }

    @Test("A key refuses ciphertexts of another")
    func mismatch() throws {
        let (first, second) = (try SmallKeys.key(bitCount: 128, seed: 4), try SmallKeys.key(bitCount: 128, seed: 5))
        let ciphertext = try Encryptor(key: first.publicKey, expectedCount: 1).encrypt(1)
        #expect(throws: PaillierError.keyMismatch) { try second.decrypt(ciphertext) }
        #expect(throws: PaillierError.keyMismatch) { try second.open(ciphertext) }
        #expect(throws: PaillierError.keyMismatch) { try second.publicKey.add(ciphertext, ciphertext) }
    }
}
