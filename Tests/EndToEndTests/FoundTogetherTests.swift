import CanonicalJSON
import Foundation
import Testing

/// `found state`, `sign`, `open` and `finish`: a consortium of parties that share nothing but files.
@Suite("Parties that found on machines of their own", .serialized, .enabled(if: RunningCluster.isUsable))
struct FoundTogetherTests {
    @Test("Three departments found without a shared secret or folder, and order with etcd from the first block on")
    func foundAndServe() async throws {
        let machines = try SeparateMachines()
        try await machines.found()
        let records = try Set(
            SeparateMachines.parties.map {
                try Data(contentsOf: URL(filePath: machines.home(of: $0) + "/consortium.json"))
            })
        #expect(records.count == 1, "all pin the same record")

        let etcd = try await RunningService(
            RunningCluster.scripts.appending(path: "start-etcd"), ["1", machines.folder.path("etcd")])
        var nodes: [String: RunningService] = [:]
        for department in SeparateMachines.departments {
            nodes[department] = try await RunningService(
                Binary.chancery(), ["serve", "--ordering", etcd.line],
                environment: [
                    "CHANCERY_HOME": machines.home(of: department), "CHANCERY_TLS": "on",
                    "CHANCERY_PASSPHRASE": machines.passphrase(of: department),
                ], in: machines.folder.url)
        }
        func node(_ department: String) throws -> String {
            try #require(nodes[department]?.line.split(separator: " ").last.map(String.init))
        }
        // The ministry has no ledger of its own: it reads, executes and submits through a department's node.
        let pool = try await machines.run(
            [
                "pool", "create", "health", "--members", "site1,site2,site3", "--custodian", "ministry", "--bits",
                "2048",
                "--json",
            ], as: "ministry", through: node("site2")
        ).document()
        let height = try #require(pool["height"]?.integerValue)
        let table = try machines.folder.write(TestConsortium.table(3), as: "site3.csv")
        let schema = try machines.folder.write(TestConsortium.schema, as: "schema.json")
        try await machines.run(
            ["publish", table, "--schema", schema, "--pool", "health", "--name", "d3"], as: "site3",
            through: node("site3")
        ).expectStatus(0)
        let request = try await machines.run(
            [
                "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1",
                "--until", "90d", "--json",
            ], as: "statistics", through: node("site3")
        ).document()
        #expect(request["height"]?.integerValue ?? 0 > height)
        // Who has the founding record alone, from any of the parties, can follow.
        let followed = try await machines.run(
            [
                "ledger", "follow", "--light", try node("site1"), "--consortium",
                machines.home(of: "statistics") + "/consortium.json", "--state", machines.handed("light"), "--prove",
                try pool.text("transaction"), "--json",
            ], as: "nobody"
        ).document()
        #expect(followed["proven"]?["accepted"] == true && followed["cosigners"]?.arrayValue?.count == 3)
        for department in SeparateMachines.departments {
            try await machines.run(["ledger", "fsck"], as: department, through: node("site1")).expectStatus(0)
        }
    }

