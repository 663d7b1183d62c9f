import Contracts
import SharingModel
import Testing

@Suite("Redemptions")
struct RedemptionTests {
    @Test("A redemption records the token's manifests as its inputs")
    func inputs() throws {
        var (ledger, token) = try TestLedger.withToken()
        let id = try ledger.accept(ledger.redeem(token, datasets: ["care3", "care1"]), by: "statistics")
        let redemption = try #require(try ledger.typed.redemption(id))
        #expect(redemption.datasets == ["care1", "care3"])
        #expect(redemption.inputs == [TestLedger.manifest("care1"), TestLedger.manifest("care3")].sorted())
        #expect(redemption.plan == cid("plan"))
        #expect(try ledger.typed.redemptions() == [redemption])
    }

    @Test("A token of n uses is redeemed n times, never more")
    func exactlyN() throws {
        var (ledger, token) = try TestLedger.withToken(uses: 3)
        let outcomes = try (0..<5).map { _ in try ledger.submit(ledger.redeem(token), by: "statistics").outcome }
        #expect(outcomes.map(\.isAccepted) == [true, true, true, false, false])
        #expect(try ledger.typed.token(token)?.uses.taken == 3)
    }

    @Test("The same redemption twice takes one use")
    func replay() throws {
        var (ledger, token) = try TestLedger.withToken(uses: 3)
        let transaction = try ledger.transaction(ledger.redeem(token), by: "statistics")
        #expect(try ledger.execute(transaction).isAccepted)
        #expect(try ledger.execute(transaction).refusal?.code == .alreadyExists)
        #expect(try ledger.typed.token(token)?.uses.taken == 1)
    }

    @Test("A count of rows needs no pack, and every pack that is named must be granted")
    func packs() throws {
        var (ledger, token) = try TestLedger.withToken()
        try ledger.accept(ledger.redeem(token, packs: []), by: "statistics")
        #expect(
            try ledger.refuse(ledger.redeem(token, packs: ["care", "income"]), by: "statistics") == .packNotGranted)
    }

    @Test("Data that was replaced since the request is not computed on under the old token")
    func replacedData() throws {
        var (ledger, token) = try TestLedger.withToken()
        try ledger.accept(TestLedger.dataset("care1", version: 2, owners: ["site1"]), by: "site1")
        #expect(try ledger.refuse(ledger.redeem(token), by: "statistics") == .datasetReplaced)
        try ledger.accept(ledger.redeem(token, datasets: ["care2"]), by: "statistics")
    }

    @Test("Only the grantee redeems, neither an owner nor the custodian")
    func grantee() throws {
        var (ledger, token) = try TestLedger.withToken()
        for party: PartyName in ["site1", "ministry", "audit"] {
            #expect(try ledger.refuse(ledger.redeem(token), by: party) == .notTheGrantee)
        }
    }
}
