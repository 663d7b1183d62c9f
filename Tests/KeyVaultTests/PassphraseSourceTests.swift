import DurableFiles
import Foundation
import KeyVault
import SharingModel
import Synchronization
import TestSupport
import Testing

@Suite("Where passphrases come from")
struct PassphraseSourceTests {
    let folder = TestFolder()
    let warnings = Warnings()

    @Test("The variable comes first, then the file, then the terminal")
    func order() throws {
        try write("from file", to: "file")
        let file = folder.path + "/file"
        #expect(
            try ask(["CHANCERY_PASSPHRASE": "from variable", "CHANCERY_PASSPHRASE_FILE": file]) == "from variable")
        #expect(try ask(["CHANCERY_PASSPHRASE_FILE": file]) == "from file")
        #expect(try ask([:], typing: ["typed"]) == "typed")
        #expect(warnings.all.isEmpty)
    }

    @Test("A directory holds one file a party")
    func directory() throws {
        try write("of one", to: "site1")
        try write("of two", to: "site2")
        let environment = ["CHANCERY_PASSPHRASE_FILE": folder.path]
        #expect(try ask(environment, party: "site1") == "of one")
        #expect(try ask(environment, party: "site2") == "of two")
        #expect(throws: FileFailure.system(.open, path: folder.path + "/site3", code: ENOENT)) {
            try ask(environment, party: "site3")
        }
    }

    @Test(
        "One newline at the end of a file does not count",
        arguments: [
            ("word\n", "word"), ("word\r\n", "word"), ("word\n\n", "word\n"), ("two words ", "two words "),
            ("word\r", "word\r"), ("zwei\nZeilen\n", "zwei\nZeilen"), ("пароль\n", "пароль"),
        ])
    func newline(content: String, passphrase: String) throws {
        try write(content, to: "file")
        #expect(try ask(["CHANCERY_PASSPHRASE_FILE": folder.path + "/file"]) == passphrase)
    }

    @Test("An empty passphrase is refused, with where it came from")
    func empty() throws {
        for content in ["", "\n", "\r\n"] {
            try write(content, to: "file")
            let path = folder.path + "/file"
            #expect(throws: KeyVaultError.emptyPassphrase(.file(path: path))) {
                try ask(["CHANCERY_PASSPHRASE_FILE": path])
            }
        }
        #expect(throws: KeyVaultError.emptyPassphrase(.environment)) { try ask(["CHANCERY_PASSPHRASE": ""]) }
        #expect(throws: KeyVaultError.emptyPassphrase(.terminal)) { try ask([:], typing: [""]) }
    }

    @Test("4,096 bytes are taken, one more is not, also of a file without an end")
    func longest() throws {
        let longest = String(repeating: "x", count: 4096)
        try write(longest + "\r\n", to: "file")
        let path = folder.path + "/file"
        #expect(try ask(["CHANCERY_PASSPHRASE_FILE": path]) == longest)
        try write(longest + "x\n", to: "file")
        #expect(throws: KeyVaultError.passphraseTooLong(.file(path: path), limit: 4096)) {
            try ask(["CHANCERY_PASSPHRASE_FILE": path])
        }
        #expect(throws: KeyVaultError.passphraseTooLong(.file(path: "/dev/zero"), limit: 4096)) {
            try ask(["CHANCERY_PASSPHRASE_FILE": "/dev/zero"])
        }
        #expect(throws: KeyVaultError.passphraseTooLong(.environment, limit: 4096)) {
            try ask(["CHANCERY_PASSPHRASE": longest + "x"])
        }
    }

    @Test("A file that others can read is used, with a warning that names it")
    func exposed() throws {
        try write("word", to: "file", permissions: 0o644)
        let path = folder.path + "/file"
        #expect(try ask(["CHANCERY_PASSPHRASE_FILE": path]) == "word")
        #expect(warnings.all == [.exposedFile(path: path, permissions: 0o644)])
        #expect(warnings.all.first.map { "\($0)" }?.contains("chmod 600 \(path)") == true)
    }

    @Test("A new passphrase is typed twice, and both have to be the same")
    func twice() throws {
        #expect(try ask([:], typing: ["word", "word"], creating: true) == "word")
        #expect(throws: KeyVaultError.passphrasesDiffer) { try ask([:], typing: ["word", "wort"], creating: true) }
    }

    @Test("Without variable and terminal, the error says what to set")
    func noTerminal() {
        let source = PassphraseSource(
            environment: [:], terminal: TerminalPrompt(path: folder.path + "/none"), warn: warnings.add)
        let error = #expect(throws: KeyVaultError.noPassphrase) { try source.passphrase(for: party("site1")) }
        #expect(error.map { "\($0)" }?.contains("CHANCERY_PASSPHRASE_FILE") == true)
    }

    private func ask(
        _ environment: [String: String], party name: String = "site1", typing: [String] = [], creating: Bool = false
    ) throws -> String {
        let source = PassphraseSource(
            environment: environment, terminal: Typist(typing), warn: warnings.add)
        return text(try source.passphrase(for: party(name), creating: creating))
    }

    private func party(_ name: String) throws -> PartyName {
        try #require(PartyName(name))
    }

    private func write(_ content: String, to name: String, permissions: Int = 0o600) throws {
        try Data(content.utf8).write(to: folder.url(name))
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: folder.path + "/" + name)
    }
}

/// Types the given lines, then goes away.
private final class Typist: PassphrasePrompt {
    private let lines: Mutex<[String]>

    init(_ lines: [String]) {
        self.lines = Mutex(lines.reversed())
    }

    func ask(_ question: String) throws -> SecretBytes {
        guard let line = lines.withLock({ $0.popLast() }) else { throw KeyVaultError.noPassphrase }
        return secret(line)
    }
}

final class Warnings: Sendable {
    private let given = Mutex<[PassphraseWarning]>([])

    var all: [PassphraseWarning] { given.withLock { $0 } }

    @Sendable func add(_ warning: PassphraseWarning) {
        given.withLock { $0.append(warning) }
    }
}
