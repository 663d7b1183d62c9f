import Contracts
import SharingModel
import Testing

@Suite("Openings")
struct OpeningTests {
    @Test("The custodian opens a result, and the pool's history keeps the order")
    func order() throws {
        var (ledger, token, first) = try TestLedger.withResult()
        let second = try ledger.compute(token, plan: "second")
        try ledger.accept(TestLedger.opening(second, seen: 0), by: "ministry")
        #expect(try ledger.refuse(TestLedger.opening(first, seen: 0), by: "ministry") == .historyMoved)
        try ledger.accept(TestLedger.opening(first, seen: 1), by: "ministry")
        #expect(try ledger.typed.openings(in: "health").map(\.result) == [second, first])
        #expect(try ledger.typed.openings(in: "health").map(\.number) == [0, 1])
        #expect(try ledger.typed.openingCount(in: "health") == 2)
        #expect(try ledger.refuse(TestLedger.opening(first, seen: 2), by: "ministry") == .alreadyOpened)
    }

    @Test("More than nine openings are still listed in their order")
    func manyOpenings() throws {
        var (ledger, token) = try TestLedger.withToken(uses: 12)
        let results = try (0..<12).map { try ledger.compute(token, plan: "plan \($0)") }
        for (seen, result) in results.enumerated() {
            try ledger.accept(TestLedger.opening(result, seen: Int64(seen)), by: "ministry")
        }
        #expect(try ledger.typed.openings(in: "health").map(\.result) == results)
    }

    @Test("A token that is used up opens what was computed under it")
    func exhausted() throws {
        var (ledger, token, result) = try TestLedger.withResult(uses: 1)
        #expect(try ledger.typed.token(token)?.status(at: ledger.now) == .exhausted)
        try ledger.accept(TestLedger.opening(result), by: "ministry")
    }

    @Test("A token that was given back opens nothing more")
    func givenBack() throws {
        var (ledger, token, result) = try TestLedger.withResult()
        try ledger.accept(RevokeToken(token: token), by: "statistics")
        #expect(try ledger.refuse(TestLedger.opening(result), by: "ministry") == .tokenRevoked)
    }

    @Test("A revocation by an owner of an input stops the opening, by another owner it does not")
    func ownerRevoked() throws {
        var (ledger, token, result) = try TestLedger.withResult()
        try ledger.accept(RevokeToken(token: token), by: "site3")
        var blocked = ledger
        try blocked.accept(RevokeToken(token: token), by: "site2")
        #expect(try blocked.refuse(TestLedger.opening(result), by: "ministry") == .datasetRevoked)
        try ledger.accept(TestLedger.opening(result), by: "ministry")
    }

    @Test("An owner can revoke after the last use, before the opening")
    func revokedWhenExhausted() throws {
        var (ledger, token, result) = try TestLedger.withResult(uses: 1)
        try ledger.accept(RevokeToken(token: token), by: "site1")
        #expect(try ledger.refuse(TestLedger.opening(result), by: "ministry") == .datasetRevoked)
    }

    @Test("An expired token opens nothing, even what was computed in time")
    func expired() throws {
        var (ledger, _, result) = try TestLedger.withResult(until: "2026-11-22T00:00:00Z")
        ledger.now = "2026-11-22T00:00:00Z"
        #expect(try ledger.refuse(TestLedger.opening(result), by: "ministry") == .tokenExpired)
    }

    @Test("Data that was withdrawn is not opened; data that was replaced is")
    func changedData() throws {
        var (ledger, _, result) = try TestLedger.withResult()
        try ledger.accept(TestLedger.dataset("care1", version: 2, owners: ["site1"]), by: "site1")
        var blocked = ledger
        try blocked.accept(WithdrawDataset(dataset: "care2", manifest: TestLedger.manifest("care2")), by: "site2")
        #expect(try blocked.refuse(TestLedger.opening(result), by: "ministry") == .datasetWithdrawn)
        try ledger.accept(TestLedger.opening(result), by: "ministry")
    }

    @Test("Data whose validity has ended since is not opened until it is renewed")
    func staleData() throws {
        var (ledger, _, result) = try TestLedger.withResult()
        let manifest = TestLedger.manifest("care1")
        try ledger.accept(
            RenewDataset(dataset: "care1", manifest: manifest, validUntil: "2026-11-22T00:00:00Z"), by: "site1")
        ledger.now = "2026-11-22T00:00:00Z"
        #expect(try ledger.refuse(TestLedger.opening(result), by: "ministry") == .datasetStale)
        try ledger.accept(RenewDataset(dataset: "care1", manifest: manifest, validUntil: nil), by: "site1")
        try ledger.accept(TestLedger.opening(result), by: "ministry")
    }

    @Test("Only the custodian of the result's pool opens it or refuses to")
    func custodian() throws {
        var (ledger, _, result) = try TestLedger.withResult()
        let refusal = RefuseOpening(result: result, openingsSeen: 0, reason: "guard")
        for party: PartyName in ["site1", "statistics", "audit"] {
            #expect(try ledger.refuse(TestLedger.opening(result), by: party) == .notCustodian)
            #expect(try ledger.refuse(refusal, by: party) == .notCustodian)
        }
    }

    @Test("A refusal to open is recorded with its reason; what stood in the way may be mended")
    func refused() throws {
        var (ledger, _, result) = try TestLedger.withResult()
        let future = RefuseOpening(result: result, openingsSeen: 1, reason: "guard")
        #expect(try ledger.refuse(future, by: "ministry") == .historyMoved)
        try ledger.accept(RefuseOpening(result: result, openingsSeen: 0, reason: "shard missing"), by: "ministry")
        #expect(try ledger.typed.result(result)?.openingRefusal?.reason == "shard missing")
        try ledger.accept(TestLedger.opening(result), by: "ministry")
        let late = RefuseOpening(result: result, openingsSeen: 1, reason: "too late")
        #expect(try ledger.refuse(late, by: "ministry") == .alreadyOpened)
    }
}
