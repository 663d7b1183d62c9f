import CanonicalJSON
import Foundation
import Testing

/// The command against python-paillier's own command, `pheutil` (PyPI `phe` and `click`).
@Suite(
    "chancery paillier and pheutil",
    .enabled(
        if: Binary.peer("pheutil") != nil,
        "set CHANCERY_PEERS_PYTHON to the python of an environment with phe and click"))
struct PythonPaillierTests {
    private let folder = TemporaryFolder()

    private func pheutil(_ arguments: String...) async throws -> CommandRun {
        try await CommandRun.run(try #require(Binary.peer("pheutil")), arguments, environment: ["LC_ALL": "C.UTF-8"])
            .expectStatus(0)
    }

    @Test("pheutil encrypts under our public key, and adds and multiplies our ciphertexts; we decrypt")
    func ourKey() async throws {
        let keys = try await PaillierKeys.shared()
        let ours = try await folder.write(keys.encrypt("12.5"), as: "ours.json")
        let theirs = folder.path("theirs.json")
        _ = try await pheutil("encrypt", keys.publicKey, "--output", theirs, "--", "-20.25")
        let sum = try await pheutil("addenc", keys.publicKey, ours, theirs)
        let product = try await pheutil("multiply", keys.publicKey, ours, "3")
        let lines = try folder.read("theirs.json") + sum.standardOutput + product.standardOutput
        #expect(try await keys.decrypt(lines) == "-20.25\n-7.75\n37.5")
    }

    @Test("We encrypt, add and multiply under pheutil's public key; pheutil decrypts")
    func theirKey() async throws {
        let (key, publicKey) = (folder.path("key.json"), folder.path("public.json"))
        _ = try await pheutil("genpkey", "--keysize", "2048", key)
        _ = try await pheutil("extract", key, publicKey)
        let a = folder.path("a.json")
        let (b, sum, product) = (folder.path("b.json"), folder.path("sum.json"), folder.path("product.json"))
        try await CommandRun.chancery("paillier", "encrypt", publicKey, "--output", a, input: Data("12.5".utf8))
            .expectStatus(0)
        _ = try await pheutil("encrypt", publicKey, "--output", b, "--", "-20.25")
        try await CommandRun.chancery("paillier", "add", publicKey, a, b, "--output", sum).expectStatus(0)
        try await CommandRun.chancery("paillier", "multiply", publicKey, b, "0.5", "--output", product)
            .expectStatus(0)
        for (file, value) in [(a, "12.5"), (sum, "-7.75"), (product, "-10.125")] {
            #expect(try await pheutil("decrypt", key, file).line == value)
        }
        // And we decrypt with a private key of theirs, whose primes are not safe.
        let run = try await CommandRun.chancery("paillier", "decrypt", key, sum).expectStatus(0)
        #expect(run.line == "-7.75")
        // What we extract from it is the same public key, though named otherwise.
        let extracted = try await CommandRun.chancery("paillier", "public", key).expectStatus(0)
        #expect(
            try CanonicalJSON.parse(extracted.standardOutput)["n"]
                == CanonicalJSON.parse(folder.read("public.json"))["n"])
    }

    @Test("pheutil decrypts with a private key that we wrote in the clear, with a warning")
    func plaintextKey() async throws {
        let key = folder.path("key.json")
        let run = try await CommandRun.chancery(
            "paillier", "keygen", "--bits", "2048", "--plaintext", "--output", key
        ).expectStatus(0)
        #expect(run.message.contains("warning: the private key is written unencrypted"))
        let publicKey = folder.path("public.json")
        _ = try await pheutil("extract", key, publicKey)
        let number = folder.path("a.json")
        try await CommandRun.chancery("paillier", "encrypt", publicKey, "--output", number, input: Data("42".utf8))
            .expectStatus(0)
        #expect(try await pheutil("decrypt", key, number).line == "42")
    }
}
