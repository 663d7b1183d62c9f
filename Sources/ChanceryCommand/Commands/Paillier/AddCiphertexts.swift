import ArgumentParser
import Foundation
import Paillier

struct AddCiphertexts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add encrypted numbers, without decrypting them.",
        discussion: """
            Adds all ciphertexts of all files into one. The sum gets fresh randomness: it cannot be told from what \
            it was added.

            EXAMPLE:
              chancery paillier add public.json a.json b.json --output sum.json
            """)

    @Argument(help: "The public key.")
    var key: InputFile

    @Argument(help: "Files of ciphertexts, one a line; '-' is standard input.")
    var ciphertexts: [InputFile]

    @OptionGroup var output: OutputOptions

    func run() throws {
        try InputFile.requireOneStandardInput([key] + ciphertexts)
        let key = try PaillierKeyFile(key).publicKey
        let numbers = try ciphertexts.flatMap { try CiphertextLines.read($0, under: key) }
        // All get the lowest exponent at once, so that each is lowered only once.
        let exponent = numbers.map(\.exponent).min() ?? 0
        var sum = CiphertextAccumulator(key: key)
        for number in numbers { try sum.add(number.lowered(to: exponent).ciphertext) }
        let encryptor = try Encryptor(key: key, randomness: .textbook, expectedCount: 1)
        let result = try PythonPaillier.EncryptedNumber(
            ciphertext: key.rerandomize(sum.value(), using: encryptor), exponent: exponent)
        try output.write(result.json() + Data("\n".utf8))
    }
}
