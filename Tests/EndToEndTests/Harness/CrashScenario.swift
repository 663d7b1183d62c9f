import CanonicalJSON
import Foundation
import Testing

/// A command that is killed, with what must hold afterwards and after it was run again.
struct CrashScenario: Sendable, CustomTestStringConvertible {
    let name: String
    /// Where the command is run; work on a copy.
    let start: @Sendable () async throws -> TestConsortium.Prepared
    let arguments: @Sendable (TestConsortium.Prepared) throws -> [String]
    /// How long a check takes, compared with a short one.
    var weight = 1
    /// What must be in no file but the table that it comes from.
    var values: [SecretForms] = []
    /// Of what can be seen right after the crash, with the ledger's log.
    let expectNothingPartial: @Sendable (TestConsortium.Prepared, [LoggedTransaction]) async throws -> Void
    /// Of the second run's document, with that of the killed run where it had printed one already.
    let expectDone: @Sendable (TestConsortium.Prepared, JSONValue, _ told: JSONValue?) async throws -> Void

    var testDescription: String { name }

    static let all = [publish, request, approve, query, open] + ofShares + ofPseudonyms

    /// All, or those that `CHANCERY_CRASH_COMMAND` names, such as `open` or `pool deal,escrow grant`.
    static let chosen = all.filter { scenario in
        ProcessInfo.processInfo.environment["CHANCERY_CRASH_COMMAND"].map {
            $0.split(separator: ",").contains(Substring(scenario.name))
        } ?? true
    }

    private static let publish = CrashScenario(
        name: "publish", start: { try await TestConsortium.at(.pool, departments: 1) },
        arguments: { _ in
            [
                "publish", "site1.csv", "--schema", "schema.json", "--pool", "health", "--name", "d1", "--as", "site1",
                "--json",
            ]
        },
        expectNothingPartial: { state, log in
            let listed = try await datasets(state.consortium)
            #expect(listed.count == log.count { $0.kind == "dataset.publish" })
            // What the catalog shows can be read: its blocks came before it.
            for dataset in listed { try await expectReadable(dataset, state.consortium) }
        },
        expectDone: { state, document, _ in
            #expect(document["rows"] == 12)
            let publications = try await state.consortium.log().filter { $0.kind == "dataset.publish" }
            #expect(publications.map(\.id) == [try document.text("transaction")])
            try await expectReadable(document, state.consortium)
        })

    private static let request = CrashScenario(
        name: "token request", start: { try await TestConsortium.at(.published, departments: 1) },
        arguments: { _ in
            [
                "token", "request", "--pool", "health", "--packs", "care", "--purpose", "a test", "--uses", "3",
                "--until", "90d", "--as", "statistics", "--json",
            ]
        },
        expectNothingPartial: { state, log in
            let tokens = try await state.consortium.json("token", "list")["tokens"]?.arrayValue ?? []
            #expect(tokens.count == log.count { $0.kind == "token.request" })
            #expect(tokens.allSatisfy { $0["status"] == "requested" && $0["usesLeft"] == 3 })
        },
        expectDone: { state, document, told in
            // Who was told of a token and asks again asks for another one.
            let expected = Set([document, told ?? document].compactMap { $0["token"] })
            let tokens = try await state.consortium.json("token", "list")["tokens"]?.arrayValue ?? []
            #expect(tokens.count == expected.count && Set(tokens.compactMap { $0["token"] }) == expected)
        })

    private static let approve = CrashScenario(
        name: "token approve", start: { try await TestConsortium.at(.requested, departments: 1) },
        arguments: { ["token", "approve", $0.token, "--as", "site1", "--json"] },
        expectNothingPartial: { state, log in
            let token = try await state.consortium.json("token", "list")["tokens"]?.arrayValue?.first
            #expect(token?["status"] == (log.contains { $0.kind == "token.approve" } ? "approved" : "requested"))
        },
        expectDone: { state, _, _ in
            let token = try await state.consortium.json("token", "list")["tokens"]?.arrayValue?.first
            #expect(token?["status"] == "approved")
            let approvals = try await state.consortium.log().filter { $0.kind == "token.approve" }
            #expect(approvals.count == 1)
        })

    private static let query = CrashScenario(
        name: "query", start: { try await TestConsortium.at(.approved, departments: 1) },
        arguments: { ["query", TestConsortium.statement, "--token", $0.token, "--as", "statistics", "--json"] },
        expectNothingPartial: { state, log in
            let results = try await results(state.consortium)
            #expect(results.count == log.count { $0.kind == "result.record" })
            for result in results { try await expectShown(result, "computed", state.consortium) }
        },
        expectDone: { state, document, told in
            // Who was told of a result and asks again asks for another one.
            let expected = Set([document, told ?? document].compactMap { $0["result"] })
            #expect(Set(try await results(state.consortium).compactMap { $0["result"] }) == expected)
            let left = try await state.consortium.usesLeft(of: state.token)
            #expect(left == Int64(TestConsortium.uses - expected.count), "a use was taken for nothing")
        })

    private static let open = CrashScenario(
        name: "open", start: { try await TestConsortium.at(.computed, departments: 1) },
        arguments: { ["open", $0.result, "--as", "ministry", "--json"] },
        expectNothingPartial: { state, log in
            let shown = try await state.consortium.run("result", "show", state.result, "--as", "statistics", "--json")
            if shown.status != 0 {
                // Recorded and not yet handed out: nothing is shown, and what to do is said.
                #expect(log.contains { $0.kind == "opening.record" })
                #expect(shown.status == 3 && shown.standardOutput.isEmpty, "\(shown.message)")
                #expect(shown.message.contains("chancery open"))
                return
            }
            let document = try shown.document()
            let rows = try CanonicalJSON.serialize(document["rows"] ?? .null)
            let isOpened = document["status"] == "opened"
            let expected = isOpened ? TestConsortium.expectedRows(departments: 1) : "[]"
            #expect(String(decoding: rows, as: UTF8.self) == expected)
        },
        expectDone: { state, _, _ in
            let document = try await state.consortium.json("result", "show", state.result, "--as", "statistics")
            let rows = try CanonicalJSON.serialize(document["rows"] ?? .null)
            #expect(String(decoding: rows, as: UTF8.self) == TestConsortium.expectedRows(departments: 1))
            #expect(try await state.consortium.log().count { $0.kind == "opening.record" } == 1)
        })

    private static func datasets(_ consortium: TestConsortium) async throws -> [JSONValue] {
        try await consortium.json("catalog")["pools"]?.arrayValue?.flatMap { $0["datasets"]?.arrayValue ?? [] } ?? []
    }

    private static func results(_ consortium: TestConsortium) async throws -> [JSONValue] {
        try await consortium.json("result", "list")["results"]?.arrayValue ?? []
    }

    /// A dataset travels as one file: writing that reads and hashes every block under the manifest.
    private static func expectReadable(_ dataset: JSONValue, _ consortium: TestConsortium) async throws {
        let manifest = try dataset.text("manifest")
        try await consortium.run("blob", "export", manifest, "--output", consortium.folder.path("dataset.car"))
            .expectStatus(0)
    }

    private static func expectShown(
        _ result: JSONValue, _ status: String, _ consortium: TestConsortium
    ) async throws {
        let shown = try await consortium.json("result", "show", result.text("result"), "--as", "statistics")
        #expect(shown["status"]?.stringValue == status)
        #expect(shown["rows"] == [])
    }
}
