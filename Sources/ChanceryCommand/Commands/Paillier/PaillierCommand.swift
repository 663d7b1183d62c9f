import ArgumentParser

struct PaillierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paillier",
        abstract: "Keys, encryption and arithmetic on ciphertext, in python-paillier's JSON.",
        discussion: """
            Ciphertexts and public keys are what python-paillier's command pheutil reads and writes. A private key \
            is written encrypted under a passphrase (CHANCERY_PASSPHRASE, CHANCERY_PASSPHRASE_FILE, or a prompt).

            EXAMPLE:
              chancery paillier keygen --output key.json
              chancery paillier public key.json --output public.json
              echo 12.5 | chancery paillier encrypt public.json --output a.json
              chancery paillier multiply public.json a.json 4 --output b.json
              chancery paillier decrypt key.json b.json
            """,
        subcommands: [
            GenerateKey.self, ExtractPublicKey.self, EncryptNumbers.self, DecryptNumbers.self, AddCiphertexts.self,
            MultiplyCiphertexts.self,
        ])
}
