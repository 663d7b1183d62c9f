import CanonicalJSON
import Foundation
import Testing

@Suite("chancery blob export and import")
struct CARCommandTests {
    private let folder = TemporaryFolder()

    @discardableResult
    private func blob(
        _ arguments: String..., store: String = "store", input: Data = Data()
    ) async throws -> CommandRun {
        try await CommandRun.run(
            Binary.chancery(), ["blob"] + arguments + ["--store", folder.path(store)], input: input)
    }

    /// Stores two leaves and a block that links to both; gives the root and a CAR file of all three.
    private func exported() async throws -> (root: String, file: String) {
        let first = try await blob("put", "-", input: Data("first leaf".utf8)).expectStatus(0).line
        let second = try await blob("put", "-", input: Data("second leaf".utf8)).expectStatus(0).line
        let links = #"{"parts":[{"/":"\#(first)"},{"/":"\#(second)"}]}"#
        let root = try await blob("put", "-", "--codec", "dag-json", input: Data(links.utf8)).expectStatus(0).line
        let file = folder.path("data.car")
        let run = try await blob("export", root, "--output", file, "--json").expectStatus(0)
        let size = try Data(contentsOf: URL(filePath: file)).count
        #expect(run.line == #"{"blocks":3,"bytes":\#(size),"roots":["\#(root)"]}"#)
        return (root, file)
    }

    @Test("A DAG travels as one file, and the same DAG gives the same file")
    func roundTrip() async throws {
        let (root, file) = try await exported()
        #expect(try await blob("import", file, store: "other").expectStatus(0).line == root)
        let again = try await blob("export", root, store: "other").expectStatus(0)
        #expect(try again.standardOutput == folder.read("data.car"))
        #expect(try await blob("stat", "--json", store: "other").line.hasPrefix(#"{"blocks":3,"#))
    }

    @Test("A CAR file is read from a pipe as well")
    func pipe() async throws {
        let (root, file) = try await exported()
        let script = "cat \"$2\" | \"$1\" blob import - --store \"$3\""
        let run = try await CommandRun.shell(script, Binary.chancery().path, file, folder.path("piped"))
        #expect(run.expectStatus(0).line == root)
    }

    @Test("A CAR file cut off anywhere ends with 2 or 1, names file and byte, and prints no root")
    func truncated() async throws {
        let (_, file) = try await exported()
        let whole = try Data(contentsOf: URL(filePath: file))
        for length in stride(from: 0, to: whole.count, by: 17) {
            let cut = try folder.write(whole.prefix(length), as: "cut.car")
            let run = try await blob("import", cut, store: "cut")
            #expect(run.status == 2 || run.status == 1, "cut at \(length): \(run.status) \(run.message)")
            #expect(run.text.isEmpty)
            #expect(run.message.hasPrefix("chancery: \(cut): ") && run.message.contains("at byte "))
        }
    }

    @Test("An altered block ends with 1, and says where")
    func altered() async throws {
        let (_, file) = try await exported()
        var data = try Data(contentsOf: URL(filePath: file))
        data[data.endIndex - 1] ^= 1
        let altered = try folder.write(data, as: "altered.car")
        let run = try await blob("import", altered, store: "altered").expectStatus(1)
        #expect(run.message.contains("does not have the hash") && run.message.contains("at byte "))
        #expect(run.text.isEmpty)
    }

    @Test("An export that fails leaves the file that was there")
    func failedExport() async throws {
        let (root, file) = try await exported()
        let before = try Data(contentsOf: URL(filePath: file))
        let lone = try folder.write(
            await blob("get", root).expectStatus(0).standardOutput, as: "root.json")
        try await blob("put", lone, "--codec", "dag-json", store: "lone").expectStatus(0)
        try await blob("export", root, "--output", file, store: "lone").expectStatus(1)
        #expect(try Data(contentsOf: URL(filePath: file)) == before)
        #expect(try folder.names().allSatisfy { !$0.contains("tmp") })
    }

    @Test("Output follows a symbolic link, and a device is written to, not replaced")
    func specialOutputs() async throws {
        let (root, file) = try await exported()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link.car"), withDestinationPath: folder.path("target.car"))
        try folder.write("old", as: "target.car")
        try await blob("export", root, "--output", folder.path("link.car")).expectStatus(0)
        #expect(try folder.read("target.car") == Data(contentsOf: URL(filePath: file)))
        #expect(try type(of: folder.path("link.car")) == .typeSymbolicLink)
        try await blob("export", root, "--output", "/dev/null").expectStatus(0)
        #expect(try type(of: "/dev/null") == .typeCharacterSpecial)
    }

    private func type(of path: String) throws -> FileAttributeType? {
        try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    }
}
