import Foundation
import Multiprecision
import Paillier

extension FuzzedDecoder {
    static let pythonPaillier: [FuzzedDecoder] = [
        FuzzedDecoder("python-public-key", .json, share: 0.2, throws: [PaillierError.self]) { input in
            let key = try PythonPaillier.publicKey(json: input)
            try require(try PythonPaillier.publicKey(json: PythonPaillier.json(key)) == key, "the key")
        },
        FuzzedDecoder("python-private-key", .json, share: 0.05, throws: [PaillierError.self]) { input in
            _ = try PythonPaillier.decryptionKey(json: input)
            let key = try PythonPaillier.privateKey(json: input)
            try require(
                try PythonPaillier.privateKey(json: PythonPaillier.json(secret: key)).publicKey == key.publicKey,
                "the key")
        },
        FuzzedDecoder("python-encrypted-number", .json, throws: [PaillierError.self]) { input in
            let key = try FuzzFixture.shared.get().small
            let number = try PythonPaillier.EncryptedNumber(json: input, under: key.publicKey)
            let copy = try PythonPaillier.EncryptedNumber(json: number.json(), under: key.publicKey)
            try require(copy == number, "the number")
            _ = try number.decoded(key.decrypt(number.ciphertext)).decimalText(under: key.publicKey)
        },
        FuzzedDecoder("python-encoded-number", .json, throws: [PaillierError.self]) { input in
            let key = try FuzzFixture.shared.get().small.publicKey
            let number = try PythonPaillier.EncodedNumber(json: input, under: key)
            try require(
                try PythonPaillier.EncodedNumber(json: number.json(), under: key) == number, "the number")
            _ = try number.decimalText(under: key)
            _ = try number.lowered(to: min(number.exponent, -32), key: key)
            _ = try number.doubleValue(under: key)
        },
    ]
}
