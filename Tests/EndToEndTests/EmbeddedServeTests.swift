import CanonicalJSON
import Foundation
import Testing

/// One department alone, whose node serves the ledger of one operator as it is.
@Suite("A node on the embedded ordering", .serialized)
struct EmbeddedServeTests {
    @Test("It takes transactions, serves what became final, and stops in order; in the open it serves the ledger alone")
    func embedded() async throws {
        let consortium = try await TestConsortium.at(.published, departments: 1).copy().consortium
        let node = try await start(consortium, "--public", "127.0.0.1:0")
        let address = try node.address
        #expect(address.hasPrefix("https://127.0.0.1:"))
        try await consortium.run("ledger", "cosign", "--as", "site1").expectStatus(0)

        let before = try await Download.get("\(address)/checkpoint")
        let token = try await request(consortium, through: address).expectStatus(0).document().text("token")
        let after = try await Download.get("\(address)/checkpoint")
        #expect(before.status == 200 && after.status == 200 && before.body != after.body)
        #expect(try await Download.get("\(address)/ready").status == 200)
        #expect(try await Download.get("\(address)/v1/receipts/\(token)").status == 200)
        #expect(try await Download.get("\(address)/v1/status").status == 404, "there is no cluster")
        try await expectLines(of: consortium.json("ledger", "show", token, "--as", "statistics"), at: address)

        // What names the departments' machines and what fails there is not for everybody.
        let line = try await node.logged("what everybody may read is at http://127.0.0.1:")
        let open = try #require(line.split(separator: " ").last)
        #expect(try await Download.get("\(open)/checkpoint").body == after.body)
        #expect(try await Download.get("\(open)/health").status == 200)
        for path in ["ready", "metrics", "v1/status"] {
            #expect(try await Download.get("\(open)/\(path)").status == 404, "\(path)")
        }

        let run = try await node.stop()
        #expect(run.status == 0)
        let lines = run.message.split(separator: "\n")
        #expect(lines.contains { $0.contains("starts: ordering embedded, TLS on 127.0.0.1:0") }, "\(run.message)")
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
        let many = try await Download.get(
            "\(address)/v1/transactions", method: "POST", headers: ["Content-Type: application/x-ndjson"],
            body: Data(String(repeating: "{}\n", count: 300).utf8))
        #expect(many.status == 400)
    }

    @Test("Its metrics count what became final since it started, whoever put it into the file, and what is not final")
    func metrics() async throws {
        guard try ScrapedMetrics.areReadable() else { return }
        let consortium = try await TestConsortium.at(.published, departments: 1).copy().consortium
        try await consortium.run("ledger", "cosign", "--as", "site1").expectStatus(0)
        let node = try await start(consortium)
        let address = try node.address
        let first = try await ScrapedMetrics(of: address)
        first.expectDescribed()
        let height = first("chancery_ledger_height")
        #expect(height > 0 && first("chancery_blocks_total") == 0 && first.total("chancery_transactions_total") == 0)

        for _ in 0..<3 { try await request(consortium, through: address).expectStatus(0) }
        try await request(consortium, pack: "other", through: address).expectStatus(1)
        func expect(_ accepted: Double, _ blocks: Double, _ metrics: ScrapedMetrics) {
            #expect(metrics.transactions("token.request", "accepted") == accepted)
            #expect(metrics.transactions("token.request", "refused") == 1)
            #expect(metrics.total("chancery_transactions_total") == accepted + 1)
            #expect(metrics("chancery_blocks_total") == blocks && metrics("chancery_ledger_height") == height + blocks)
            #expect(metrics.samples["chancery_queue_depth"] == 0)
        }
        let second = try await ScrapedMetrics(of: address)
        expect(3, 4, second)
        #expect(second.samples["chancery_finality_lag_seconds"] == 0)
        // There is nobody else who cosigns, and no order of others.
        #expect(Set(second.families.keys).isDisjoint(with: ["chancery_quorum_seconds", "chancery_cosigning_seconds"]))

        // Another process's block waits for the department's cosignature.
        _ = try await consortium.requestToken(uses: 1)
        let third = try await ScrapedMetrics(of: address)
        expect(3, 4, third)
        #expect(third("chancery_finality_lag_seconds") > 0 && third("chancery_finality_lag_seconds") < 60)
        try await consortium.run("ledger", "cosign", "--as", "site1").expectStatus(0)
        let fourth = try await ScrapedMetrics(of: address)
        expect(4, 5, fourth)
        #expect(fourth.samples["chancery_finality_lag_seconds"] == 0)
    }

    @Test("It has no files of its own to check, and says so to whoever asks for that")
    func noScrubbing() async throws {
        let consortium = try await TestConsortium.at(.pool, departments: 1).copy().consortium
        let run = try await consortium.run(["serve", "--as", "site1"], environment: ["CHANCERY_SCRUB": "1s"])
        #expect(run.expectStatus(2).message.contains("ledger fsck"), "\(run.message)")
    }

    private func start(_ consortium: TestConsortium, _ more: String...) async throws -> RunningService {
        try await RunningService(
            Binary.chancery(), ["serve", "--as", "site1"] + more,
            environment: [
                "CHANCERY_HOME": consortium.home, "CHANCERY_PASSPHRASE": TestConsortium.passphrase,
                "CHANCERY_TLS": "on",
            ], in: consortium.folder.url)
    }

    private func request(
        _ consortium: TestConsortium, pack: String = "care", through address: String
    ) async throws -> CommandRun {
        try await consortium.run(
            [
                "token", "request", "--pool", "health", "--packs", pack, "--purpose", "a test", "--uses", "1",
                "--until", "90d", "--as", "statistics", "--json",
            ], environment: ["CHANCERY_NODE": address])
    }
}
