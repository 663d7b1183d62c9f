import Foundation

/// Asks at the terminal that controls the process, whatever standard input and output are; nothing typed is shown.
package struct TerminalPrompt: PassphrasePrompt {
    private let path: String

    package init(path: String = "/dev/tty") {
        self.path = path
    }

    /// - Throws: ``KeyVaultError/noPassphrase`` where there is no terminal, ``KeyVaultError/passphraseCancelled`` at
    ///   Control-C, Control-D or the end of input.
    package func ask(_ question: String) throws -> SecretBytes {
        let terminal = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { throw KeyVaultError.noPassphrase }
        defer { close(terminal) }
        var settings = termios()
        guard tcgetattr(terminal, &settings) == 0 else { throw KeyVaultError.noPassphrase }

        // Keys come one by one, Control-C included: a signal would leave the terminal without echo.
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        silent.c_iflag |= tcflag_t(ICRNL)
        guard tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { throw KeyVaultError.noPassphrase }
        defer {
            tcsetattr(terminal, TCSAFLUSH, &settings)
            TerminalPrompt.show("\n", at: terminal)
        }
        TerminalPrompt.show(question, at: terminal)
        var line = TypedLine()
        while true {
            var key: UInt8 = 0
            let count = read(terminal, &key, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { throw KeyVaultError.passphraseCancelled }
            if let passphrase = try line.take(key) { return passphrase }
        }
    }

    private static func show(_ text: String, at terminal: Int32) {
        let bytes = Array(text.utf8)
        // A terminal that does not take the question may still give the answer.
        _ = write(terminal, bytes, bytes.count)
    }
}

/// A line being typed, in memory that is wiped.
private struct TypedLine: ~Copyable {
    private let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: PassphraseSource.maximumByteCount + 1, alignment: 1)
    private var count = 0

    deinit {
        wipe(bytes)
        bytes.deallocate()
    }

    /// - Returns: the line, when `key` ends it.
    mutating func take(_ key: UInt8) throws(KeyVaultError) -> SecretBytes? {
        switch key {
        case UInt8(ascii: "\n"): return SecretBytes(copying: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        case 0x03, 0x04: throw .passphraseCancelled
        case 0x08, 0x7F: removeCharacter()
        // Control-U takes back the line.
        case 0x15: count = 0
        default:
            guard count < bytes.count else {
                throw .passphraseTooLong(.terminal, limit: PassphraseSource.maximumByteCount)
            }
            bytes[count] = key
            count += 1
        }
        return nil
    }

    /// A character of UTF-8 is a leading byte and those that continue it.
    private mutating func removeCharacter() {
        while count > 0 {
            count -= 1
            if bytes[count] & 0xC0 != 0x80 { break }
        }
    }
}
