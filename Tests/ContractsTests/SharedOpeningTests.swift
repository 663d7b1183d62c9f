import Contracts
import Paillier
import SharingModel
import Testing

@Suite("Openings of a shared key")
struct SharedOpeningTests {
    @Test("Enough holders' parts open a result, one less do not, and whoever else gives rubbish is passed over")
    func threshold() throws {
        var (ledger, _, _, result) = try TestLedger.withSharedResult()
        try ledger.accept(TestLedger.part(result), by: "audit")
        #expect(try ledger.refuse(TestLedger.combination(result, of: ["audit"]), by: "statistics") == .tooFewParts)
        #expect(
            try ledger.refuse(TestLedger.combination(result, of: ["audit", "site1"]), by: "statistics")
                == .partUnknown)
        for holder: PartyName in ["site1", "site2"] { try ledger.accept(TestLedger.part(result), by: holder) }
        try ledger.accept(
            ReportPart(result: result, holder: "audit", part: cid("the part in the clear")), by: "statistics")
        // What the requester has shown to be wrong, it cannot use.
        #expect(
            try ledger.refuse(TestLedger.combination(result, of: ["audit", "site1"]), by: "statistics")
                == .partUnknown)
        try ledger.accept(TestLedger.combination(result, of: ["site1", "site2"]), by: "statistics")
        let opening = try #require(try ledger.typed.opening(of: result))
        #expect(opening.holders == ["site1", "site2"] && opening.epoch == 1 && opening.number == 0)
        #expect(try ledger.refuse(TestLedger.part(result), by: "audit") == .alreadyOpened)
    }

    @Test("Only holders give parts, only the requester combines and reports, and the dealer opens nothing alone")
    func parties() throws {
        var (ledger, _, _, result) = try TestLedger.withSharedResult()
        #expect(try ledger.refuse(TestLedger.opening(result), by: "ministry") == .keyIsShared)
        for party: PartyName in ["ministry", "site3", "statistics"] {
            #expect(try ledger.refuse(TestLedger.part(result), by: party) == .notAHolder)
        }
        for holder: PartyName in ["site1", "site2"] { try ledger.accept(TestLedger.part(result), by: holder) }
        #expect(try ledger.refuse(TestLedger.part(result), by: "site1") == .alreadyDecided)
        let nothing = RecordPart(result: result, epoch: 1, openingsSeen: 0)
        let outcome = try ledger.submit(nothing, by: "audit").outcome
        #expect(outcome.refusal == Refusal(.shareMissing, ["party": "audit", "pool": "health"]))
        #expect(throws: ContractsError.self) {
            try RecordPart(result: result, epoch: 1, part: cid("a part"), openingsSeen: 0).checkForm()
        }
        let body = TestLedger.combination(result, of: ["site1", "site2"])
        #expect(try ledger.refuse(body, by: "site1") == .notTheGrantee)
        let report = ReportPart(result: result, holder: "site1", part: cid("x"))
        #expect(try ledger.refuse(report, by: "site2") == .notTheGrantee)
        try ledger.accept(body, by: "statistics")
    }

    @Test("Nobody gives a part of a result of his own, or counts towards it")
    func ownResult() throws {
        var (ledger, _, _, _) = try TestLedger.withSharedResult()
        let token = try ledger.accept(TestLedger.request(), by: "site1")
        for site: PartyName in ["site2", "site3"] { try ledger.accept(ApproveToken(token: token), by: site) }
        let redemption = try ledger.accept(ledger.redeem(token), by: "site1")
        let result = try ledger.accept(TestLedger.result(redemption), by: "site1")
        #expect(try ledger.refuse(TestLedger.part(result), by: "site1") == .ownRequest)
        try ledger.accept(TestLedger.part(result), by: "site2")
        #expect(
            try ledger.refuse(TestLedger.combination(result, of: ["site1", "site2"]), by: "site1") == .partUnknown)
        #expect(try ledger.refuse(TestLedger.combination(result, of: ["site2"]), by: "site1") == .tooFewParts)
        try ledger.accept(TestLedger.part(result), by: "audit")
        try ledger.accept(TestLedger.combination(result, of: ["audit", "site2"]), by: "site1")
    }

    @Test("What was reported of a part stays when its giver gives another in the next epoch")
    func reportStays() throws {
        var (ledger, pool, _, result) = try TestLedger.withSharedResult()
        try ledger.accept(TestLedger.part(result), by: "audit")
        let report = ReportPart(result: result, holder: "audit", part: cid("the part in the clear"))
        try ledger.accept(report, by: "statistics")
        let ceremony = try ledger.refresh(pool)
        for holder in SharedPool.holders { try ledger.accept(ledger.acknowledgement(ceremony), by: holder) }
        try ledger.accept(TestLedger.part(result, epoch: 2), by: "audit")
        let recorded = try #require(try ledger.typed.result(result))
        #expect(recorded.parts.map(\.reported) == [nil] && recorded.parts.map(\.epoch) == [2])
        #expect(recorded.reports.map(\.reported) == [report.part] && recorded.reports.map(\.epoch) == [1])
        // The new one can be reported too.
        try ledger.accept(ReportPart(result: result, holder: "audit", part: cid("the other")), by: "statistics")
        #expect(try ledger.typed.result(result)?.reports.map(\.epoch) == [1, 2])
    }

    @Test("An opening counts from its first part on: of two at once, the later is judged against the earlier")
    func history() throws {
        var (ledger, _, token, first) = try TestLedger.withSharedResult()
        let second = try ledger.compute(token, plan: "second")
        try ledger.accept(TestLedger.part(first, seen: 0), by: "site1")
        #expect(try ledger.refuse(TestLedger.part(second, seen: 0), by: "site1") == .historyMoved)
        try ledger.accept(TestLedger.part(second, seen: 1), by: "site1")
        // The other holder of the first judges it against what was before it, as its place in the order says.
        #expect(try ledger.refuse(TestLedger.part(first, seen: 2), by: "site2") == .historyMoved)
        try ledger.accept(TestLedger.part(first, seen: 0), by: "site2")
        #expect(try ledger.typed.begunOpenings(in: "health").map(\.result) == [first, second])
        #expect(try ledger.typed.openingCount(in: "health") == 2)
    }

    @Test("A token that was taken back, an input that was revoked, and a dispute stop every part")
    func stillGranted() throws {
        let (ledger, _, token, result) = try TestLedger.withSharedResult()
        var revoked = ledger
        try revoked.accept(TestLedger.part(result), by: "site1")
        try revoked.accept(RevokeToken(token: token), by: "statistics")
        #expect(try revoked.refuse(TestLedger.part(result), by: "site2") == .tokenRevoked)
        var disputed = ledger
        try disputed.accept(DisputeResult(result: result, computed: nil, reason: "differs"), by: "site1")
        #expect(try disputed.refuse(TestLedger.part(result), by: "site2") == .resultDisputed)
        var late = ledger
        late.now = "2026-12-01T00:00:00Z"
        #expect(try late.refuse(TestLedger.part(result), by: "site2") == .tokenExpired)
    }

    @Test("A holder's refusal stands beside the others' parts, and a part takes it back")
    func refusal() throws {
        var (ledger, _, _, result) = try TestLedger.withSharedResult()
        let refusal = RefuseOpening(result: result, openingsSeen: 0, reason: "too few subjects")
        #expect(try ledger.refuse(refusal, by: "ministry") == .notAHolder)
        try ledger.accept(refusal, by: "site1")
        #expect(try ledger.typed.result(result)?.partRefusals.map(\.custodian) == ["site1"])
        for holder: PartyName in ["site2", "audit"] { try ledger.accept(TestLedger.part(result), by: holder) }
        try ledger.accept(TestLedger.combination(result, of: ["audit", "site2"]), by: "statistics")
        #expect(try ledger.typed.result(result)?.openingRefusal == nil)
    }
}
