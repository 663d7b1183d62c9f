import Foundation
import Multiprecision
import Paillier
import Testing

@Suite("Proofs that a modulus is square-free")
struct NthRootProofTests {
    @Test("Roots equal those of a Python model, modulo 2^255 - 19")
    func vectors() throws {
        let prime = (BigInteger.one << 255) - 19
        let roots = try TestKeys.of2048.proveModulus().roots.map { $0.modulo(prime).description }
        #expect(roots == expectedRoots)
    }

    @Test("A proof verifies, and again after JSON", arguments: [TestKeys.of2048, TestKeys.of3072])
    func valid(key: PrivateKey) throws {
        let proof = try key.proveModulus()
        try key.publicKey.verify(proof)
        let copy = try JSONDecoder().decode(NthRootProof.self, from: JSONEncoder().encode(proof))
        #expect(copy == proof)
        try PublicKey(modulus: key.publicKey.modulus).verify(copy)
    }

    @Test("Every change of a root is refused, at its index")
    func mutations() throws {
        let key = try SmallKeys.key(bitCount: 256, seed: 1)
        let (publicKey, roots) = (key.publicKey, try key.proveModulus().roots)
        for index in roots.indices {
            for wrong in [roots[index] + 1, publicKey.modulus - roots[index], 1, roots[(index + 1) % roots.count]] {
                var changed = roots
                changed[index] = wrong
                #expect(throws: PaillierError.keyProofRootWrong(index: index)) {
                    try publicKey.verify(NthRootProof(roots: changed))
                }
            }
            for outside in [BigInteger(0), -1, publicKey.modulus, roots[index] + publicKey.modulus] {
                var changed = roots
                changed[index] = outside
                #expect(throws: PaillierError.keyProofRootOutOfRange(index: index)) {
                    try publicKey.verify(NthRootProof(roots: changed))
                }
            }
        }
        for count in [0, 1, 7, 9] {
            let some = (0..<count).map { roots[$0 % roots.count] }
            #expect(throws: PaillierError.keyProofHasWrongCount(found: count, expected: 8)) {
                try publicKey.verify(NthRootProof(roots: some))
            }
        }
    }

    @Test("Another key's proof is refused")
    func otherKey() throws {
        let (first, second) = (try SmallKeys.key(bitCount: 256, seed: 1), try SmallKeys.key(bitCount: 256, seed: 2))
        #expect(throws: PaillierError.self) { try second.publicKey.verify(first.proveModulus()) }
    }

    @Test("A modulus p²q, whose owner takes the best roots there are, is refused")
    func squareFactor() throws {
        // 65537 squared: just above the trial division's bound, where a forger's chance is best.
        let (p, q) = (BigInteger(65537), (BigInteger.one << 521) - 1)
        let publicKey = try PublicKey(insecureModulusForTesting: p * p * q)
        let phi = p * (p - 1) * (q - 1)
        // The exponent inverts n on the part of the group where that can be done.
        let coprime = try #require(phi.exactQuotient(dividingBy: p))
        let exponent = try #require(publicKey.modulus.inverse(modulo: coprime))
        let roots = (0..<8).map { index in
            NthRootProof.target(index, of: publicKey).power(exponent, modulo: publicKey.modulus, variableTime: true)
        }
        #expect(throws: PaillierError.keyProofRootWrong(index: 0)) {
            try publicKey.verify(NthRootProof(roots: roots))
        }
        // The recipe is right: it gives the roots of numbers that have one.
        let power = BigInteger(12345).power(publicKey.modulus, modulo: publicKey.modulus, variableTime: true)
        let root = power.power(exponent, modulo: publicKey.modulus, variableTime: true)
        #expect(root.power(publicKey.modulus, modulo: publicKey.modulus, variableTime: true) == power)
    }

    @Test("JSON that is not in the one form is refused")
    func json() {
        for text in [#"{}"#, #"{"roots":["AAE="]}"#, #"{"roots":["AQ"]}"#, #"{"roots":["*"]}"#, #"{"roots":[1]}"#] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(NthRootProof.self, from: Data(text.utf8)) }
        }
    }

    private let expectedRoots = [
        "34725274008387909534212839239238014312822711111941370458391807890666776638931",
        "25877501938257396539918879725500133841028844455387150569493905961026629508252",
        "9352134170624681845207994502978257638129827585164852371493686010788509730416",
        "12242955300615546365871289137013230492225046190474735268333968964762625445659",
        "25392322661968898228588226799785296856483337281984843659541748234377461068868",
        "32558843745788455807607015609547557142198112410695389291611774065397868932917",
        "35431249239797405795160541786575846120228459584919049065374671669665007475623",
        "51911383736792198251578587157461849834903234017211419558117597049659491146788",
    ]
}
