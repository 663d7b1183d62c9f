import CanonicalJSON
import Foundation
import Testing

/// What parties see of validity, notices and joint owners with the command alone.
@Suite("Validity and joint owners, by the command")
struct ValidityCommandTests {
    @Test(
        "A dataset is stale by the ledger's time; who holds a token is told, and it can be renewed and withdrawn",
        .enabled(if: CrashLibrary.isUsable))
    func staleness() async throws {
        let consortium = try await TestConsortium.at(.pool, departments: 1).copy().consortium
        try await consortium.publish("site1.csv", as: "site1", name: "d1", more: "--valid-until", "2d").expectStatus(0)
        let token = try await consortium.requestToken(uses: 5)
        try await consortium.approve(token, by: "site1")
        // Somebody with a token that nobody approved has nothing to be told.
        try await consortium.run(
            "token", "request", "--pool", "health", "--packs", "care", "--purpose", "b", "--uses", "1", "--until", "9d",
            "--as", "press"
        ).expectStatus(0)

        // By the reader's clock the end has passed; the ledger has no block of that time.
        let later = try await CrashLibrary.shared().environment(clockAhead: 3 * 86_400)
        let early = try await consortium.run(["catalog", "--json"], environment: later).document()
        #expect(try dataset("d1", in: early)["status"] == "in-use")
        #expect(try dataset("d1", in: early)["notices"] == [])

        // The first block behind the end says so to everybody, whatever is in it.
        try await consortium.run(
            [
                "token", "request", "--pool", "health", "--packs", "care", "--purpose", "c", "--uses", "1", "--until",
                "9d", "--as", "press",
            ], environment: later
        ).expectStatus(1)
        let stale = try await consortium.json("catalog")
        #expect(try dataset("d1", in: stale)["status"] == "stale")
        try expectTold("stale", token, in: stale)
        #expect(try await consortium.run("catalog").expectStatus(0).text.contains("stale: statistics"))
        #expect(try await notices(of: token, consortium) == ["stale"])
        let refused = try await consortium.query(token)
        #expect(refused.expectStatus(1).message.contains("stale"), "\(refused.message)")

        try await consortium.run("dataset", "renew", "d1", "--valid-until", "30d", "--as", "site1").expectStatus(0)
        let renewed = try await consortium.json("catalog")
        #expect(try dataset("d1", in: renewed)["status"] == "in-use")
        try expectTold("renewed", token, in: renewed)
        try await consortium.query(token).expectStatus(0)

        try await consortium.run("dataset", "withdraw", "d1", "--reason", "a test", "--as", "site1").expectStatus(0)
        #expect(try await notices(of: token, consortium) == ["withdrawn"])
        #expect(try await consortium.query(token).status == 1)
    }

    @Test("Joint owners: of k that are asked for k open a token, and a change needs all of them")
    func jointOwners() async throws {
        let consortium = try await TestConsortium.at(.pool, departments: 2).copy().consortium
        func share(_ name: String, _ approvals: String...) async throws {
            try await consortium.run(
                [
                    "publish", "site1.csv", "--schema", "schema.json", "--pool", "health", "--name", name, "--owners",
                    "site1,site2", "--as", "site1",
                ] + approvals
            ).expectStatus(0)
            try await consortium.run("dataset", "approve", name, "--as", "site2").expectStatus(0)
        }
        try await share("one-of-two", "--approvals", "1")
        try await share("two-of-two")
        for (name, needed) in [("one-of-two", 1), ("two-of-two", 2)] {
            let token = try await consortium.json(
                "token", "request", "--datasets", name, "--packs", "care", "--purpose", "a test", "--uses", "1",
                "--until", "9d", "--as", "statistics"
            ).text("token")
            for (given, site) in ["site2", "site1"].prefix(needed).enumerated() {
                let refused = try await consortium.query(token)
                #expect(refused.status == 1 && refused.message.contains("not-approved"), "\(given) of \(needed)")
                try await consortium.approve(token, by: site)
            }
            try await consortium.query(token).expectStatus(0)
        }

        // One owner proposes another end; it holds when the other has agreed.
        func end() async throws -> JSONValue? {
            try dataset("one-of-two", in: try await consortium.json("catalog"))["validUntil"]
        }
        try await consortium.run("dataset", "renew", "one-of-two", "--valid-until", "2099-01-01", "--as", "site1")
            .expectStatus(0)
        #expect(try await end() == .null)
        try await consortium.run("dataset", "approve", "one-of-two", "--as", "site2").expectStatus(0)
        #expect(try await end()?.stringValue?.hasPrefix("2099-01-01") == true)
        // Taking back needs one.
        try await consortium.run("dataset", "withdraw", "two-of-two", "--as", "site2").expectStatus(0)
        let catalog = try await consortium.json("catalog")
        #expect(try dataset("two-of-two", in: catalog)["status"] == "withdrawn")
    }

    private func dataset(_ name: String, in catalog: JSONValue) throws -> JSONValue {
        let all = catalog["pools"]?.arrayValue?.flatMap { $0["datasets"]?.arrayValue ?? [] } ?? []
        return try #require(all.first { $0["dataset"]?.stringValue == name }, "\(catalog)")
    }

    /// The catalog shows one notice about `d1`, to the holder of `token`.
    private func expectTold(_ event: String, _ token: String, in catalog: JSONValue) throws {
        let notices = try dataset("d1", in: catalog)["notices"]?.arrayValue ?? []
        #expect(notices.count == 1)
        let notice = try #require(notices.first)
        #expect(notice["event"]?.stringValue == event && notice["party"] == "statistics")
        #expect(notice["tokens"] == [.string(token)])
    }

    private func notices(of token: String, _ consortium: TestConsortium) async throws -> [String] {
        let tokens = try await consortium.json("token", "list")["tokens"]?.arrayValue ?? []
        let own = try #require(tokens.first { $0["token"]?.stringValue == token })
        return (own["notices"]?.arrayValue ?? []).compactMap { $0["event"]?.stringValue }
    }
}
