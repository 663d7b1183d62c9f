import Foundation
import Multiprecision
import Paillier
import TestSupport
import Testing

@Suite("python-paillier's formats")
struct PythonPaillierTests {
    private let key = TestKeys.of2048.publicKey

    @Test("Integers and doubles are encoded as phe 1.5.0 does (residues modulo 2^255 - 19, by that program)")
    func encodings() throws {
        let prime = (BigInteger.one << 255) - 19
        let integers = [
            ("0", "0"),
            ("1", "1"),
            ("-1", "48500836740798606806078004856376305795381939370574383530717017202703784848447"),
            ("123456789", "123456789"),
            (
                "-1180591620717411303424",
                "48500836740798606806078004856376305795381939370574383529536425581986373545024"
            ),
        ]
        for (text, residue) in integers {
            let number = try PythonPaillier.EncodedNumber(integer: TestKeys.number(text), key: key)
            #expect(number.exponent == 0)
            #expect(number.residue.modulo(prime).description == residue)
            #expect(try number.decimalText(under: key) == text)
        }
        let doubles: [(Double, Int, String)] = [
            (0.0, -14, "0"),
            (1.5, -13, "6755399441055744"),
            (-0.1, -14, "48500836740798606806078004856376305795381939370574383530717009996944381055654"),
            (3.141592653589793, -13, "14148475504056880"),
            (1e+300, 236, "6724873095247260"),
            (-1e-300, -263, "48500836740798606806078004856376305795381939370574383530716968946246144364920"),
            (.leastNonzeroMagnitude, -282, "18014398509481984"),
            (4503599627370496.0, 0, "4503599627370496"),
            (9007199254740992.0, 0, "9007199254740992"),
            (0.5, -14, "36028797018963968"),
            (1e-07, -19, "7555786372591432"),
            (16.0, -12, "4503599627370496"),
            (123456.789, -9, "8483885939586761"),
        ]
        for (double, exponent, residue) in doubles {
            let number = try PythonPaillier.EncodedNumber(double: double, key: key)
            #expect(number.exponent == exponent, "\(double)")
            #expect(number.residue.modulo(prime).description == residue, "\(double)")
            #expect(try number.doubleValue(under: key) == double)
        }
    }

