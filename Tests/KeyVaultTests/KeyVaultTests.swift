import DurableFiles
import Foundation
import KeyVault
import SharingModel
import TestSupport
import Testing

@Suite("The key vault")
struct KeyVaultTests {
    let folder = TestFolder()
    var directory: URL { folder.url("vault") }

    @Test("Gives back what was stored, also when opened again")
    func roundTrip() throws {
        let vault = try create("correct horse")
        try vault.store(.signing, secret("sixteen tons"))
        try vault.store(.pool, SecretBytes(count: 0) { _ in })
        let reopened = try KeyVault(directory: directory, passphrase: secret("correct horse"))
        for vault in [vault, reopened] {
            #expect(text(try vault.load(.signing)) == "sixteen tons")
            #expect(try vault.load(.pool).count == 0)
            #expect(try vault.names() == [.pool, .signing])
        }
    }

    @Test("The latest secret of a name counts")
    func overwrite() throws {
        let vault = try create("p")
        try vault.store(.signing, secret("one"))
        try vault.store(.signing, secret("two"))
        #expect(text(try vault.load(.signing)) == "two")
    }

    @Test("A wrong passphrase is one clear error", arguments: ["", "correct horsf", "correct horse ", "Correct horse"])
    func wrongPassphrase(passphrase: String) throws {
        _ = try create("correct horse")
        let path = folder.path + "/vault/vault.json"
        #expect(throws: KeyVaultError.wrongPassphrase(path: path)) {
            try KeyVault(directory: directory, passphrase: secret(passphrase))
        }
    }

    @Test("An empty passphrase makes no vault, and changes none")
    func emptyPassphrase() throws {
        #expect(throws: KeyVaultError.emptyPassphrase(.caller)) { try create("") }
        #expect(!KeyVault.exists(in: directory))
        let vault = try create("p")
        #expect(throws: KeyVaultError.emptyPassphrase(.caller)) {
            try vault.changePassphrase(to: secret(""), cost: .insecureForTesting)
        }
        _ = try KeyVault(directory: directory, passphrase: secret("p"))
    }

    @Test("There is one vault in a directory, and creating never overwrites it")
    func existing() throws {
        #expect(throws: KeyVaultError.vaultMissing(path: folder.path + "/vault")) {
            try KeyVault(directory: directory, passphrase: secret("p"))
        }
        try create("p").store(.signing, secret("kept"))
        #expect(KeyVault.exists(in: directory))
        #expect(throws: KeyVaultError.vaultExists(path: folder.path + "/vault")) { try create("q") }
        let vault = try KeyVault(directory: directory, passphrase: secret("p"))
        #expect(text(try vault.load(.signing)) == "kept")
    }

    @Test("A missing secret is named")
    func missingSecret() throws {
        let vault = try create("p")
        #expect(throws: KeyVaultError.secretMissing("signing", path: folder.path + "/vault/signing.sealed")) {
            try vault.load(.signing)
        }
    }

    @Test("Changing the passphrase changes vault.json alone, and closes the old way in")
    func changePassphrase() throws {
        let vault = try create("old")
        try vault.store(.signing, secret("kept"))
        let sealed = try folder.content("vault/signing.sealed")
        let oldHeader = try folder.content("vault/vault.json")
        try vault.changePassphrase(to: secret("new"), cost: .insecureForTesting)
        #expect(try folder.content("vault/signing.sealed") == sealed)
        #expect(throws: KeyVaultError.self) { try KeyVault(directory: directory, passphrase: secret("old")) }
        let reopened = try KeyVault(directory: directory, passphrase: secret("new"))
        #expect(text(try reopened.load(.signing)) == "kept")

        // Killed before the rename: the old header, with a temporary file beside it that goes at the next opening.
        try oldHeader.write(to: folder.url("vault/vault.json"))
        try Data("half".utf8).write(to: folder.url("vault/.chancery-tmp-1"))
        let before = try KeyVault(directory: directory, passphrase: secret("old"))
        #expect(text(try before.load(.signing)) == "kept")
        #expect(try Directory.names(in: folder.path + "/vault") == ["signing.sealed", "vault.json"])
    }

    @Test("Files are 0600 in a 0700 directory, also one that was there, open to others")
    func permissions() throws {
        try Directory.create(folder.path + "/vault", permissions: 0o755)
        try create("p").store(.signing, secret("kept"))
        #expect(try permissions("vault") == 0o700)
        #expect(try permissions("vault/vault.json") == 0o600)
        #expect(try permissions("vault/signing.sealed") == 0o600)
    }

    @Test("No file of the vault has the passphrase or any part of a secret in it")
    func nothingInTheClear() throws {
        let words = "a passphrase nobody would guess, and a secret of some length"
        let vault = try create(words)
        try vault.store(.signing, secret(words))
        let needles = stride(from: 0, to: words.utf8.count - 8, by: 4).map { Data(Array(words.utf8)[$0..<($0 + 8)]) }
        for name in try Directory.names(in: folder.path + "/vault") {
            let content = try folder.content("vault/" + name)
            for needle in needles {
                #expect(content.range(of: needle) == nil)
                #expect(content.range(of: Data(needle.base64EncodedString().utf8)) == nil)
            }
        }
    }

    @Test("Sealing the same secret twice gives other bytes")
    func fresh() throws {
        let vault = try create("p")
        try vault.store(.signing, secret("same"))
        let first = try folder.content("vault/signing.sealed")
        try vault.store(.signing, secret("same"))
        #expect(try folder.content("vault/signing.sealed") != first)
    }

    @discardableResult
    private func create(_ passphrase: String) throws -> KeyVault {
        try KeyVault(creatingIn: directory, passphrase: secret(passphrase), cost: .insecureForTesting)
    }

    private func permissions(_ name: String) throws -> Int? {
        let path = folder.path + "/" + name
        return try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
