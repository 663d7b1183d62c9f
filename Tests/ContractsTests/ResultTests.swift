import Contracts
import SharingModel
import Testing

@Suite("Results")
struct ResultTests {
    @Test("A result is recorded once for a redemption, for its plan and inputs, by the grantee")
    func recorded() throws {
        var (ledger, token) = try TestLedger.withToken()
        let redemption = try ledger.accept(ledger.redeem(token), by: "statistics")
        #expect(try ledger.refuse(TestLedger.result(redemption), by: "site1") == .notTheGrantee)
        #expect(try ledger.refuse(TestLedger.result(redemption, plan: "other"), by: "statistics") == .planMismatch)
        let few = TestLedger.result(redemption, inputs: [TestLedger.manifest("care1")])
        #expect(try ledger.refuse(few, by: "statistics") == .inputsMismatch)
        let id = try ledger.accept(TestLedger.result(redemption), by: "statistics")
        #expect(try ledger.refuse(TestLedger.result(redemption), by: "statistics") == .alreadyExists)
        let result = try #require(try ledger.typed.result(id))
        #expect(result.record.token == token)
        #expect(result.record.releasedGroups == 12)
        #expect(try ledger.typed.results() == [result])
        #expect(try ledger.typed.redemption(redemption)?.result == id)
    }

    @Test("A department that computed the same bytes endorses, once")
    func endorsed() throws {
        var (ledger, _, result) = try TestLedger.withResult()
        let endorsement = EndorseResult(result: result, computed: cid("result of plan"))
        try ledger.accept(endorsement, by: "site3")
        #expect(try ledger.typed.result(result)?.endorsements.map(\.party) == ["site3"])
        #expect(try ledger.refuse(endorsement, by: "site3") == .alreadyDecided)
        for party: PartyName in ["audit", "ministry", "statistics"] {
            #expect(try ledger.refuse(endorsement, by: party) == .roleNotAllowed)
        }
        let other = EndorseResult(result: result, computed: cid("result of another plan"))
        #expect(try ledger.refuse(other, by: "site2") == .resultDiffers)
    }

    @Test("An owner's dispute stands in the way of an opening until that owner endorses")
    func ownersDispute() throws {
        var (ledger, _, result) = try TestLedger.withResult()
        try ledger.accept(DisputeResult(result: result, computed: cid("mine"), reason: "sum differs"), by: "site1")
        #expect(try ledger.typed.result(result)?.blockingDisputes.map(\.party) == ["site1"])
        #expect(try ledger.refuse(TestLedger.opening(result), by: "ministry") == .resultDisputed)
        try ledger.accept(EndorseResult(result: result, computed: cid("result of plan")), by: "site1")
        #expect(try ledger.typed.result(result)?.disputes.isEmpty == true)
        try ledger.accept(TestLedger.opening(result), by: "ministry")
    }

    @Test("A dispute of somebody who owns no input is shown, and blocks nothing")
    func othersDispute() throws {
        var (ledger, _, result) = try TestLedger.withResult()
        try ledger.accept(DisputeResult(result: result, computed: nil, reason: "shard missing"), by: "site3")
        #expect(try ledger.typed.result(result)?.disputes.count == 1)
        #expect(try ledger.typed.result(result)?.blockingDisputes.isEmpty == true)
        try ledger.accept(TestLedger.opening(result), by: "ministry")
    }

    @Test("A department that endorsed may still find a fault")
    func changedMind() throws {
        var (ledger, _, result) = try TestLedger.withResult()
        try ledger.accept(EndorseResult(result: result, computed: cid("result of plan")), by: "site2")
        let dispute = DisputeResult(result: result, computed: cid("other"), reason: "recomputed")
        try ledger.accept(dispute, by: "site2")
        #expect(try ledger.typed.result(result)?.endorsements.isEmpty == true)
        #expect(try ledger.refuse(dispute, by: "site2") == .alreadyDecided)
    }
}
