import CanonicalJSON
import Foundation
import TestSupport
import Testing

/// One department alone, whose node serves the ledger of one operator as it is.
@Suite("A node on the embedded ordering", .serialized)
struct EmbeddedServeTests {
    @Test("It takes transactions, serves what became final, and stops in order; its metrics are OpenMetrics")
    func embedded() async throws {
        let consortium = try await TestConsortium.at(.published, departments: 1).copy().consortium
        let node = try await RunningService(
            Binary.chancery(), ["serve", "--as", "site1", "--public", "127.0.0.1:0"],
            environment: [
                "CHANCERY_HOME": consortium.home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase,
                "CHANCERY_TLS": "on",
            ], in: consortium.folder.url)
        let address = try #require(node.line.split(separator: " ").last.map(String.init))
        #expect(address.hasPrefix("https://127.0.0.1:"))
        try await consortium.run("ledger", "cosign", "--as", "site1").expectStatus(0)

        let before = try await Download.get("\(address)/checkpoint")
        let token = try await consortium.run(
            [
                "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "1",
                "--until", "90d", "--as", "statistics", "--json",
            ], environment: ["CHANCERY_NODE": address]
        ).document().text("token")
        let after = try await Download.get("\(address)/checkpoint")
        #expect(before.status == 200 && after.status == 200 && before.body != after.body)
        #expect(try await Download.get("\(address)/ready").status == 200)
        #expect(try await Download.get("\(address)/v1/receipts/\(token)").status == 200)
        #expect(try await Download.get("\(address)/v1/status").status == 404, "there is no cluster")
        try await expectOpenMetrics(Download.get("\(address)/metrics"))
        try await expectLines(of: consortium.json("ledger", "show", token, "--as", "statistics"), at: address)

        let run = try await node.stop()
        #expect(run.status == 0)
        let lines = run.message.split(separator: "\n")
        #expect(lines.contains { $0.contains("starts: ordering embedded, TLS on 127.0.0.1:0") }, "\(run.message)")
        #expect(lines.contains { $0.contains("what everybody may read is at http://127.0.0.1:") })
        #expect(lines.last?.contains("stopped in order") == true)
    }

    /// Several envelopes in one request are answered one by one, those that are none too.
    private func expectLines(of shown: JSONValue, at address: String) async throws {
        let envelope = try CanonicalJSON.serialize(#require(shown["envelope"]))
        let answer = try await Download.get(
            "\(address)/v1/transactions", method: "POST", headers: ["Content-Type: application/x-ndjson"],
            body: envelope + Data("\n{}\n".utf8))
        #expect(answer.status == 200)
        let lines = try answer.body.split(separator: UInt8(ascii: "\n")).map { try CanonicalJSON.parse(Data($0)) }
        let known = try #require(lines.first { $0["place"]?.integerValue == 0 })
        let none = try #require(lines.first { $0["place"]?.integerValue == 1 })
        #expect(lines.count == 2 && known["receipt"]?["height"]?.integerValue != nil && known["problem"] == nil)
        #expect(none["receipt"] == nil && none["problem"]?["status"]?.integerValue == 400)
        let empty = try await Download.get(
            "\(address)/v1/transactions", method: "POST", headers: ["Content-Type: application/x-ndjson"],
            body: Data("\n".utf8))
        #expect(empty.status == 400)
    }

    /// By the parser of Prometheus' own client for Python, where Scripts/test could install it.
    private func expectOpenMetrics(_ answer: Download) async throws {
        #expect(answer.headers["content-type"]?.hasPrefix("application/openmetrics-text; version=1.0.0") == true)
        guard try Peers.areThere(), let python = Binary.peer("python") else { return }
        let run = try await CommandRun.run(python, ["-c", Self.parser], input: answer.body)
        run.expectStatus(0)
        let families = run.line.split(separator: " ").map(String.init)
        #expect(
            Set(families).isSuperset(of: [
                "chancery_ledger_height", "chancery_finality_lag_seconds", "chancery_queue_depth",
                "chancery_transactions", "chancery_cosigning_seconds",
            ]), "\(families)")
    }

    private static let parser = """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
        print(*(family.name for family in text_string_to_metric_families(sys.stdin.read())))
        """
}
