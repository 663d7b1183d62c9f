import CanonicalJSON
import Foundation
import Testing

/// Tokens that do not allow what is asked; each refusal stands on the ledger with its reason.
@Suite("Tokens that do not hold")
struct TokenRefusalTests {
    @Test("Before the owners have approved it, and after one has revoked it")
    func unapprovedAndRevoked() async throws {
        let state = try await TestConsortium.at(.requested).copy()
        try await state.consortium.expectRecordedRefusal(
            query(state), kind: "token.redeem", reason: "token-not-approved", saying: ["token-not-approved"])
        try await state.consortium.approve(state.token, by: "site1")
        // Half of the data is approved, and the query is about all.
        try await expectRefusedRedemption(state, "dataset-not-approved")
        try await state.consortium.approve(state.token, by: "site2")
        try await state.consortium.query(state.token).expectStatus(0)
        try await state.consortium.run("token", "revoke", state.token, "--as", "site1").expectStatus(0)
        try await expectRefusedRedemption(state, "dataset-revoked")
        try await state.consortium.run("token", "revoke", state.token, "--as", "statistics").expectStatus(0)
        try await expectRefusedRedemption(state, "token-revoked")
        #expect(try await state.consortium.usesLeft(of: state.token) == Int64(TestConsortium.uses - 1))
    }

    @Test("Denied by an owner")
    func denied() async throws {
        let state = try await TestConsortium.at(.requested, departments: 1).copy()
        try await state.consortium.run("token", "deny", state.token, "--as", "site1").expectStatus(0)
        try await expectRefusedRedemption(state, "token-denied")
    }

    @Test("In the hands of another party")
    func anotherParty() async throws {
        let state = try await TestConsortium.at(.approved).copy()
        try await state.consortium.expectRecordedRefusal(
            query(state, as: "press"), kind: "token.redeem", reason: "not-the-grantee", saying: ["press"])
        // A department that may publish may not query with somebody else's token either.
        try await state.consortium.expectRecordedRefusal(
            query(state, as: "site1"), kind: "token.redeem", reason: "not-the-grantee", saying: ["site1"])
        #expect(try await state.consortium.usesLeft(of: state.token) == Int64(TestConsortium.uses))
    }

    @Test("After its time, and after its last use")
    func expiredAndExhausted() async throws {
        var state = try await TestConsortium.at(.published, departments: 1).copy()
        state.token = try await state.consortium.requestToken(uses: 1)
        try await state.consortium.approve(state.token, by: "site1")
        try await state.consortium.query(state.token).expectStatus(0)
        try await expectRefusedRedemption(state, "uses-exhausted")

        let seconds = Int(Date().timeIntervalSince1970) + 20
        let until = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        state.token = try await state.consortium.requestToken(uses: 9, until: until)
        try await state.consortium.approve(state.token, by: "site1")
        // Block time follows the clock: work goes on until it has passed.
        while Date().timeIntervalSince1970 < Double(seconds) + 1 {
            try await state.consortium.run("token", "list").expectStatus(0)
        }
        try await expectRefusedRedemption(state, "token-expired")
    }

    @Test("A result is opened once its token holds no more, for nobody")
    func revokedBeforeOpening() async throws {
        let state = try await TestConsortium.at(.computed, departments: 1).copy()
        try await state.consortium.run("token", "revoke", state.token, "--as", "site1").expectStatus(0)
        let open = try await state.consortium.run("open", state.result, "--as", "ministry")
        #expect(open.expectStatus(1).message.contains("revoked"))
        let log = try await state.consortium.log()
        #expect(log.last?.kind == "opening.record" && log.last?.accepted == false)
        let shown = try await state.consortium.json("result", "show", state.result, "--as", "statistics")
        #expect(shown["status"] == "computed" && shown["rows"] == [])
    }

    @Test("Only the custodian opens, and only owners decide")
    func notTheirs() async throws {
        let state = try await TestConsortium.at(.computed).copy()
        for party in ["statistics", "site1", "press"] {
            try await state.consortium.expectRefused(
                ["open", state.result, "--as", party], status: 1, saying: [party, "custodian"])
        }
        for decision in ["approve", "deny", "revoke"] {
            let run = try await state.consortium.run("token", decision, state.token, "--as", "press")
            #expect(run.expectStatus(1).standardOutput.isEmpty)
        }
        #expect(try await state.consortium.query(state.token).expectStatus(0).message.isEmpty)
    }

    @Test("A token that asks for what is not there is not recorded as one")
    func impossibleRequests() async throws {
        let state = try await TestConsortium.at(.published).copy()
        let rest = ["--purpose", "a test", "--uses", "1", "--until", "9d", "--as", "statistics"]
        try await state.consortium.expectRefused(
            ["token", "request", "--datasets", "d9", "--packs", "care"] + rest, status: 2, saying: ["d9", "d1"])
        try await state.consortium.expectRefused(
            ["token", "request", "--pool", "nowhere", "--packs", "care"] + rest, status: 2, saying: ["nowhere"])
        try await state.consortium.expectRecordedRefusal(
            ["token", "request", "--pool", "health", "--packs", "other"] + rest, kind: "token.request",
            reason: "unknown-pack", saying: ["other"])
        #expect(try await state.consortium.json("token", "list")["tokens"] == [])
    }

    private func query(_ state: TestConsortium.Prepared, as party: String = "statistics") -> [String] {
        ["query", TestConsortium.statement, "--token", state.token, "--as", party]
    }

    private func expectRefusedRedemption(
        _ state: TestConsortium.Prepared, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await state.consortium.expectRecordedRefusal(
            query(state), kind: "token.redeem", reason: reason, saying: [reason], sourceLocation: sourceLocation)
    }
}
