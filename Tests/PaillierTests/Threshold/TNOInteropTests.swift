import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite(
    "Agreement with TNO's threshold Paillier",
    .enabled(if: TNOPeer.interpreter != nil, "CHANCERY_PEERS_PYTHON is not set: TNO's packages cannot be run"))
struct TNOInteropTests {
    @Test("Its parties open what was encrypted and added here, and ours what it encrypted")
    func bothWays() throws {
        let peer = try TNOPeer(bitCount: 256)
        var generator = SeededGenerator(seed: 1)
        let foreign = try PublicKey(insecureModulusForTesting: peer.modulus)
        let encryptor = try Encryptor(key: foreign, expectedCount: 10)
        let (first, second) = (try encryptor.encrypt(20_190), try encryptor.encrypt(7))
        let largest = try encryptor.encrypt(peer.modulus - 1)
        var sum = CiphertextAccumulator(key: foreign)
        for ciphertext in [first, second, largest] { try sum.add(ciphertext) }
        let opened = try peer.open([first, second, largest, sum.value()].map(\.value))
        #expect(opened == [20_190, 7, peer.modulus - 1, 20_196])

        let dealt = try ThresholdCase(
            SmallKeys.key(bitCount: 256, seed: 11), AccessStructure(threshold: 2, of: 3), &generator)
        let plaintexts: [BigInteger] = [0, 1, 42, BigInteger.one << 100]
        let ciphertexts = try peer.encrypt(plaintexts, under: dealt.key.publicKey.modulus).map {
            try Ciphertext(checking: $0, under: dealt.key.publicKey)
        }
        #expect(try dealt.open(ciphertexts, by: [3, 1], &generator).plaintexts == plaintexts)
    }
}
