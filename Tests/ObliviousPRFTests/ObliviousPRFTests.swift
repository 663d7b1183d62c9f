import Crypto
import CryptoExtras
import Foundation
import ObliviousPRF
import SharingModel
import TestSupport
import Testing

@Suite("A pseudorandom function, evaluated obliviously")
struct ObliviousPRFTests {
    @Test("One input has one output, however it was blinded; another input or key has another")
    func agreement() throws {
        let (key, other) = (PRFKey(), PRFKey())
        for text in ["", "person 17", String(repeating: "x", count: PRFKey.longestInput)] {
            let input = Data(text.utf8)
            let (first, second) = (try BlindedInput(input), try BlindedInput(input))
            #expect(try first.element() != second.element())
            let output = try first.output(key.evaluate(first.element()), under: key.publicKey)
            #expect(try second.output(key.evaluate(second.element()), under: key.publicKey) == output)
            #expect(try key.output(of: input) == output)
            #expect(try other.output(of: input) != output)
            #expect(try key.output(of: Data("another".utf8)) != output)
        }
        #expect(throws: ObliviousPRFError.inputTooLong) {
            try BlindedInput(Data(count: PRFKey.longestInput + 1))
        }
    }

    @Test("Swift-crypto's own client, which keeps blinds within a process, gives the same output")
    func agreesWithSwiftCrypto() throws {
        let key = PRFKey()
        let theirs = try P384._VOPRF.PublicKey(compressedRepresentation: key.publicKey.bytes)
        for number in 0..<20 {
            let input = Data("person \(number)".utf8)
            let blinded = try theirs.blind(input)
            let evaluation = try key.evaluate(BlindedElement(bytes: blinded.blindedElement.oprfRepresentation))
            let output = try theirs.finalize(
                blinded, using: P384._VOPRF.BlindEvaluation(rawRepresentation: evaluation.bytes))
            let own = try BlindedInput(input)
            #expect(try own.output(key.evaluate(own.element()), under: key.publicKey) == output)
        }
    }

    @Test("What swift-crypto's own server evaluates passes our check, and is what our key gives")
    func agreesWithSwiftCryptoServer() throws {
        for number in 0..<20 {
            let key = PRFKey()
            let theirs = try key.withSecret { try P384._VOPRF.PrivateKey(rawRepresentation: Data($0)) }
            #expect(theirs.publicKey.oprfRepresentation == key.publicKey.bytes)
            let input = try BlindedInput(Data("person \(number)".utf8))
            let element = try input.element()
            let evaluated = try theirs.evaluate(
                P384._VOPRF.BlindedElement(oprfRepresentation: element.bytes))
            let output = try input.output(Evaluation(bytes: evaluated.rawRepresentation), under: key.publicKey)
            #expect(try output == key.output(of: input.input))
            #expect(try output == theirs.evaluate(input.input))
        }
    }

    @Test("A key and a blind survive being written down")
    func stored() throws {
        let key = PRFKey()
        let again = try key.withSecret { try PRFKey(secret: Data($0)) }
        #expect(again.publicKey == key.publicKey && again.publicKey.id == key.publicKey.id)
        let input = try BlindedInput(Data("a".utf8))
        let rewritten = try input.withBlind { try BlindedInput(input.input, blind: Data($0)) }
        #expect(try rewritten.element() == input.element())
        for secret in [Data(), Data(count: 48), Data(repeating: 0xFF, count: 48)] {
            #expect(throws: ObliviousPRFError.notAKey) { try PRFKey(secret: secret) }
            #expect(throws: ObliviousPRFError.notABlind) { try BlindedInput(Data(), blind: secret) }
        }
    }

    @Test("An evaluation under another key, of another element, or with any bit changed is refused")
    func cheating() throws {
        let (key, other) = (PRFKey(), PRFKey())
        let (input, neighbour) = (try BlindedInput(Data("a".utf8)), try BlindedInput(Data("b".utf8)))
        let honest = try key.evaluate(input.element())
        #expect(throws: ObliviousPRFError.proofWrong) {
            try input.output(other.evaluate(input.element()), under: key.publicKey)
        }
        #expect(throws: ObliviousPRFError.proofWrong) { try neighbour.output(honest, under: key.publicKey) }
        #expect(throws: ObliviousPRFError.proofWrong) {
            try input.output(key.evaluate(neighbour.element()), under: key.publicKey)
        }
        // The point of one evaluation with the proof of another.
        let mixed = try other.evaluate(input.element()).bytes.prefix(49) + honest.bytes.dropFirst(49)
        #expect(throws: ObliviousPRFError.proofWrong) {
            try input.output(Evaluation(bytes: mixed), under: key.publicKey)
        }
        var generator = SeededGenerator(seed: 9497)
        for _ in 0..<200 {
            var bytes = honest.bytes
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            #expect(throws: ObliviousPRFError.self) {
                try input.output(Evaluation(bytes: bytes), under: key.publicKey)
            }
        }
    }

    @Test(
        "What is no point in its one form is refused: infinity, off the curve, uncompressed, a coordinate too large",
        arguments: [
            Data([0]), Data(count: 49), Data([2]) + Data(repeating: 0xFF, count: 48), Data([4]) + Data(count: 96),
            Data([5]) + Data(count: 48), Data([2]) + Data(count: 47), Data(),
            // x = 1 is on no point: 1 − 3 + b is no square modulo p.
            Data([2]) + Data(count: 47) + [1],
        ])
    func noPoints(_ bytes: Data) {
        if (try? P384.Signing.PublicKey(compressedRepresentation: bytes)) == nil {
            #expect(throws: ObliviousPRFError.notAPoint) { try BlindedElement(bytes: bytes) }
            #expect(throws: ObliviousPRFError.notAKey) { try PRFPublicKey(bytes: bytes) }
        } else {
            Issue.record("swift-crypto takes it for a point")
        }
    }

    @Test("Batches survive being written; cut, lengthened or with one bad element they are refused")
    func batches() throws {
        let key = PRFKey()
        let inputs = try (0..<5).map { try BlindedInput(Data("\($0)".utf8)) }
        let blinded = BlindedBatch(key: key.publicKey.id, elements: try inputs.map { try $0.element() })
        #expect(try BlindedBatch(bytes: blinded.bytes) == blinded)
        let evaluated = EvaluatedBatch(
            request: .sha256(Data("request".utf8)), evaluations: try blinded.elements.map { try key.evaluate($0) })
        #expect(try EvaluatedBatch(bytes: evaluated.bytes) == evaluated)
        for bytes in [blinded.bytes.dropLast(), blinded.bytes + [0], blinded.bytes.prefix(40), Data(count: 89)] {
            #expect(throws: BatchError.self) { try BlindedBatch(bytes: bytes) }
            #expect(throws: BatchError.self) { try EvaluatedBatch(bytes: bytes) }
        }
        var bad = blinded.bytes
        bad.replaceSubrange((40 + 2 * 49)..<(40 + 3 * 49), with: Data(count: 49))
        #expect(throws: BatchError.element(index: 2, .notAPoint)) { try BlindedBatch(bytes: bad) }
        #expect(throws: BatchError.self) { try EvaluatedBatch(bytes: blinded.bytes) }
    }
}
