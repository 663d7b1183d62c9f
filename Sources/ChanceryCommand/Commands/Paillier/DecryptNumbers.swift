import ArgumentParser
import Foundation
import Paillier

struct DecryptNumbers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decrypt",
        abstract: "Decrypt ciphertexts, one a line, and print the numbers.",
        discussion: """
            Integers are printed in full. A fraction is printed as the nearest double, as python-paillier does; \
            --exact prints all its digits.

            EXAMPLE:
              chancery paillier decrypt key.json a.json
              chancery paillier decrypt key.json - --exact < ciphertexts.json
            """)

    @Argument(help: "The private key, encrypted or plain.")
    var key: InputFile

    @Argument(help: "The ciphertexts, one a line; '-' is standard input.")
    var ciphertexts = InputFile(argument: "-")

    @Flag(help: "Print every digit of a fraction.")
    var exact = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        try InputFile.requireOneStandardInput([key, ciphertexts])
        let key = try PaillierKeyFile(key).unlock()
        let numbers = try CiphertextLines.read(ciphertexts, under: key.publicKey)
        let progress = ProgressBar("decrypting", unit: "numbers", total: numbers.count)
        let texts = try numbers.map { number in
            defer { progress.add(1) }
            return try text(of: number.decoded(key.decrypt(number.ciphertext)), under: key.publicKey)
        }
        progress.finish()
        let document =
            json.isRequested
            ? try StandardOutput.document(["values": texts]) : Data((texts.joined(separator: "\n") + "\n").utf8)
        try output.write(document, permissions: 0o600)
    }

    private func text(of number: PythonPaillier.EncodedNumber, under key: PublicKey) throws -> String {
        let digits = try number.decimalText(under: key)
        guard !exact, digits.contains("."), let double = Double(digits), double.isFinite else { return digits }
        return "\(double)"
    }
}
