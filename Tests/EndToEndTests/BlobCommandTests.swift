import CanonicalJSON
import Foundation
import Testing

@Suite("chancery blob")
struct BlobCommandTests {
    /// The raw CIDv1 of "hello world", from PyPI's multiformats 0.3.1.
    private static let helloCID = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"

    private let folder = TemporaryFolder()
    private var store: String { folder.path("store") }

    private func blob(_ arguments: String..., input: Data = Data()) async throws -> CommandRun {
        try await CommandRun.run(Binary.chancery(), ["blob"] + arguments + ["--store", store], input: input)
    }

    @Test("A block is stored under the CID that IPFS gives it, and comes back")
    func roundTrip() async throws {
        let file = try folder.write("hello world", as: "hello.txt")
        #expect(try await blob("put", file).expectStatus(0).line == Self.helloCID)
        #expect(try await blob("get", Self.helloCID).expectStatus(0).text == "hello world")
        #expect(try await blob("put", "-", input: Data("hello world".utf8)).expectStatus(0).line == Self.helloCID)
        try await blob("get", Self.helloCID, "--output", folder.path("copy")).expectStatus(0)
        #expect(try folder.read("copy") == Data("hello world".utf8))
    }

    @Test("JSON output is one canonical document with stable members")
    func jsonOutput() async throws {
        let file = try folder.write("hello world", as: "hello.txt")
        let put = try await blob("put", file, "--json").expectStatus(0)
        #expect(put.text == #"{"blocks":[{"bytes":11,"cid":"\#(Self.helloCID)","file":"\#(file)"}]}"# + "\n")
        let stat = try await blob("stat", Self.helloCID, "--json").expectStatus(0)
        #expect(stat.text == #"{"blocks":[{"bytes":11,"cid":"\#(Self.helloCID)","codec":"raw","links":[]}]}"# + "\n")
        #expect(try await blob("stat", "--json").expectStatus(0).line == #"{"blocks":1,"bytes":11}"#)
        let list = try await blob("list", "--json").expectStatus(0)
        #expect(list.line == #"{"blocks":[{"bytes":11,"cid":"\#(Self.helloCID)"}]}"#)
        #expect(try await blob("fsck", "--json").expectStatus(0).line == #"{"checked":1,"damaged":[]}"#)
    }

    @Test("Tables have aligned columns, with numbers to the right")
    func table() async throws {
        try await blob("put", "-", input: Data(repeating: 7, count: 1234)).expectStatus(0)
        try await blob("put", "-", input: Data("hello world".utf8)).expectStatus(0)
        let lines = try await blob("list").expectStatus(0).line.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(Set(lines.map(\.count)).count == 1)
        #expect(lines[0].hasPrefix("cid ") && lines[0].hasSuffix(" bytes"))
        #expect(lines.contains { $0.hasSuffix("  1,234") } && lines.contains { $0.hasSuffix("     11") })
    }

    @Test("A missing block ends with 1, and nothing is written")
    func missingBlock() async throws {
        try await blob("put", "-", input: Data("something else".utf8)).expectStatus(0)
        let run = try await blob("get", Self.helloCID, "--output", folder.path("out")).expectStatus(1)
        #expect(run.message.contains(Self.helloCID))
        #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    }

    @Test("A damaged block ends with 1 wherever it is read, is found by fsck, and is repaired by put")
    func damagedBlock() async throws {
        let hello = Data("hello world".utf8)
        try await blob("put", "-", input: hello).expectStatus(0)
        try damage(Self.helloCID)
        for verb in ["get", "stat", "export"] {
            let run = try await blob(verb, Self.helloCID).expectStatus(1)
            #expect(run.message.contains("damaged"))
            #expect(!run.text.contains("Hello"))
        }
        let check = try await blob("fsck").expectStatus(1)
        #expect(check.message.contains(Self.helloCID))
        try await blob("put", "-", input: hello).expectStatus(0)
        try await blob("fsck").expectStatus(0)
        #expect(try await blob("get", Self.helloCID).expectStatus(0).standardOutput == hello)
    }

    @Test("A block over 1 MiB is refused with its size")
    func tooLarge() async throws {
        let run = try await blob("put", "-", input: Data(count: 1 << 20 | 1)).expectStatus(2)
        #expect(run.message.contains("1048577"))
        try await blob("put", "-", input: Data(count: 1 << 20)).expectStatus(0)
    }

    @Test("dag-json that could not be followed is refused")
    func malformedDAGJSON() async throws {
        for text in [#"{"see":{"/":"nonsense"}}"#, "{", #"{"a":1,"a":2}"#] {
            let run = try await blob("put", "-", "--codec", "dag-json", input: Data(text.utf8)).expectStatus(2)
            #expect(run.message.hasPrefix("chancery: standard input: "))
        }
    }

    @Test("Reading from a folder that holds no store ends with 2, and makes none")
    func missingStore() async throws {
        for verb in [["stat"], ["list"], ["fsck"], ["get", Self.helloCID]] {
            let run = try await CommandRun.run(Binary.chancery(), ["blob"] + verb + ["--store", store]).expectStatus(2)
            #expect(run.message.contains("--store"))
        }
        #expect(!FileManager.default.fileExists(atPath: store))
    }

    @Test("Without --store the home's blobs are meant: --home, else CHANCERY_HOME, else ~/.chancery")
    func homes() async throws {
        let hello = Data("hello world".utf8)
        let user = folder.path("user")
        try await CommandRun.chancery("blob", "put", "-", environment: ["HOME": user], input: hello).expectStatus(0)
        try await CommandRun.chancery("blob", "stat", Self.helloCID, "--home", user + "/.chancery").expectStatus(0)
        try await CommandRun.chancery(
            "blob", "stat", Self.helloCID, environment: ["CHANCERY_HOME": user + "/.chancery"]
        ).expectStatus(0)
        try await CommandRun.chancery("blob", "stat", Self.helloCID, environment: ["CHANCERY_HOME": user])
            .expectStatus(2)
    }

    /// Flips a bit of the stored file, wherever the store keeps it.
    private func damage(_ cid: String) throws {
        let files = try #require(FileManager.default.enumerator(atPath: store))
        let name = try #require(files.compactMap { $0 as? String }.first { $0.hasSuffix(cid) })
        let file = URL(filePath: store).appending(path: name)
        var data = try Data(contentsOf: file)
        data[data.startIndex] ^= 0x20
        try FileManager.default.removeItem(at: file)
        try data.write(to: file)
    }
}
