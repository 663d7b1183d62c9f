import Foundation
import KeyVault
import SharingModel
import TestSupport
import Testing

@Suite("A key vault that somebody altered")
struct TamperedVaultTests {
    let folder = TestFolder()
    let vault: KeyVault

    init() throws {
        vault = try KeyVault(
            creatingIn: folder.url("vault"), passphrase: secret("p"), cost: .insecureForTesting)
        try vault.store(.signing, secret("the signing key"))
        try vault.store(.sealing, secret("the sealing key"))
    }

    @Test("Any flipped bit of a secret's file, any cut and any addition, is found")
    func secretFile() throws {
        let url = folder.url("vault/signing.sealed")
        let whole = try Data(contentsOf: url)
        let damaged = KeyVaultError.secretDamaged("signing", path: url.path(percentEncoded: false))
        for bit in 0..<(whole.count * 8) {
            var altered = whole
            altered[bit / 8] ^= 1 << (bit % 8)
            try altered.write(to: url)
            #expect(throws: damaged) { try vault.load(.signing) }
        }
        for count in 0..<whole.count {
            try whole.prefix(count).write(to: url)
            #expect(throws: damaged) { try vault.load(.signing) }
        }
        try (whole + Data([0])).write(to: url)
        #expect(throws: damaged) { try vault.load(.signing) }
    }

    @Test("A secret under another's name, or of another vault, is refused")
    func swapped() throws {
        let path = folder.path + "/vault/signing.sealed"
        try folder.content("vault/sealing.sealed").write(to: folder.url("vault/signing.sealed"))
        #expect(throws: KeyVaultError.secretDamaged("signing", path: path)) { try vault.load(.signing) }

        let other = try KeyVault(
            creatingIn: folder.url("other"), passphrase: secret("p"), cost: .insecureForTesting)
        try other.store(.signing, secret("another"))
        try folder.content("other/signing.sealed").write(to: folder.url("vault/signing.sealed"))
        #expect(throws: KeyVaultError.secretDamaged("signing", path: path)) { try vault.load(.signing) }
    }

    @Test("Any changed byte of vault.json is refused")
    func header() throws {
        let url = folder.url("vault/vault.json")
        let whole = try Data(contentsOf: url)
        for index in 0..<whole.count {
            for byte in Set([whole[index] ^ 1, UInt8(ascii: "0"), UInt8(ascii: "A")]).subtracting([whole[index]]) {
                // A higher cost is a change like any other, but takes its time to find out.
                if whole[index...].starts(with: "4,\"p\"".utf8) { continue }
                var altered = whole
                altered[index] = byte
                try altered.write(to: url)
                #expect(throws: KeyVaultError.self, "byte \(index) as \(byte)") { try open() }
            }
        }
        try whole.write(to: url)
        _ = try open()
    }

    @Test(
        "A hostile vault.json cannot ask for more memory or time than the bounds allow",
        arguments: [
            #""logN":63"#, #""logN":21"#, #""logN":0"#, #""logN":-1"#, #""logN":20,"p":1,"r":9"#, #""p":1000000"#,
            #""p":0"#,
            #""r":9007199254740991"#, #""r":-8"#, #""r":0"#,
        ])
    func cost(change: String) throws {
        var cost = ["logN": 4, "p": 1, "r": 8]
        for member in change.split(separator: ",") {
            let parts = member.split(separator: ":")
            cost[parts[0].trimmingCharacters(in: ["\""])] = Int(parts[1])
        }
        let path = folder.path + "/vault/vault.json"
        try replace(
            #""cost":{"logN":4,"p":1,"r":8}"#,
            #""cost":{"logN":\#(cost["logN"] ?? 0),"p":\#(cost["p"] ?? 0),"r":\#(cost["r"] ?? 0)}"#)
        #expect(throws: KeyVaultError.malformedVault(path: path, fault: .costOutOfBounds)) { try open() }
    }

    @Test("A vault.json of another version, derivation or form is told apart from a wrong passphrase")
    func otherForms() throws {
        let path = folder.path + "/vault/vault.json"
        let whole = try folder.content("vault/vault.json")
        for (old, new, fault) in [
            (#""version":1"#, #""version":2"#, VaultFault.unsupportedVersion(2)),
            (#""name":"scrypt""#, #""name":"argon2id""#, .unsupportedDerivation("argon2id")),
            (#""version":1"#, #""version":1,"x":1"#, .notCanonical),
            (#""version":1"#, #""version": 1"#, .notCanonical),
            (#"{"logN":4"#, #"{"logN":1e400"#, .notCanonical),
        ] {
            try replace(old, new)
            #expect(throws: KeyVaultError.malformedVault(path: path, fault: fault)) { try open() }
            try whole.write(to: folder.url("vault/vault.json"))
        }
        for content in ["", "{}", "[]", "null", "\u{0}"] {
            try Data(content.utf8).write(to: folder.url("vault/vault.json"))
            #expect(throws: KeyVaultError.malformedVault(path: path, fault: .notCanonical)) { try open() }
        }
    }

    @discardableResult
    private func open() throws -> KeyVault {
        try KeyVault(directory: folder.url("vault"), passphrase: secret("p"))
    }

    private func replace(_ old: String, _ new: String) throws {
        let text = String(decoding: try folder.content("vault/vault.json"), as: UTF8.self)
        try #require(text.contains(old))
        try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: folder.url("vault/vault.json"))
    }
}
