import ArgumentParser
import Foundation
import Paillier

struct ExtractPublicKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "public",
        abstract: "Write the public part of a key.",
        discussion: """
            Takes a key that chancery or pheutil has made. No passphrase is needed; so this does not prove that \
            nobody has put another public key into the file.

            EXAMPLE:
              chancery paillier public key.json --output public.json
            """)

    @Argument(help: "The private key; '-' is standard input.")
    var key: InputFile

    @OptionGroup var output: OutputOptions

    func run() throws {
        let key = try PaillierKeyFile(key).publicKey
        try output.write(PythonPaillier.json(key) + Data("\n".utf8))
    }
}