    @Test("A statement that is altered, foreign, doubled, missing or for other policies is refused by file and party")
    func statements() async throws {
        let machines = try SeparateMachines()
        for party in SeparateMachines.parties { try await machines.state(party, to: "\(party).json") }
        let all = SeparateMachines.parties.map { "\($0).json" }
        func refused(_ files: [String], _ status: Int32 = 1, _ words: String..., as party: String = "site1")
            async throws
        {
            let run = try await machines.sign(party, files).expectStatus(status)
            for word in words { #expect(run.message.contains(word), "\(run.message)") }
            #expect(!FileManager.default.fileExists(atPath: machines.home(of: party) + "/home.json"))
        }
        func replacing(_ file: String, with other: String) -> [String] { all.map { $0 == file ? other : $0 } }

        try await refused(
            all.filter { $0 != "site3.json" && $0 != "ministry.json" }, 1, "ministry, site3", "found state")
        // Another party's bytes: a figure of its key changed.
        let bytes = try Data(contentsOf: URL(filePath: machines.handed("site2.json")))
        let envelope = try CanonicalJSON.parse(bytes)
        let payload = try #require(Data(base64Encoded: envelope.text("payload")))
        let changed = String(decoding: payload, as: UTF8.self).replacingOccurrences(of: "site2", with: "site3")
        guard case .object(var members) = envelope else { return }
        members["payload"] = .string(Data(changed.utf8).base64EncodedString())
        try CanonicalJSON.serialize(.object(members)).write(to: URL(filePath: machines.handed("altered.json")))
        try await refused(replacing("site2.json", with: "altered.json"), 1, "altered.json", "site3", "signature")
        try Data("{}".utf8).write(to: URL(filePath: machines.handed("nothing.json")))
        try await refused(all + ["nothing.json"], 2, "nothing.json", "statement of a party")
        try await refused(all + ["absent.json"], 2, "absent.json", "No such file")
        // Somebody makes keys in another's name.
        try await machines.state("site2", home: machines.folder.path("second"), to: "site2.second.json")
        try await refused(all + ["site2.second.json"], 1, "site2.second.json", "two different statements")
        try await refused(
            replacing("site2.json", with: "site2.second.json"), 1, "site2.second.json", "not the statement", as: "site2"
        )
        // site3 has read other rules.
        let policies = URL(filePath: machines.policies(of: "site3") + "/consortium.yaml")
        let text = try String(contentsOf: policies, encoding: .utf8)
        try Data((text + "sharing: {minimumSubjects: 9}\n").utf8).write(to: policies)
        try await machines.state("site3", home: machines.folder.path("strict"), to: "site3.strict.json")
        try await refused(
            replacing("site3.json", with: "site3.strict.json"), 1, "site3.strict.json", "other policies", "escrow.yaml")
        let wrong = try await machines.run(
            ["found", "state", "--policies", machines.policies(of: "site1"), "--as", "site9", "--home", "x"],
            as: "site1")
        #expect(wrong.status == 2 && wrong.message.contains("site9"))
    }

    @Test("Signatures and cosignatures for another record, altered ones and too few are refused, and it can be gone on")
    func signatures() async throws {
        let machines = try SeparateMachines()
        for party in SeparateMachines.parties { try await machines.state(party, to: "\(party).json") }
        let all = SeparateMachines.parties.map { "\($0).json" }
        // site3 was given other statements: its record is another one, and it can sign again with the right ones.
        try await machines.state("statistics", home: machines.folder.path("second"), to: "second.json")
        try await machines.sign("site3", all.dropLast() + ["second.json"], to: "site3.other").expectStatus(0)
        for party in SeparateMachines.parties { try await machines.sign(party, all).expectStatus(0) }
        func refused(_ run: CommandRun, _ words: String...) {
            run.expectStatus(1)
            for word in words { #expect(run.message.contains(word), "\(run.message)") }
        }
        refused(try await machines.open("site1", ["site2.signed", "site3.other"]), "site3.other", "other statements")
        refused(try await machines.open("site1", ["site2.signed"]), "site3", "found sign")
        refused(try await machines.open("statistics", ["site1.signed"]), "statistics is no department")
        let signed = try String(contentsOfFile: machines.handed("site2.signed"), encoding: .utf8)
        try Data(signed.replacingOccurrences(of: "\"party\":\"site2\"", with: "\"party\":\"site3\"").utf8)
            .write(to: URL(filePath: machines.handed("renamed")))
        refused(try await machines.open("site1", ["site2.signed", "renamed"]), "renamed", "site3")

        for party in SeparateMachines.departments {
            let others = SeparateMachines.others(than: party, "signed")
            try await machines.open(party, others).expectStatus(0)
            let cosigned = try Data(contentsOf: URL(filePath: machines.handed("\(party).cosigned")))
            // Again, as after a command that was killed: the same bytes.
            try await machines.open(party, others).expectStatus(0)
            #expect(try Data(contentsOf: URL(filePath: machines.handed("\(party).cosigned"))) == cosigned)
        }
        // Too late for another record.
        refused(try await machines.sign("site3", all.dropLast() + ["second.json"], to: "late"), "has opened")
        refused(try await machines.finish("site1", ["site2.cosigned"]), "site1, site2", "3 are needed")
        let text = try String(contentsOfFile: machines.handed("site3.cosigned"), encoding: .utf8)
        let document = try CanonicalJSON.parse(Data(text.utf8))
        let note = try #require(document["notes"]?["health"]?.stringValue)
        let root = try #require(note.split(separator: "\n").dropFirst(2).first)
        let other = String(root.reversed().drop { $0 == "=" }) + "="
        try Data(text.replacingOccurrences(of: String(root), with: other).utf8)
            .write(to: URL(filePath: machines.handed("forged")))
        refused(try await machines.finish("site1", ["forged"]), "forged", "site3", "another first block")
        let finished = try await machines.finish("site1", ["site3.cosigned"]).document()
        #expect(finished["ledgers"]?.arrayValue?.count == 2)
    }
}
