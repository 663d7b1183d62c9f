import Foundation
import Testing

/// A folder with one key pair of 2048 bits, made once for all tests: the search takes seconds.
struct PaillierKeys {
    static let passphrase = ["CHANCERY_PASSPHRASE": "correct horse battery staple"]

    let folder: TemporaryFolder
    /// Encrypted under ``passphrase``.
    var privateKey: String { folder.path("key.json") }
    var publicKey: String { folder.path("public.json") }

    static func shared() async throws -> PaillierKeys {
        try await making.value
    }

    private static let making = Task {
        let keys = PaillierKeys(folder: TemporaryFolder())
        try await CommandRun.chancery(
            "paillier", "keygen", "--bits", "2048", "--output", keys.privateKey, environment: passphrase
        ).expectStatus(0)
        try await CommandRun.chancery("paillier", "public", keys.privateKey, "--output", keys.publicKey)
            .expectStatus(0)
        return keys
    }

    /// Encrypts numbers, one a line.
    func encrypt(_ numbers: String) async throws -> Data {
        try await CommandRun.chancery("paillier", "encrypt", publicKey, input: Data(numbers.utf8))
            .expectStatus(0).standardOutput
    }

    /// Decrypts ciphertexts, one a line.
    func decrypt(_ ciphertexts: Data, _ more: String...) async throws -> String {
        try await CommandRun.run(
            Binary.chancery(), ["paillier", "decrypt", privateKey] + more, environment: Self.passphrase,
            input: ciphertexts
        ).expectStatus(0).line
    }
}
