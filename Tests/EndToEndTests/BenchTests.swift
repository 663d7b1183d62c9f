import CanonicalJSON
import Foundation
import Testing

/// The shape of what `chancery bench … --json` prints; figures of a test mean nothing.
@Suite("chancery bench")
struct BenchTests {
    @Test("Every operation of Paillier has a figure")
    func paillier() async throws {
        let arguments = ["paillier", "--bits", "2048", "--seconds", "1", "--keygen", "0", "--elements", "32"]
        let names = try await results(of: arguments)
            .map { try #require($0["name"]?.stringValue) }
        #expect(
            Set(names) == [
                "encrypt", "encryptOwner", "pack", "decrypt", "open", "add", "multiply32", "addInSum", "weightedSum",
                "checkModulus", "verifyKeyProof", "checkCiphertext", "verifyOpening", "verifyOpenings",
            ])
    }

    @Test("A script is told the operations, and each line it sends is answered by one measurement")
    func interactive() async throws {
        let run = try await CommandRun.run(
            Binary.chancery(),
            ["bench", "paillier", "--bits", "2048", "--interactive", "--elements", "32", "--threads", "all"],
            input: Data("decrypt 0\nno such thing\naddInSum 0.01\n".utf8)
        ).expectStatus(0)
        let lines = try run.text.split(separator: "\n").map { try CanonicalJSON.parse(Data($0.utf8)) }
        #expect(lines.count == 4)
        let ids = try #require(lines[0]["operations"]?.arrayValue).compactMap { $0["id"]?.stringValue }
        #expect(Set(ids).isSuperset(of: ["encrypt", "encryptShort", "decrypt", "addInSum", "weightedSum"]))
        #expect(Set(ids).count == ids.count)
        #expect(lines[1]["id"]?.stringValue == "decrypt" && lines[1]["wall"] != nil && lines[1]["cpu"] != nil)
        #expect(lines[2]["error"] != nil)
        #expect((lines[3]["count"]?.integerValue ?? 0) >= 32)
    }

    @Test("Sums of any length are right, and say what memory they took")
    func sums() async throws {
        let results = try await results(of: ["sum", "--items", "100,5000"])
        #expect(results.compactMap { $0["parameters"]?["items"]?.integerValue } == [100, 5_000])
        for result in results {
            for member in ["cpu_us_per_item", "peak_bytes", "grown_bytes"] { #expect(result[member] != nil) }
        }
    }

    @Test("The ledger's figures say how many were in flight, and stand beside SQLite's own")
    func ledger() async throws {
        let results = try await results(of: [
            "ledger", "--in-flight", "1,20", "--transactions", "100", "--tree", "5000",
        ])
        let names = results.compactMap { $0["name"]?.stringValue }
        #expect(
            names.filter { $0 != "ed25519Verify" }
                == ["sqliteCommit", "commit", "commit", "open", "stateQuery", "transactionProof", "inclusionProof"])
        #expect(results.compactMap { $0["parameters"]?["inFlight"]?.integerValue } == [1, 20])
        try expectCommits(in: results)
    }

    @Test(
        "A cluster's figures come from real nodes, and count what each kind of process used", .timeLimit(.minutes(10)))
    func cluster() async throws {
        let results = try await results(of: [
            "ledger", "--nodes", "3", "--in-flight", "1,40", "--transactions", "100",
        ])
        let names = results.compactMap { $0["name"]?.stringValue }
        #expect(
            names.filter { $0 != "ed25519Verify" } == ["sqliteCommit", "start", "commit", "commit", "restart"])
        try expectCommits(in: results)
        for result in results where result["name"]?.stringValue == "commit" {
            #expect(result["parameters"]?["nodes"]?.integerValue == 3)
            for member in ["nodes_cpu_ms", "client_cpu_ms", "etcd_cpu_ms", "etcd_resident_bytes"] {
                #expect(result[member] != nil)
            }
        }
    }

    private func expectCommits(in results: [JSONValue]) throws {
        for result in results where result["name"]?.stringValue == "commit" {
            for member in ["p50_ms", "p99_ms", "cpu_ms", "disk_bytes", "resident_bytes"] {
                #expect(result[member] != nil)
            }
        }
    }

    @Test("Lengths and sizes that cannot be measured are refused as usage")
    func refusals() async throws {
        try await CommandRun.chancery("bench", "paillier", "--bits", "1024").expectStatus(2)
        try await CommandRun.chancery("bench", "paillier", "--bits", "4096", "--keygen", "0").expectStatus(2)
        try await CommandRun.chancery("bench", "paillier", "--threads", "3").expectStatus(2)
        try await CommandRun.chancery("bench", "sum", "--bits", "4096").expectStatus(2)
        try await CommandRun.chancery("bench", "ledger", "--in-flight", "1,x").expectStatus(2)
        try await CommandRun.chancery("bench", "ledger", "--nodes", "3", "--ordering", "embedded").expectStatus(2)
        try await CommandRun.chancery("bench", "query", "--rows", "10001").expectStatus(2)
    }

    @Test("The etcd of a benchmark keeps as much of its history as that of Scripts/start-etcd")
    func sameEtcd() throws {
        let root = RunningCluster.scripts.deletingLastPathComponent()
        let settings = try ["Scripts/start-etcd", "Sources/ChanceryCommand/Commands/Bench/Ledger/BenchEtcd.swift"].map {
            let text = try String(contentsOf: root.appending(path: $0), encoding: .utf8)
            return Set(text.matches(of: /--(?:snapshot|auto-compaction)-[a-z]+=[a-z0-9]+/).map { String($0.output) })
        }
        #expect(settings[0] == settings[1] && settings[0].count == 3, "\(settings)")
    }

    private func results(of arguments: [String]) async throws -> [JSONValue] {
        let run = try await CommandRun.run(Binary.chancery(), ["bench"] + arguments + ["--json"]).expectStatus(0)
        let document = try CanonicalJSON.parse(run.standardOutput)
        #expect(document["machine"]?["cpu"]?.stringValue?.isEmpty == false)
        #expect((document["machine"]?["cores"]?.integerValue ?? 0) >= 1)
        let results = try #require(document["results"]?.arrayValue)
        for result in results {
            #expect(result["parameters"]?.objectValue != nil && result["unit"]?.stringValue != nil)
            #expect(result["value"] != nil)
        }
        return results
    }
}
