import Foundation
import Testing

@Suite("Exit status")
struct ExitStatusTests {
    @Test("Help and version are no failures, and go to standard output", arguments: [[], ["--help"], ["--version"]])
    func informationSucceeds(arguments: [String]) async throws {
        let run = try await CommandRun.run(Binary.chancery(), arguments).expectStatus(0)
        #expect(!run.text.isEmpty)
        #expect(run.message.isEmpty)
    }

    @Test(
        "What cannot be understood ends with 2, and shows the usage on standard error",
        arguments: [
            ["nonsense"], ["blob", "nonsense"], ["--nonsense"], ["blob", "put"], ["blob", "get", "not-a-cid"],
            ["blob", "put", "a", "--codec", "dag-cbor"], ["blob", "stat", "--home", "a", "--store", "b"],
            ["paillier", "keygen", "--bits", "1024"], ["paillier", "keygen", "--bits", "2049"],
            ["blob", "export", "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", "--json"],
        ])
    func usageErrors(arguments: [String]) async throws {
        let run = try await CommandRun.run(Binary.chancery(), arguments).expectStatus(2)
        #expect(run.text.isEmpty)
        #expect(run.message.hasPrefix("chancery: "))
        #expect(run.message.contains("Usage: chancery"))
    }

    @Test("A file that cannot be read ends with 2, and is named")
    func unreadableFile() async throws {
        let folder = TemporaryFolder()
        let missing = folder.path("missing")
        let run = try await CommandRun.chancery("blob", "put", missing, "--store", folder.path("s")).expectStatus(2)
        #expect(run.message == "chancery: cannot read \(missing): No such file or directory\n")
        let directory = try await CommandRun.chancery("blob", "put", folder.path(""), "--store", folder.path("s"))
        #expect(directory.expectStatus(2).message.contains("it is a directory"))
    }

    @Test(
        "Every verb that is given a file that is not there names it, and ends with 2",
        arguments: [
            ["verify", "FILE"], ["verify", "FILE", "--json"], ["join", "site9", "--consortium", "FILE", "--home", "h"],
            ["ledger", "follow", "--light", "http://127.0.0.1:1", "--consortium", "FILE", "--state", "s"],
            ["blob", "import", "FILE", "--store", "s"], ["restore", "FILE", "--home", "h"],
            ["paillier", "decrypt", "FILE", "FILE"], ["found", "--policies", "FILE", "--local", "--home", "h"],
        ])
    func missingFiles(arguments: [String]) async throws {
        let folder = TemporaryFolder()
        let missing = folder.path("missing")
        let run = try await CommandRun.run(
            Binary.chancery(), arguments.map { $0 == "FILE" ? missing : $0 },
            environment: ["CHANCERY_PASSPHRASE": TestConsortium.passphrase], in: folder.url
        ).expectStatus(2)
        #expect(run.message.contains("missing") && !run.message.contains("Error Domain"), "\(run.message)")
    }

    @Test("A message cannot move the cursor, whatever the file's name is")
    func controlCharactersAreEscaped() async throws {
        let run = try await CommandRun.chancery("blob", "put", "no\u{1B}[2Jfile", "--store", "s").expectStatus(2)
        #expect(!run.message.contains("\u{1B}"))
        #expect(run.message.contains("\\u{1b}"))
    }

    @Test("Output that nobody can take ends with 3", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func fullDisk() async throws {
        let folder = TemporaryFolder()
        let file = try folder.write("hi", as: "hi")
        let script = "\"$1\" blob put \"$2\" --store \"$3\" >/dev/full"
        let run = try await CommandRun.shell(script, Binary.chancery().path, file, folder.path("s"))
        #expect(run.expectStatus(3).message.contains("standard output"))
    }

    @Test("A signal ends the command cleanly", arguments: [SIGINT, SIGTERM, SIGHUP])
    func signals(signal: Int32) async throws {
        let folder = TemporaryFolder()
        let fifo = folder.path("fifo")
        #expect(mkfifo(fifo, 0o600) == 0)
        let command = RunningCommand(
            try Binary.chancery(), ["blob", "put", fifo, "--store", folder.path("store")], environment: [:], in: nil)
        try command.start()
        // Opening waits until the command has opened the other end; it then waits for bytes that never come.
        let writer = try #require(FileHandle(forWritingAtPath: fifo))
        command.send(signal: signal)
        let run = try await command.end(within: .seconds(60))
        try writer.close()
        run.expectStatus(128 + signal)
        #expect(!run.wasKilled)
        #expect(run.text.isEmpty)
    }
}
