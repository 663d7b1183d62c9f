import Foundation
import Multiprecision
import Paillier
import Testing

@Suite(
    "Beside python-paillier itself",
    .enabled(
        if: PythonPeer.interpreter != nil,
        "set CHANCERY_PEERS_PYTHON to a Python with phe==1.5.0 and gmpy2; Scripts/test does"))
struct PythonInteropTests {
    private let literals = [
        "0", "1", "-1", "123456789012345678901234567890", "-42", "0.5", "-0.1", "3.141592653589793", "1e-07",
        "-123456.789", "1e+20",
    ]

    /// Python's `repr` of the decrypted numbers: phe gives an int where the exponent is not negative.
    private var decryptedLiterals: [String] {
        literals.map { $0 == "1e+20" ? "100000000000000000000" : $0 }
    }

    private func texts(_ documents: [String], _ key: PublicKey, _ decrypt: (Ciphertext) throws -> BigInteger) throws
        -> [String]
    {
        try documents.map { document in
            let number = try PythonPaillier.EncryptedNumber(json: Data(document.utf8), under: key)
            return try number.decoded(decrypt(number.ciphertext)).decimalText(under: key)
        }
    }

    /// Exact decimal text of a Python literal.
    private func exact(_ literal: String, _ key: PublicKey) throws -> String {
        try encoded(literal, key).decimalText(under: key)
    }

    private func encoded(_ literal: String, _ key: PublicKey) throws -> PythonPaillier.EncodedNumber {
        if let integer = BigInteger(literal) { return try .init(integer: integer, key: key) }
        return try .init(double: try #require(Double(literal)), key: key)
    }

    @Test("It reads our keys and decrypts our numbers")
    func decryptsOurs() throws {
        let key = TestKeys.of2048
        let encryptor = try Encryptor(key: key.publicKey, expectedCount: literals.count)
        let documents = try literals.map { literal in
            let number = try PythonPaillier.EncryptedNumber(encoded(literal, key.publicKey), using: encryptor)
            return String(decoding: try number.json(), as: UTF8.self)
        }
        let document = String(decoding: try PythonPaillier.json(secret: key), as: UTF8.self)
        let reply = try PythonPeer.ask(.init(task: "decrypt", key: document, numbers: documents))
        #expect(reply.values == decryptedLiterals)
        #expect(try PythonPaillier.publicKey(json: Data(reply.publicKey.utf8)) == key.publicKey)
    }

    @Test("We decrypt what it encrypted with our key, and what it computed on our numbers")
    func decryptsTheirs() throws {
        let key = TestKeys.of2048
        let document = String(decoding: try PythonPaillier.json(secret: key), as: UTF8.self)
        let reply = try PythonPeer.ask(.init(task: "encrypt", key: document, values: literals))
        #expect(
            try texts(reply.numbers, key.publicKey, key.decrypt) == literals.map { try exact($0, key.publicKey) })

        let encryptor = try Encryptor(key: key.publicKey, expectedCount: 2)
        let ours = try ["-42", "0.5"].map { literal in
            let number = try PythonPaillier.EncryptedNumber(encoded(literal, key.publicKey), using: encryptor)
            return String(decoding: try number.json(), as: UTF8.self)
        }
        let computed = try PythonPeer.ask(.init(task: "compute", key: document, numbers: ours))
        #expect(
            try texts(computed.numbers, key.publicKey, key.decrypt) == ["-41.5", "-126", "-0.125", "-52", "0.5"])
    }

    @Test("Its own key reads as one that can only decrypt, and both programs encrypt for it")
    func theirKey() throws {
        let reply = try PythonPeer.ask(.init(task: "encrypt", values: literals))
        let document = Data(reply.privateKey.utf8)
        let key = try PythonPaillier.decryptionKey(json: document)
        #expect(throws: PaillierError.factorNotSafePrime) { try PythonPaillier.privateKey(json: document) }
        #expect(
            try texts(reply.numbers, key.publicKey, key.decrypt) == literals.map { try exact($0, key.publicKey) })

        let publicKey = try PythonPaillier.publicKey(json: Data(reply.publicKey.utf8))
        let encryptor = try Encryptor(key: publicKey, randomness: .textbook, expectedCount: literals.count)
        var numbers = try literals.map {
            try PythonPaillier.EncryptedNumber(encoded($0, publicKey), using: encryptor)
        }
        numbers.append(try numbers[4].adding(numbers[5]))
        numbers.append(try numbers[4].adding(encoded("0.25", publicKey)))
        numbers.append(try numbers[5].multiplied(by: encoded("-3", publicKey)))
        let documents = try numbers.map { String(decoding: try $0.json(), as: UTF8.self) }
        let decrypted = try PythonPeer.ask(.init(task: "decrypt", key: reply.privateKey, numbers: documents))
        #expect(decrypted.values == decryptedLiterals + ["-41.5", "-41.75", "-1.5"])
    }
}