    @Test("Random doubles come back exactly", arguments: [UInt64(601)])
    func doubles(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let double = Double(bitPattern: generator.next())
            guard double.isFinite else { continue }
            #expect(try PythonPaillier.EncodedNumber(double: double, key: key).doubleValue(under: key) == double)
        }
        for double in [Double.nan, .infinity, -.infinity] {
            #expect(throws: PaillierError.numberNotRepresentable) {
                try PythonPaillier.EncodedNumber(double: double, key: key)
            }
        }
    }

    @Test("Mantissas beyond a third of n, and residues between, are an overflow")
    func overflow() throws {
        let limit = key.modulus.truncatedQuotientAndRemainder(dividingBy: 3).quotient - 1
        for value in [limit, -limit] {
            #expect(try PythonPaillier.EncodedNumber(integer: value, key: key).mantissa(under: key) == value)
        }
        #expect(throws: PaillierError.self) { try PythonPaillier.EncodedNumber(integer: limit + 1, key: key) }
        let between = try PythonPaillier.EncodedNumber(residue: limit + 1, exponent: 0, key: key)
        #expect(throws: PaillierError.encodedNumberOverflow) { try between.mantissa(under: key) }
        #expect(throws: PaillierError.encodedNumberOverflow) {
            try PythonPaillier.EncodedNumber(residue: 1, exponent: 4097, key: key)
        }
        let huge = try PythonPaillier.EncodedNumber(residue: 1, exponent: 300, key: key)
        #expect(throws: PaillierError.encodedNumberOverflow) { try huge.doubleValue(under: key) }
    }

    @Test("Sums align exponents, products add them")
    func arithmetic() throws {
        let privateKey = TestKeys.of2048
        let encryptor = try Encryptor(key: key, expectedCount: 4)
        func encoded(_ value: Double) throws -> PythonPaillier.EncodedNumber { try .init(double: value, key: key) }
        func text(_ number: PythonPaillier.EncryptedNumber) throws -> String {
            try number.decoded(privateKey.decrypt(number.ciphertext)).decimalText(under: key)
        }
        let seven = try PythonPaillier.EncryptedNumber(.init(integer: -7, key: key), using: encryptor)
        let half = try PythonPaillier.EncryptedNumber(encoded(0.5), using: encryptor)
        let sum = try seven.adding(half)
        #expect(sum.exponent == -14)
        #expect(try text(sum) == "-6.5")
        #expect(try text(half.adding(seven)) == "-6.5")
        #expect(try text(seven.adding(encoded(2.25))) == "-4.75")
        #expect(try text(half.adding(.init(integer: 3, key: key))) == "3.5")
        let product = try half.multiplied(by: encoded(-0.125))
        #expect(product.exponent == half.exponent + (try encoded(-0.125)).exponent)
        #expect(try text(product) == "-0.0625")
        #expect(try text(half.lowered(to: -32)) == "0.5")
    }

    @Test("Keys and numbers come back from their JSON")
    func json() throws {
        let privateKey = TestKeys.of2048
        #expect(try PythonPaillier.publicKey(json: PythonPaillier.json(key)) == key)
        let document = try PythonPaillier.json(secret: privateKey)
        #expect(try PythonPaillier.privateKey(json: document).publicKey == key)
        let number = try PythonPaillier.EncryptedNumber(
            .init(double: -2.5, key: key), using: Encryptor(key: key, expectedCount: 1))
        let copy = try PythonPaillier.EncryptedNumber(json: number.json(), under: key)
        #expect(copy == number)
        let plaintext = try PythonPaillier.decryptionKey(json: document).decrypt(copy.ciphertext)
        #expect(try copy.decoded(plaintext).doubleValue(under: key) == -2.5)
    }

    @Test("Primes that are not safe make a key that can only decrypt")
    func foreignKey() throws {
        let (p, q) = ((BigInteger.one << 1279) - 1, (BigInteger.one << 2203) - 1)
        let foreign = try ForeignDecryptionKey(p: p, q: q)
        let encryptor = try Encryptor(key: foreign.publicKey, randomness: .textbook, expectedCount: 1)
        #expect(try foreign.decrypt(encryptor.encrypt(99)) == 99)
        #expect(throws: PaillierError.primesOfUnequalLength) { try PrivateKey(p: p, q: q) }
        #expect(throws: PaillierError.factorsEqual) { try ForeignDecryptionKey(p: p, q: p) }
        #expect(throws: PaillierError.factorNotPrime) { try ForeignDecryptionKey(p: p, q: key.modulus) }
        #expect(throws: PaillierError.factorNotPrime) { try ForeignDecryptionKey(p: -p, q: -q) }
        #expect(throws: PaillierError.keyMismatch) {
            try foreign.decrypt(Encryptor(key: key, expectedCount: 1).encrypt(1))
        }
    }

    @Test(
        "Malformed JSON is refused, and the member is named",
        arguments: [
            ("", "document"), ("[]", "document"), ("{}", "v"), (#"{"v":"1"}"#, "e"), (#"{"v":1,"e":0}"#, "v"),
            (#"{"v":"x","e":0}"#, "v"), (#"{"v":"1","e":"0"}"#, "e"), (#"{"v":" 1","e":0}"#, "v"),
        ])
    func malformedNumber(text: String, member: String) {
        #expect(throws: PaillierError.jsonMalformed(member: member)) {
            try PythonPaillier.EncryptedNumber(json: Data(text.utf8), under: key)
        }
    }

    @Test("Ciphertexts in JSON are checked, and so are exponents")
    func hostileNumbers() {
        for text in [#"{"v":"0","e":0}"#, #"{"v":"-5","e":0}"#, #"{"v":"1","e":100000}"#] {
            #expect(throws: PaillierError.self) {
                try PythonPaillier.EncryptedNumber(json: Data(text.utf8), under: key)
            }
        }
        let long = #"{"e":0,"v":""# + String(repeating: "9", count: 5000) + #""}"#
        #expect(throws: PaillierError.jsonMalformed(member: "v")) {
            try PythonPaillier.EncryptedNumber(json: Data(long.utf8), under: key)
        }
    }

    @Test(
        "Malformed keys are refused, and the member is named",
        arguments: [
            (#"{"kty":"RSA","alg":"PAI-GN1","n":"AQ"}"#, "kty"), (#"{"kty":"DAJ","alg":"RS256","n":"AQ"}"#, "alg"),
            (#"{"kty":"DAJ","alg":"PAI-GN1"}"#, "n"), (#"{"kty":"DAJ","alg":"PAI-GN1","n":"***"}"#, "n"),
            (#"{"kty":"DAJ","alg":"PAI-GN1","n":""}"#, "n"),
        ])
    func malformedKey(text: String, member: String) {
        #expect(throws: PaillierError.jsonMalformed(member: member)) {
            try PythonPaillier.publicKey(json: Data(text.utf8))
        }
    }
}
