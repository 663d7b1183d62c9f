#if os(Linux)
    import Foundation
    import KeyVault
    import Synchronization
    import Testing

    /// Both ends of a terminal, with a person at one of them.
    final class PseudoTerminal {
        private let person: Int32
        private let path: String
        /// Keeps what the prompt showed from being lost when the prompt closes the terminal.
        private let held: Int32
        /// What the terminal showed.
        private(set) var shown = ""

        init() throws {
            // Linux's own calls: the C library's are behind a macro that the module map does not set.
            person = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            var locked: Int32 = 0
            var number: UInt32 = 0
            try #require(ioctl(person, 0x4004_5431, &locked) == 0, "TIOCSPTLCK")
            try #require(ioctl(person, 0x8004_5430, &number) == 0, "TIOCGPTN")
            path = "/dev/pts/\(number)"
            held = open(path, O_RDWR | O_NOCTTY)
            try #require(held >= 0)
        }

        deinit {
            close(held)
            close(person)
        }

        /// The terminal's local flags, echo among them.
        func settings() throws -> tcflag_t {
            var settings = termios()
            try #require(tcgetattr(person, &settings) == 0)
            return settings.c_lflag
        }

        /// Prompts on another thread, types once the question is there, and reads on to the end of the line.
        func answer(_ question: String, with keys: String) throws -> Result<SecretBytes, any Error> {
            let answer = Answer()
            let prompt = TerminalPrompt(path: path)
            Thread.detachNewThread { answer.give(Result { try prompt.ask(question) }) }
            readUntil { $0 == question }
            let bytes = Array(keys.utf8)
            #expect(write(person, bytes, bytes.count) == bytes.count)
            let given = answer.wait()
            readUntil { $0.hasSuffix("\r\n") }
            return given
        }

        private func readUntil(_ isEnough: (String) -> Bool) {
            while !isEnough(shown) {
                var ready = pollfd(fd: person, events: Int16(POLLIN), revents: 0)
                // What is not there after ten seconds does not come; the comparison says so.
                guard poll(&ready, 1, 10_000) == 1 else { return }
                var byte: UInt8 = 0
                guard read(person, &byte, 1) == 1 else { return }
                shown.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
    }

    /// Hands a result from one thread to another.
    private final class Answer: Sendable {
        private let given = Mutex<Result<SecretBytes, any Error>?>(nil)
        private let isGiven = DispatchSemaphore(value: 0)

        func give(_ result: Result<SecretBytes, any Error>) {
            given.withLock { $0 = result }
            isGiven.signal()
        }

        func wait() -> Result<SecretBytes, any Error> {
            isGiven.wait()
            return given.withLock { $0 } ?? .failure(KeyVaultError.noPassphrase)
        }
    }
#endif
