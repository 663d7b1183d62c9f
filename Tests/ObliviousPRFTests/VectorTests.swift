import Foundation
import ObliviousPRF
import Testing

/// Appendix A.1.4.2 of RFC 9497: VOPRF(P-384, SHA-384). The vector of two inputs under one proof is left out: a proof
/// here is of one element.
@Suite("RFC 9497, VOPRF(P-384, SHA-384)")
struct VectorTests {
    struct Vector: Sendable {
        let input, blinded, evaluated, proof, output: String
    }

    static let secret =
        "051646b9e6e7a71ae27c1e1d0b87b4381db6d3595eeeb1adb41579adbf992f4278f9016eafc944edaa2b43183581779d"
    static let publicKey =
        "031d689686c611991b55f1a1d8f4305ccd6cb719446f660a30db61b7aa87b46acf59b7c0d4a9077b3da21c25dd482229a0"
    static let blind =
        "504650f53df8f16f6861633388936ea23338fa65ec36e0290022b48eb562889d89dbfa691d1cde91517fa222ed7ad364"
    static let nonce =
        "803d955f0e073a04aa5d92b3fb739f56f9db001266677f62c095021db018cd8cbb55941d4073698ce45c405d1348b7b1"
    static let vectors = [
        Vector(
            input: "00",
            blinded:
                "02d338c05cbecb82de13d6700f09cb61190543a7b7e2c6cd4fca56887e564ea82653b27fdad383995ea6d02cf26d0e24d9",
            evaluated:
                "02a7bba589b3e8672aa19e8fd258de2e6aae20101c8d761246de97a6b5ee9cf105febce4327a326255a3c604f63f600ef6",
            proof:
                "bfc6cf3859127f5fe25548859856d6b7fa1c7459f0ba5712a806fc091a3000c42d8ba34ff45f32a52e40533efd2a03bc"
                + "87f3bf4f9f58028297ccb9ccb18ae7182bcd1ef239df77e3be65ef147f3acf8bc9cbfc5524b702263414f043e3b7ca2e",
            output:
                "3333230886b562ffb8329a8be08fea8025755372817ec969d114d1203d026b4a622beab60220bf19078bca35a529b35c"),
        Vector(
            input: "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
            blinded:
                "02f27469e059886f221be5f2cca03d2bdc61e55221721c3b3e56fc012e36d31ae5f8dc058109591556a6dbd3a8c69c433b",
            evaluated:
                "03f16f903947035400e96b7f531a38d4a07ac89a80f89d86a1bf089c525a92c7f4733729ca30c56ce78b1ab4f7d92db8b4",
            proof:
                "d005d6daaad7571414c1e0c75f7e57f2113ca9f4604e84bc90f9be52da896fff3bee496dcde2a578ae9df315032585f8"
                + "01fb21c6080ac05672b291e575a40295b306d967717b28e08fcc8ad1cab47845d16af73b3e643ddcc191208e71c64630",
            output:
                "b91c70ea3d4d62ba922eb8a7d03809a441e1c3c7af915cbc2226f485213e895942cd0f8580e6d99f82221e66c40d274f"),
    ]

    @Test("are met: blinding, the check of the published proof, and the output", arguments: vectors)
    func client(_ vector: Vector) throws {
        let input = try BlindedInput(bytes(vector.input), blind: bytes(Self.blind))
        #expect(try input.element().bytes == bytes(vector.blinded))
        let evaluation = try Evaluation(bytes: bytes(vector.evaluated) + bytes(vector.proof))
        let key = try PRFPublicKey(bytes: bytes(Self.publicKey))
        #expect(try input.output(evaluation, under: key) == bytes(vector.output))
    }

    @Test("are met: the key's holder's evaluation, whose proof is another each time", arguments: vectors)
    func server(_ vector: Vector) throws {
        let key = try PRFKey(secret: bytes(Self.secret))
        #expect(try key.publicKey.bytes == bytes(Self.publicKey))
        let element = try BlindedElement(bytes: bytes(vector.blinded))
        let (one, two) = (try key.evaluate(element), try key.evaluate(element))
        #expect(try one.bytes.prefix(49) == bytes(vector.evaluated) && two.bytes.prefix(49) == one.bytes.prefix(49))
        #expect(one != two)
        try one.verify(of: element, under: key.publicKey)
        // With the vectors' ProofRandomScalar, of all things the same.
        let known = try key.evaluate(element, insecureNonceForTesting: bytes(Self.nonce))
        #expect(try known.bytes == bytes(vector.evaluated) + bytes(vector.proof))
        #expect(try key.output(of: bytes(vector.input)) == bytes(vector.output))
    }
}

func bytes(_ hex: String) throws -> Data {
    var (data, rest) = (Data(), Substring(hex))
    while !rest.isEmpty {
        data.append(try #require(UInt8(rest.prefix(2), radix: 16)))
        rest = rest.dropFirst(2)
    }
    return data
}
