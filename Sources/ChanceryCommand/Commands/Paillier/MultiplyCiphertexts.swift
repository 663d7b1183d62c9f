import ArgumentParser
import Foundation
import Paillier

struct MultiplyCiphertexts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "multiply",
        abstract: "Multiply encrypted numbers by a known one, without decrypting them.",
        discussion: """
            The factor is public: it stands on the command line. Products get fresh randomness. Write a negative \
            factor after '--'.

            EXAMPLE:
              chancery paillier multiply public.json a.json 4 --output product.json
              chancery paillier multiply public.json a.json -- -0.5
            """)

    @Argument(help: "The public key.")
    var key: InputFile

    @Argument(help: "The ciphertexts, one a line; '-' is standard input.")
    var ciphertexts: InputFile

    @Argument(help: "The number to multiply by.")
    var factor: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        try InputFile.requireOneStandardInput([key, ciphertexts])
        let key = try PaillierKeyFile(key).publicKey
        let factor = try number(under: key)
        let numbers = try CiphertextLines.read(ciphertexts, under: key)
        let encryptor = try Encryptor(key: key, randomness: .textbook, expectedCount: numbers.count)
        let progress = ProgressBar("multiplying", unit: "numbers", total: numbers.count)
        var document = Data()
        for number in numbers {
            let product = try number.multiplied(by: factor)
            let fresh = try PythonPaillier.EncryptedNumber(
                ciphertext: key.rerandomize(product.ciphertext, using: encryptor), exponent: product.exponent)
            document += try fresh.json() + Data("\n".utf8)
            progress.add(1)
        }
        progress.finish()
        try output.write(document)
    }

    private func number(under key: PublicKey) throws -> PythonPaillier.EncodedNumber {
        do {
            return try NumberLines.number(factor, under: key)
        } catch {
            throw FileContext(name: "the factor", cause: error)
        }
    }
}
