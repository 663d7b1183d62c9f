import CanonicalJSON
import Foundation
import Testing

@Suite("chancery paillier")
struct PaillierCommandTests {
    private let folder = TemporaryFolder()

    @Test("Numbers come back: integers in full, fractions as doubles, or with all digits")
    func roundTrip() async throws {
        let keys = try await PaillierKeys.shared()
        let integers = "0\n-1\n123456789012345678901234567890\n"
        #expect(try await keys.decrypt(keys.encrypt(integers)) + "\n" == integers)
        let fractions = try await keys.encrypt("3.14\n-0.5\n1e-6\n7\n")
        #expect(try await keys.decrypt(fractions) == "3.14\n-0.5\n1e-06\n7")
        // The double nearest to 3.14, as Python's decimal.Decimal(3.14) shows it.
        let exact = "3.140000000000000124344978758017532527446746826171875"
        #expect(try await keys.decrypt(fractions, "--exact").hasPrefix(exact + "\n-0.5\n"))
    }

    @Test("One exponent for all numbers of an input: it tells nothing of a single one")
    func exponents() async throws {
        let keys = try await PaillierKeys.shared()
        #expect(try await exponents(keys.encrypt("1\n-70000\n")) == [0])
        #expect(try await exponents(keys.encrypt("1\n0.25\n1e20\n")) == [-32])
        let small = try await exponents(keys.encrypt("1\n1e-40\n"))
        #expect(small.count == 1 && small.allSatisfy { $0 < -32 })
    }

    private func exponents(_ lines: Data) throws -> Set<Int64> {
        Set(
            try lines.split(separator: UInt8(ascii: "\n")).map {
                try #require(CanonicalJSON.parse($0)["e"]?.integerValue)
            })
    }

    @Test("Sums and products decrypt to what they should, and equal inputs give different ciphertexts")
    func arithmetic() async throws {
        let keys = try await PaillierKeys.shared()
        let a = try await folder.write(keys.encrypt("12.5\n7\n"), as: "a.json")
        let b = try await folder.write(keys.encrypt("-20"), as: "b.json")
        let sum = try await CommandRun.chancery("paillier", "add", keys.publicKey, a, b).expectStatus(0)
        let again = try await CommandRun.chancery("paillier", "add", keys.publicKey, a, b).expectStatus(0)
        #expect(sum.text != again.text)
        let product = try await CommandRun.chancery("paillier", "multiply", keys.publicKey, a, "--", "-0.5")
            .expectStatus(0)
        let both = sum.standardOutput + product.standardOutput
        #expect(try await keys.decrypt(both) == "-0.5\n-6.25\n-3.5")
    }

    @Test("A private key file is for its owner only, holds no secret in the clear, and is never replaced")
    func privateKeyFile() async throws {
        let keys = try await PaillierKeys.shared()
        let attributes = try FileManager.default.attributesOfItem(atPath: keys.privateKey)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let document = try CanonicalJSON.parse(keys.folder.read("key.json"))
        #expect(Set(try #require(document.objectValue).keys) == ["box", "form", "pub"])
        #expect(Set(try #require(document["pub"]?.objectValue).keys).isDisjoint(with: ["p", "q"]))
        let before = try keys.folder.read("key.json")
        let run = try await CommandRun.chancery(
            "paillier", "keygen", "--output", keys.privateKey, environment: PaillierKeys.passphrase)
        #expect(run.expectStatus(2).message.contains("exists"))
        #expect(try keys.folder.read("key.json") == before)
    }

    @Test("A wrong passphrase, or a public part of another key, opens nothing")
    func wrongPassphrase() async throws {
        let keys = try await PaillierKeys.shared()
        let ciphertext = try await keys.encrypt("1")
        let wrong = try await CommandRun.chancery(
            "paillier", "decrypt", keys.privateKey, environment: ["CHANCERY_PASSPHRASE": "wrong"], input: ciphertext)
        #expect(wrong.expectStatus(1).message.contains(keys.privateKey))
        #expect(wrong.text.isEmpty)

        let text = String(decoding: try keys.folder.read("key.json"), as: UTF8.self)
        let altered = try folder.write(
            text.replacingOccurrences(of: "Paillier public key", with: "Paillier public kex"), as: "altered.json")
        let run = try await CommandRun.chancery(
            "paillier", "decrypt", altered, environment: PaillierKeys.passphrase, input: ciphertext)
        #expect(run.expectStatus(1).text.isEmpty)
    }

    @Test("A number that cannot be read is named by its line, and never shown")
    func malformedNumbers() async throws {
        let keys = try await PaillierKeys.shared()
        for number in ["secret7", "nan", "inf", "1e400", "0x10", "1,5", "--3", "1 2"] {
            let run = try await CommandRun.chancery(
                "paillier", "encrypt", keys.publicKey, input: Data("1\n\(number)\n".utf8))
            #expect(run.expectStatus(2).message.hasPrefix("chancery: standard input, line 2: "))
            #expect(!run.message.contains(number))
            #expect(run.text.isEmpty)
        }
        for input in [Data(), Data("\n\n".utf8), Data([0xFF, 0x31])] {
            let run = try await CommandRun.chancery("paillier", "encrypt", keys.publicKey, input: input)
            #expect(run.expectStatus(2).message.contains("standard input"))
        }
    }

    @Test(
        "A malformed ciphertext is named by its line",
        arguments: [
            #"{"e":0,"v":"0"}"#, #"{"e":0,"v":"-5"}"#, #"{"e":0}"#, #"{"v":"5"}"#, "[]", "{", #"{"e":99999,"v":"5"}"#,
        ])
    func malformedCiphertexts(line: String) async throws {
        let keys = try await PaillierKeys.shared()
        let good = try await keys.encrypt("1")
        let file = try folder.write(good + Data(line.utf8), as: "bad.json")
        let run = try await CommandRun.chancery("paillier", "add", keys.publicKey, file)
        #expect(run.expectStatus(2).message.hasPrefix("chancery: \(file), line 2: "))
        #expect(run.text.isEmpty)
    }

    @Test("What is no key, a key too short, or a public key where the private one is needed ends with 2")
    func wrongKeys() async throws {
        let keys = try await PaillierKeys.shared()
        let run = try await CommandRun.chancery(
            "paillier", "decrypt", keys.publicKey, environment: PaillierKeys.passphrase)
        #expect(run.expectStatus(2).message.contains("private"))
        let short = #"{"alg":"PAI-GN1","kty":"DAJ","n":"4Q"}"#
        for text in ["{}", "", "[1]", short, #"{"form":"chancery paillier private key v9"}"#] {
            let file = try folder.write(text, as: "key.json")
            let run = try await CommandRun.chancery("paillier", "encrypt", file, input: Data("1".utf8))
            #expect(run.expectStatus(2).message.hasPrefix("chancery: \(file): "))
        }
    }

    @Test("Standard input is read once only")
    func standardInputTwice() async throws {
        let run = try await CommandRun.chancery("paillier", "encrypt", "-").expectStatus(2)
        #expect(run.message.contains("standard input"))
    }
}
