import CanonicalJSON
import Foundation
import Testing

/// A department's home with its node in it: set up by `node.yaml`, checked by the node itself, backed up and restored.
@Suite("The home of a running department", .serialized, .enabled(if: RunningCluster.isUsable))
struct DepartmentHomeTests {
    private static let departments = ["site1", "site2", "site3", "site4"]

    /// Four departments, of which `site1` has blobs of its own and is down.
    private func cluster() async throws -> RunningCluster {
        let consortium = try await TestConsortium.at(.published, departments: 4).copy().consortium
        let cluster = try await RunningCluster(consortium, departments: Self.departments, members: 1)
        try await cluster.kill("site1")
        try await CommandRun.run(
            URL(filePath: "/bin/cp"), ["-a", consortium.home + "/blobs", consortium.home + "/parties/site1/blobs"]
        ).expectStatus(0)
        let file = consortium.home + "/parties/site1/home.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacingOccurrences(of: "../../blobs", with: "blobs").write(
            toFile: file, atomically: true, encoding: .utf8)
        return cluster
    }

    @Test("A node runs as node.yaml has it, under the environment, and replaces a damaged blob while it runs")
    func configured() async throws {
        let cluster = try await cluster()
        let home = cluster.consortium.home + "/parties/site1"
        try Data("listen: 127.0.0.2:0\nscrub: 1s\nordering: \(cluster.etcd.line)\n".utf8)
            .write(to: URL(filePath: home + "/node.yaml"))
        let manifest = try await cluster.run("dataset", "show", "d1", "--json", through: "site2").document()
            .text("manifest")
        let block = try Self.block(manifest, in: home)
        let sound = try Data(contentsOf: block)
        var damaged = sound
        damaged[damaged.count / 2] ^= 1
        try damaged.write(to: block)

        try await cluster.start("site1", isConfigured: true)
        #expect(try cluster.address(of: "site1").hasPrefix("http://127.0.0.2:"))
        let node = try #require(cluster.nodes["site1"])
        _ = try await node.logged("block \(manifest) of the store is damaged")
        let line = try await node.logged("block \(manifest) fetched from")
        #expect(try Data(contentsOf: block) == sound, "\(line)")
        let aside = try FileManager.default.contentsOfDirectory(atPath: home + "/node/set-aside")
        #expect(aside.contains { $0.hasPrefix(manifest) }, "\(aside)")
        _ = try await node.logged("all blocks, votes and blobs read again: sound")
        // It takes part as any other.
        try await cluster.request(through: "site1")
        #expect(try await node.stop().status == 0)

        try await cluster.start(
            "site1", isConfigured: true, more: ["CHANCERY_LISTEN": "127.0.0.3:0", "CHANCERY_SCRUB": "off"])
        #expect(try cluster.address(of: "site1").hasPrefix("http://127.0.0.3:"))
        try await cluster.request(through: "site1")
    }

    @Test("Restored from a backup, a node catches up, cosigns nothing that it may have cosigned, and takes part again")
    func restored() async throws {
        let cluster = try await cluster()
        let (folder, parties) = (cluster.consortium.folder, cluster.consortium.home + "/parties")
        let (archive, home) = (folder.path("site1.tar"), folder.path("restored"))
        try await cluster.start("site1")
        try await cluster.request(through: "site1")
        // While the node runs.
        let written = try await cluster.run("backup", archive, "--as", "site1", "--json", through: "site2").document()
        let nodes = written["ledgers"]?.arrayValue?.compactMap { $0["ledger"]?.stringValue } ?? []
        #expect(nodes.contains("node/health"), "\(nodes)")
        let listed = try await CommandRun.run(URL(filePath: "/usr/bin/env"), ["tar", "--list", "--file", archive])
            .expectStatus(0).text.split(separator: "\n").map(String.init)
        #expect(listed.contains("node/health.sqlite") && listed.contains("home.json"))
        #expect(FileManager.default.fileExists(atPath: parties + "/site1/node/vote.json"))
        #expect(listed.filter { $0.hasPrefix("node/vote") } == [], "the journal stays behind")

        // It cosigns more, and is lost.
        for _ in 0..<3 { try await cluster.request(through: "site1") }
        let height = try await cluster.height(of: "site1")
        _ = try await cluster.commonCheckpoint(height: height)
        try await cluster.kill("site1")
        try FileManager.default.removeItem(atPath: parties + "/site1")
        try await cluster.consortium.run("restore", archive, "--home", home).expectStatus(0)
        #expect(!FileManager.default.fileExists(atPath: home + "/node/vote.json"))
        try await cluster.start("site1", home: home)
        _ = try await cluster.commonCheckpoint(height: height)
        #expect(try await cluster.height(of: "site1") == height)
        let journal = try Data(contentsOf: URL(filePath: home + "/node/vote.json")).prefix { $0 != 0x0A }
        let kept = try CanonicalJSON.parse(Data(journal))
        #expect(kept["vote"] == nil || kept["vote"] == .null, "\(kept)")
        #expect((kept["silentThrough"]?.integerValue ?? 0) > 0)
        let node = try #require(cluster.nodes["site1"])
        #expect(try !node.log.contains("executed and cosigned"))

        // Needed again for what begins after its return: without site2 there is no quorum but with it.
        try await cluster.kill("site2")
        let transaction = try await cluster.request(through: "site1")
        #expect(try await cluster.get("/v1/receipts/\(transaction)", from: "site3").status == 200)
        _ = try await node.logged("executed and cosigned")
        for department in ["site3", "site4"] {
            let metrics = String(decoding: try await cluster.get("/metrics", from: department).body, as: UTF8.self)
            #expect(metrics.contains("chancery_equivocations_total 0\n"), "\(department)")
        }
        try await cluster.consortium.run(
            ["ledger", "fsck", "--home", home], environment: ["CHANCERY_NODE": cluster.address(of: "site3")]
        ).expectStatus(0)
    }

    private static func block(_ cid: String, in home: String) throws -> URL {
        let root = URL(filePath: home + "/blobs/blocks")
        let paths = FileManager.default.enumerator(atPath: root.path(percentEncoded: false))
        let names = paths?.compactMap { $0 as? String } ?? []
        return root.appending(path: try #require(names.first { $0.hasSuffix(cid) }))
    }
}
