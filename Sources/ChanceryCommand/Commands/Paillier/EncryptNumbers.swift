import ArgumentParser
import Foundation
import Paillier

struct EncryptNumbers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encrypt",
        abstract: "Encrypt numbers, one a line.",
        discussion: """
            Numbers come from a file or standard input, never from an argument, which others on the machine could \
            read. Integers are exact, of any length that the key has room for. Where there is a fraction among \
            them, all are taken as python-paillier takes a float, and all get the same exponent (-32 or lower), \
            which is public and so tells nothing of a single number.

            EXAMPLE:
              echo 12.5 | chancery paillier encrypt public.json --output a.json
              chancery paillier encrypt public.json numbers.txt > ciphertexts.json
            """)

    @Argument(help: "The public key.")
    var key: InputFile

    @Argument(help: "The numbers, one a line; '-' is standard input.")
    var numbers = InputFile(argument: "-")

    @OptionGroup var output: OutputOptions

    func run() throws {
        try InputFile.requireOneStandardInput([key, numbers])
        let key = try PaillierKeyFile(key).publicKey
        let encoded = try NumberLines.read(numbers, under: key)
        // Nobody has shown that this key's primes are safe, which shorter randomness would need.
        let encryptor = try Encryptor(key: key, randomness: .textbook, expectedCount: encoded.count)
        let progress = ProgressBar("encrypting", unit: "numbers", total: encoded.count)
        var document = Data()
        for number in encoded {
            document += try PythonPaillier.EncryptedNumber(number, using: encryptor).json() + Data("\n".utf8)
            progress.add(1)
        }
        progress.finish()
        try output.write(document)
    }
}
