import CanonicalJSON
import Foundation
import Testing

/// The shape of what `chancery bench … --json` prints; figures of a test mean nothing.
@Suite("chancery bench")
struct BenchTests {
    @Test("Every operation of Paillier has a figure")
    func paillier() async throws {
        let names = try await results(of: ["paillier", "--bits", "2048", "--seconds", "1", "--keygen", "0"])
            .map { try #require($0["name"]?.stringValue) }
        #expect(
            Set(names) == ["encrypt", "decrypt", "add", "addInSum", "multiply32", "weightedSum", "pack"])
    }

    @Test("The ledger's figures say how many were in flight, and stand beside SQLite's own")
    func ledger() async throws {
        let results = try await results(of: ["ledger", "--in-flight", "1,20", "--transactions", "100"])
        #expect(results.map { $0["name"]?.stringValue } == ["sqliteCommit", "commit", "commit"])
        #expect(results.compactMap { $0["parameters"]?["inFlight"]?.integerValue } == [1, 20])
        for result in results.dropFirst() {
            for member in ["p50_ms", "p99_ms", "cpu_ms", "disk_bytes"] { #expect(result[member] != nil) }
        }
    }

    @Test("Lengths and sizes that cannot be measured are refused as usage")
    func refusals() async throws {
        try await CommandRun.chancery("bench", "paillier", "--bits", "1024").expectStatus(2)
        try await CommandRun.chancery("bench", "paillier", "--bits", "4096", "--keygen", "0").expectStatus(2)
        try await CommandRun.chancery("bench", "ledger", "--in-flight", "1,x").expectStatus(2)
        try await CommandRun.chancery("bench", "query", "--rows", "10001").expectStatus(2)
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
