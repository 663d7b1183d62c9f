import ArgumentParser
import Foundation
import KeyVault
import Paillier

struct GenerateKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a private key from two safe primes.",
        discussion: """
            The key is encrypted under a passphrase. At 3072 bits the search takes some seconds, now and then a \
            minute. A FILE that exists is not replaced.

            EXAMPLE:
              chancery paillier keygen --output key.json
            """)

    @Option(help: "Length of the modulus in bits: even, 2048 to 16384.")
    var bits = PublicKey.defaultBitCount

    @Flag(help: "Write the key unencrypted, as pheutil reads it: whoever reads the file can decrypt.")
    var plaintext = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard bits.isMultiple(of: 2), (PublicKey.leastBitCount...PublicKey.greatestBitCount).contains(bits) else {
            throw ValidationError("\(PaillierError.keySizeNotSupported(bitCount: bits))")
        }
    }

    func run() throws {
        // What can be refused is refused before the search.
        try output.requireAbsent()
        let passphrase = plaintext ? nil : try PaillierKeyFile.passphrase(creating: true)
        if plaintext {
            ErrorReport.warn(
                "the private key is written unencrypted: whoever reads it can decrypt everything under this key")
        }
        let key = try generate()
        if let passphrase {
            try write(EncryptedPaillierKey(sealing: key, passphrase: passphrase).data())
        } else {
            try write(PythonPaillier.json(secret: key))
        }
        if output.path != nil { StandardError.print("key \(key.publicKey.fingerprint), \(bits) bits") }
    }

    private func generate() throws -> PrivateKey {
        let progress = ProgressBar("searching for safe primes", unit: "candidates", total: nil)
        defer { progress.finish() }
        return try PrivateKey.generate(bitCount: bits, progress: { progress.update($0.testedCandidates) })
    }

    private func write(_ document: Data) throws {
        try output.write(document + Data("\n".utf8), permissions: 0o600, replacing: false)
    }
}
