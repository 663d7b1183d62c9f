#if os(Linux)
    import Foundation
    import KeyVault
    import Testing

    /// At a pseudo-terminal, where the test is the person.
    @Suite("The prompt at a terminal")
    struct TerminalPromptTests {
        @Test(
            "What is typed is the passphrase, is not shown, and can be mended while typing",
            arguments: [
                ("word\r", "word"), ("wort\u{7F}d\n", "word"), ("wo\u{8}\u{8}\u{8}word\n", "word"),
                ("x y\u{15}word\n", "word"), ("пё\u{7F}а\n", "па"), ("\n", ""),
            ])
        func typing(keys: String, passphrase: String) throws {
            let terminal = try PseudoTerminal()
            let settings = try terminal.settings()
            let typed = try terminal.answer("Passphrase: ", with: keys)
            #expect(text(try typed.get()) == passphrase)
            #expect(terminal.shown == "Passphrase: \r\n")
            #expect(try terminal.settings() == settings)
        }

        @Test("Control-C and Control-D cancel, and the terminal is as it was", arguments: ["half\u{3}", "half\u{4}"])
        func cancelled(keys: String) throws {
            let terminal = try PseudoTerminal()
            let settings = try terminal.settings()
            let typed = try terminal.answer("Passphrase: ", with: keys)
            #expect(throws: KeyVaultError.passphraseCancelled) { try typed.get() }
            #expect(try terminal.settings() == settings)
        }

        @Test("More than 4,096 bytes are refused while typing")
        func endless() throws {
            let terminal = try PseudoTerminal()
            let typed = try terminal.answer("Passphrase: ", with: String(repeating: "x", count: 4098))
            #expect(throws: KeyVaultError.passphraseTooLong(.terminal, limit: 4096)) { try typed.get() }
        }
    }
#endif
