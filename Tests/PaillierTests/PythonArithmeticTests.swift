import Foundation
import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite(
    "Encodings and sums beside python-paillier itself",
    .enabled(
        if: Peers.python != nil,
        "set CHANCERY_PEERS_PYTHON to a Python with phe==1.5.0 and gmpy2; Scripts/test does"))
struct PythonArithmeticTests {
    private let key: PrivateKey
    private var publicKey: PublicKey { key.publicKey }

    init() throws {
        key = try SmallKeys.key(bitCount: 512, seed: 2_718)
    }

    @Test("Encodings are its encodings: integers, doubles, precisions, greatest exponents", arguments: [UInt64(31)])
    func encodings(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let cases = (0..<600).map { index in
            (
                number: PythonNumber.random(index, key: publicKey, using: &generator),
                precision: index % 3 == 0 ? PythonNumber.precision(using: &generator) : nil,
                exponent: index % 4 == 1 ? Int.random(in: -60...10, using: &generator) : nil
            )
        }
        let lines = cases.map {
            "encode \($0.number.line) \($0.precision?.bitPattern.description ?? "-") "
                + "\($0.exponent?.description ?? "-")"
        }
        let replies = try PythonArithmetic.ask(lines, key)
        #expect(replies.count == cases.count)
        for (`case`, reply) in zip(cases, replies) {
            let ours = PythonArithmetic.answer {
                let number = try `case`.number.encoded(
                    publicKey, precision: `case`.precision, maximumExponent: `case`.exponent)
                return "\(number.residue) \(number.exponent) \(try PythonArithmetic.value(number, publicKey))"
            }
            #expect(ours == reply, "\(`case`)")
        }
        #expect(replies.count { $0 == "refused" } < replies.count / 2)
    }

    @Test("Residues and exponents of any size decode as there, overflow included", arguments: [UInt64(32)])
    func decodings(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let third = publicKey.modulus.truncatedQuotientAndRemainder(dividingBy: 3).quotient
        var cases = (-3...3).flatMap { offset in
            [third + BigInteger(offset), publicKey.modulus - third + BigInteger(offset)].map { ($0, offset * 20) }
        }
        for _ in 0..<300 {
            let bits = Int.random(in: 1...511, using: &generator)
            let residue = BigInteger.random(bitCount: bits, using: &generator).modulo(publicKey.modulus)
            cases.append((residue, Int.random(in: -400...200, using: &generator)))
        }
        let replies = try PythonArithmetic.ask(cases.map { "decode \($0.0) \($0.1)" }, key)
        for ((residue, exponent), reply) in zip(cases, replies) {
            let ours = PythonArithmetic.answer {
                let number = try PythonPaillier.EncodedNumber(residue: residue, exponent: exponent, key: publicKey)
                return try PythonArithmetic.value(number, publicKey)
            }
            #expect(ours == reply, "\(residue) \(exponent)")
        }
    }

    @Test("Sums, differences and products give its ciphertexts and exponents, and its values", arguments: [UInt64(33)])
    func arithmetic(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let encryptor = try Encryptor(key: publicKey, randomness: .textbook, expectedCount: 600)
        var lines = [String]()
        var answers = [String]()
        for index in 0..<400 {
            let name = PythonArithmetic.operations[index % PythonArithmetic.operations.count]
            var numbers = (0..<2).map { _ in
                PythonNumber.random(Int.random(in: 0..<8, using: &generator), key: publicKey, using: &generator)
            }
            // Python divides 1 by any integer with one rounding; here the divisor is a double.
            if name == "divide", case .integer = numbers[1] { numbers[1] = .double(-2.5) }
            guard let encoded = try? numbers.map({ try $0.encoded(publicKey) }) else { continue }
            let operands = try encoded.map { try PythonPaillier.EncryptedNumber($0, using: encryptor) }
            let texts = operands.map { "\($0.ciphertext.value) \($0.exponent)" }
            lines.append("\(name) \(texts[0]) \(texts[1]) \(numbers[1].line)")
            answers.append(
                PythonArithmetic.answer {
                    let result = try PythonArithmetic.apply(name, operands[0], operands[1], numbers[1], encoded[1])
                    return "\(result.ciphertext.value) \(result.exponent) \(try decrypted(result))"
                })
        }
        let replies = try PythonArithmetic.ask(lines, key)
        for (line, (ours, reply)) in zip(lines, zip(answers, replies)) { #expect(ours == reply, "\(line)") }
        #expect(lines.count > 300)
        #expect(replies.count { $0 != "refused" } > 200)
    }

    @Test("What it encrypts decrypts to the number that it was given", arguments: [UInt64(34)])
    func theirs(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let numbers = (0..<200).map { PythonNumber.random($0, key: publicKey, using: &generator) }
        let replies = try PythonArithmetic.ask(numbers.map { "encrypt \($0.line)" }, key)
        for (number, reply) in zip(numbers, replies) {
            let ours = (try? number.encoded(publicKey)) == nil ? "refused" : "encrypted"
            guard reply != "refused", ours != "refused" else {
                #expect(ours == reply, "\(number)")
                continue
            }
            let read = try PythonPaillier.EncryptedNumber(json: Data(reply.utf8), under: publicKey)
            #expect(try read.decoded(key.decrypt(read.ciphertext)) == number.encoded(publicKey), "\(number)")
        }
    }

    private func decrypted(_ number: PythonPaillier.EncryptedNumber) throws -> String {
        // Only the ciphertext is compared where the plaintext overflowed: both then say so.
        let decoded = try number.decoded(key.decrypt(number.ciphertext))
        return PythonArithmetic.answer { try PythonArithmetic.value(decoded, publicKey) }
    }
}
