import CanonicalJSON
import Foundation
import Testing

/// Blocks and archives that are not what they should be.
@Suite("Hostile blobs")
struct HostileBlobTests {
    @Test("A damaged shard is named, computed by nobody, and blamed on nobody")
    func damagedShard() async throws {
        let state = try await TestConsortium.at(.computed, departments: 1).copy()
        let shard = try await shardFile(of: state.consortium)
        try flipByte(in: shard.path)
        let commands = [
            ["query", TestConsortium.statement, "--token", state.token, "--as", "statistics"],
            ["query", TestConsortium.statement, "--token", state.token, "--as", "statistics", "--dry-run"],
            ["open", state.result, "--as", "ministry"],
            ["result", "endorse", state.result, "--as", "site1"],
            ["blob", "fsck"],
            ["blob", "get", shard.cid],
        ]
        for command in commands {
            let before = try await state.consortium.log()
            let run = try await state.consortium.run(command)
            #expect(run.expectStatus(1).message.contains(shard.cid) || run.text.contains(shard.cid), "\(command)")
            #expect(try await state.consortium.log() == before, "\(command) was recorded")
        }
        // Publishing the same bytes again mends the store; here they come from a copy.
        let whole = try await TestConsortium.at(.computed, departments: 1).consortium
        let car = state.consortium.folder.path("dataset.car")
        try await whole.run("blob", "export", shard.manifest, "--output", car).expectStatus(0)
        try await state.consortium.run("blob", "import", car).expectStatus(0)
        try await state.consortium.run("open", state.result, "--as", "ministry").expectStatus(0)
    }

    @Test("A missing shard is named, and nothing is recorded")
    func missingShard() async throws {
        let state = try await TestConsortium.at(.approved, departments: 1).copy()
        let shard = try await shardFile(of: state.consortium)
        try FileManager.default.removeItem(atPath: shard.path)
        let query = ["query", TestConsortium.statement, "--token", state.token, "--as", "statistics"]
        try await state.consortium.expectRefused(query, status: 1, saying: [shard.cid, "d1 of site1", "blob import"])
    }

    @Test("One department's missing manifest does not stand in the way of the others: the query goes on without it")
    func missingManifest() async throws {
        let state = try await TestConsortium.at(.approved).copy()
        let consortium = state.consortium
        let manifest = try await consortium.json("dataset", "show", "d2").text("manifest")
        try FileManager.default.removeItem(atPath: blockFile(manifest, in: consortium))
        let query = ["query", TestConsortium.statement, "--token", state.token, "--as", "statistics"]
        let fragments = ["d2 of site2", manifest, "--without d2"]
        try await consortium.expectRefused(query, status: 1, saying: fragments)
        try await consortium.expectRefused(query + ["--dry-run"], status: 1, saying: fragments)
        try await consortium.expectRefused(query + ["--without", "d7"], status: 2, saying: ["d7", "d1", "d2"])
        try await consortium.run(query + ["--without", "d2", "--datasets", "d1"]).expectStatus(2)
        let text = try await consortium.run(query + ["--without", "d2"]).expectStatus(0).text
        #expect(text.contains("over d1\n") && text.contains("without d2, as you asked"), "\(text)")
        let computed = try await consortium.run(query + ["--datasets", "d1", "--json"]).document()
        #expect(computed["datasets"] == ["d1"])
        let result = try computed.text("result")
        try await consortium.run("open", result, "--as", "ministry").expectStatus(0)
        let shown = try await consortium.json("result", "show", result, "--as", "statistics")
        #expect(
            try CanonicalJSON.serialize(shown["rows"] ?? .null)
                == Data(TestConsortium.expectedRows(departments: 1).utf8))
    }

    @Test("A manifest that is another block than its CID names is not used")
    func exchangedManifest() async throws {
        let state = try await TestConsortium.at(.approved, departments: 1).copy()
        let shard = try await shardFile(of: state.consortium)
        let manifest = try blockFile(shard.manifest, in: state.consortium)
        // A valid manifest, with a count of rows that its shards do not have.
        let text = String(decoding: try Data(contentsOf: URL(filePath: manifest)), as: UTF8.self)
        try Data(text.replacing("\"rows\":12", with: "\"rows\":13").utf8).write(to: URL(filePath: manifest))
        let query = ["query", TestConsortium.statement, "--token", state.token, "--as", "statistics"]
        let run = try await state.consortium.run(query)
        #expect(run.expectStatus(1).message.contains(shard.manifest))
        #expect(try await state.consortium.log().last?.kind == "token.approve")
    }

    @Test("An archive that is cut off, altered or incomplete is refused, and its root is not printed")
    func archives() async throws {
        let state = try await TestConsortium.at(.published, departments: 1)
        let shard = try await shardFile(of: state.consortium)
        let folder = TemporaryFolder()
        let car = folder.path("dataset.car")
        try await state.consortium.run("blob", "export", shard.manifest, "--output", car).expectStatus(0)
        let whole = try Data(contentsOf: URL(filePath: car))
        var altered = whole
        altered[altered.count / 2] ^= 1
        // The manifest alone: every hash is right, and what it links to is not there.
        let header = 1 + Int(whole[0])
        let manifestLength = Int(whole[header] & 0x7F) | Int(whole[header + 1]) << 7
        let incomplete = whole.prefix(header + 2 + manifestLength)
        let cases: [(name: String, bytes: Data, status: [Int32])] = [
            ("cut off in a block", whole.dropLast(100), [2]), ("cut off in the header", whole.prefix(20), [2]),
            ("empty", Data(), [2]), ("altered", altered, [1, 2]), ("incomplete", incomplete, [1]),
            ("with something behind", whole + [5, 1], [2]), ("no archive", Data("plan,cost\n".utf8), [2]),
        ]
        for (name, bytes, status) in cases {
            let file = try folder.write(bytes, as: "bad.car")
            let run = try await CommandRun.chancery("blob", "import", file, "--store", folder.path("store-\(name)"))
            #expect(status.contains(run.status), "\(name): \(run.status) \(run.message)")
            #expect(run.message.contains("bad.car"), "\(name): \(run.message)")
            #expect(run.standardOutput.isEmpty)
            // What is in the store, if anything, is what its name says.
            let check = try await CommandRun.chancery("blob", "fsck", "--store", folder.path("store-\(name)"))
            #expect(check.status == 0 || !FileManager.default.fileExists(atPath: folder.path("store-\(name)")))
        }
    }

    private struct ShardFile {
        let manifest: String
        let cid: String
        let path: String
    }

    /// The first shard of the dataset `d1`.
    private func shardFile(of consortium: TestConsortium) async throws -> ShardFile {
        let manifest = try await consortium.json("dataset", "show", "d1").text("manifest")
        let block = try CanonicalJSON.parse(Data(contentsOf: URL(filePath: blockFile(manifest, in: consortium))))
        let first = try #require(block["shards"]?.arrayValue?.first)
        let link = first["shard"] ?? first["link"] ?? first["cid"] ?? first
        let cid = try link.text("/")
        return ShardFile(manifest: manifest, cid: cid, path: try blockFile(cid, in: consortium))
    }

    private func blockFile(_ cid: String, in consortium: TestConsortium) throws -> String {
        consortium.home + "/blobs/blocks/\(cid.dropLast().suffix(2))/\(cid)"
    }

    private func flipByte(in path: String) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 100] ^= 1
        try bytes.write(to: URL(filePath: path))
    }
}
