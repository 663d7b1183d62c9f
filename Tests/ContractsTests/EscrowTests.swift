import Contracts
import Foundation
import Multiprecision
import Paillier
import SharingModel
import Testing

@Suite("Escrow of departments' keys")
struct EscrowTests {
    @Test("A department of the policy publishes nothing before every holder has acknowledged")
    func publishing() throws {
        var ledger = try TestLedger.withEscrowPolicy()
        #expect(try ledger.refuse(TestLedger.dataset("plain", owners: ["site1"]), by: "site1") == .escrowMissing)
        try ledger.accept(Escrow.registration(), by: "site1")
        let deposit = try ledger.accept(Escrow.deposit(), by: "site1")
        for holder in Escrow.rule.holders.parties {
            #expect(try ledger.refuse(Escrow.dataset(), by: "site1") == .escrowMissing)
            try ledger.accept(AcknowledgeDeposit(owner: "site1", deposit: deposit), by: holder)
        }
        try ledger.accept(Escrow.dataset(), by: "site1")
        // A joint owner of the policy is waited for as well; who has no rule is not.
        try ledger.accept(TestLedger.dataset("other", owners: ["site3"]), by: "site3")
    }

    @Test("A deposit whose published values do not open the registered key is refused")
    func cheatingOwner() throws {
        var ledger = try TestLedger.withEscrowPolicy()
        try ledger.accept(Escrow.registration(), by: "site1")
        func changed(_ commitments: ShareCommitments? = nil, epoch: Int = 1, factor: BigInteger = 1) throws
            -> DepositKey
        {
            try Escrow.deposit { record in
                ThresholdRecord(
                    fingerprint: record.fingerprint, structure: record.structure, epoch: epoch,
                    commitments: commitments ?? record.commitments, shareBitCount: record.shareBitCount, factor: factor)
            }
        }
        let other = try PrivateKey(
            insecurePForTesting: #require(BigInteger("299263228126033083607879777347364615739")),
            q: #require(BigInteger("274827290528947796312826049844426278763")))
        let foreign = try ThresholdKey.deal(other, over: Escrow.rule.structure()).key.record.commitments
        for body in [
            try changed(foreign), try changed(epoch: 2), try changed(factor: 2), try Escrow.deposit(of: other),
        ] {
            #expect(try ledger.refuse(body, by: "site1") == .depositInvalid)
        }
        let wider = EscrowRule(
            owner: "site1", holders: .gate(threshold: 3, of: [.party("ministry"), .party("audit"), .party("site2")]),
            mostGrants: 1, periodSeconds: 1)
        #expect(try ledger.refuse(Escrow.deposit(wider), by: "site1") == .depositInvalid)
        try ledger.accept(Escrow.deposit(), by: "site1")
    }

    @Test("A complaint makes a deposit useless until another takes its place; one that is complete stays")
    func complaint() throws {
        var ledger = try TestLedger.withEscrowPolicy()
        try ledger.accept(Escrow.registration(), by: "site1")
        let first = try ledger.accept(Escrow.deposit(), by: "site1")
        try ledger.accept(ComplainOfDeposit(owner: "site1", deposit: first, reason: "not mine"), by: "audit")
        #expect(
            try ledger.refuse(AcknowledgeDeposit(owner: "site1", deposit: first), by: "audit") == .alreadyDecided)
        for holder: PartyName in ["ministry", "site2"] {
            try ledger.accept(AcknowledgeDeposit(owner: "site1", deposit: first), by: holder)
        }
        #expect(try ledger.refuse(Escrow.dataset(), by: "site1") == .escrowMissing)
        let second = try ledger.accept(Escrow.deposit(), by: "site1")
        #expect(try ledger.refuse(AcknowledgeDeposit(owner: "site1", deposit: first), by: "audit") == .depositUnknown)
        for holder in Escrow.rule.holders.parties {
            try ledger.accept(AcknowledgeDeposit(owner: "site1", deposit: second), by: holder)
        }
        #expect(try ledger.refuse(Escrow.deposit(), by: "site1") == .alreadyExists)
        try ledger.accept(Escrow.dataset(), by: "site1")
    }

    @Test("A pool's key is no key for fields, nor the other way round; a department has one, and nobody another's")
    func oneUse() throws {
        var ledger = try TestLedger.withEscrowPolicy()
        let pool = RegisterFieldKey(modulus: PoolKey.small.modulus, keyProof: PoolKey.small.proof)
        #expect(try ledger.refuse(pool, by: "site1") == .keyInvalid)
        try ledger.accept(Escrow.registration(), by: "site1")
        #expect(try ledger.refuse(Escrow.registration(), by: "site1") == .alreadyExists)
        #expect(try ledger.refuse(Escrow.registration(), by: "ministry") == .roleNotAllowed)
        let key = try Escrow.registration()
        let body = CreatePool(name: "second", members: ["site1"], modulus: key.modulus, keyProof: key.keyProof)
        #expect(try ledger.refuse(body, by: "ministry") == .keyInvalid)
        #expect(try ledger.refuse(Escrow.registration(), by: "site2") == .keyInvalid)
        #expect(try ledger.refuse(TestLedger.pool("second"), by: "ministry") == .keyInvalid)
    }

    @Test("The owner and whom the policy names are told by the request itself, and of all that comes of it")
    func notices() throws {
        var (ledger, request) = try TestLedger.withRequest()
        let writes = try #require(ledger.history.last { $0.transaction.id == request }).outcome.writes.map(\.key)
        #expect(writes.contains("escrow-notice/site1/\(request.hex)"))
        #expect(writes.contains("escrow-notice/clinic/\(request.hex)"))
        func event() throws -> EscrowNotice.Event? { try ledger.typed.escrowNotices(to: "site1").first?.event }
        #expect(try event() == .requested)
        try ledger.accept(Escrow.grant(request), by: "ministry")
        #expect(try event() == .requested)
        try ledger.accept(Escrow.grant(request), by: "site2")
        #expect(try event() == .granted)
        try ledger.accept(UseOpening(request: request, used: ["ministry", "site2"], wrong: []), by: "statistics")
        #expect(try event() == .used)
        #expect(try ledger.typed.escrowNotices(to: "clinic").map(\.reason) == ["case 4/2026"])
    }

    @Test("Joint owners of the dataset are told of everything that its publisher is told of")
    func jointOwners() throws {
        var ledger = try TestLedger.withEscrow()
        let proposal = try ledger.accept(Escrow.dataset(owners: ["site1", "site2", "site3"]), by: "site1")
        for owner: PartyName in ["site2", "site3"] {
            try ledger.accept(ApproveDataset(dataset: "care1", proposal: proposal), by: owner)
        }
        let request = try ledger.accept(Escrow.request(), by: "statistics")
        let writes = try #require(ledger.history.last).outcome.writes.map(\.key)
        func events() throws -> [EscrowNotice.Event?] {
            try ["site1", "site2", "site3"].map { try ledger.typed.escrowNotices(to: $0).first?.event }
        }
        #expect(writes.contains("escrow-notice/site3/\(request.hex)"))
        #expect(try events() == [.requested, .requested, .requested])
        ledger.now = ledger.now.adding(seconds: 3_600)
        for holder: PartyName in ["ministry", "audit"] { try ledger.accept(Escrow.grant(request), by: holder) }
        #expect(try events() == [.granted, .granted, .granted])
        try ledger.accept(UseOpening(request: request, used: ["ministry", "audit"], wrong: []), by: "statistics")
        #expect(try events() == [.used, .used, .used])
    }

    @Test("Nobody grants or denies his own request, or counts towards it")
    func ownRequest() throws {
        var (ledger, request) = try TestLedger.withRequest(by: "ministry")
        #expect(try ledger.refuse(Escrow.grant(request), by: "ministry") == .ownRequest)
        #expect(try ledger.refuse(DenyOpening(request: request, reason: "no"), by: "ministry") == .ownRequest)
        try ledger.accept(Escrow.grant(request), by: "audit")
        #expect(try ledger.typed.escrowRequest(request)?.status(at: ledger.now) == .open)
        #expect(
            try ledger.refuse(UseOpening(request: request, used: ["audit", "ministry"], wrong: []), by: "ministry")
                == .requestNotGranted)
        try ledger.accept(Escrow.grant(request), by: "site2")
        #expect(try ledger.typed.escrowRequest(request)?.status(at: ledger.now) == .granted)
    }

    @Test("Where the asker's own share is needed, the request is refused at once")
    func unreachable() throws {
        let rule = EscrowRule(
            owner: "site1",
            holders: .gate(
                threshold: 2,
                of: [.party("ministry"), .gate(threshold: 1, of: [.party("audit"), .party("site2")])]),
            waitSeconds: 3_600, mostGrants: 5, periodSeconds: 60)
        var (ledger, request) = try TestLedger.withRequest(rule)
        #expect(try ledger.refuse(Escrow.request(), by: "ministry") == .escrowUnreachable)
        // The required member and one of the group; the group alone is not enough.
        try ledger.accept(Escrow.grant(request), by: "audit")
        try ledger.accept(Escrow.grant(request), by: "site2")
        #expect(try ledger.typed.escrowRequest(request)?.grantedAt == nil)
        try ledger.accept(Escrow.grant(request), by: "ministry")
        #expect(try ledger.typed.escrowRequest(request)?.grantedAt != nil)
    }

    @Test("One superior alone opens nothing, and says so once only")
    func alone() throws {
        var (ledger, request) = try TestLedger.withRequest()
        try ledger.accept(Escrow.grant(request), by: "ministry")
        #expect(try ledger.refuse(Escrow.grant(request, "again"), by: "ministry") == .alreadyDecided)
        #expect(try ledger.refuse(Escrow.grant(request), by: "site3") == .notAnEscrowHolder)
        #expect(try ledger.refuse(Escrow.grant(request), by: "site1") == .notAnEscrowHolder)
        #expect(
            try ledger.refuse(UseOpening(request: request, used: ["ministry"], wrong: []), by: "statistics")
                == .requestNotGranted)
    }

    @Test("A granted request is for its own row, once, and until its end")
    func replay() throws {
        var (ledger, request) = try TestLedger.withRequest()
        let other = try ledger.accept(Escrow.request(row: 8), by: "statistics")
        for holder: PartyName in ["ministry", "audit"] { try ledger.accept(Escrow.grant(request), by: holder) }
        let stolen = UseOpening(request: other, used: ["ministry", "audit"], wrong: [])
        #expect(try ledger.refuse(stolen, by: "statistics") == .requestNotGranted)
        ledger.now = "2026-12-01T00:00:00Z"
        let late = UseOpening(request: request, used: ["ministry", "audit"], wrong: [])
        #expect(try ledger.refuse(late, by: "statistics") == .requestExpired)
    }

    @Test("The period's limit counts what was granted in full, and opens again when the period is over")
    func limit() throws {
        var ledger = try TestLedger.withEscrow()
        try ledger.accept(Escrow.dataset(), by: "site1")
        var requests = [Digest]()
        for row in 0..<4 as Range<Int64> {
            requests.append(try ledger.accept(Escrow.request(row: row), by: "statistics"))
        }
        ledger.now = ledger.now.adding(seconds: 3_600)
        for request in requests { try ledger.accept(Escrow.grant(request), by: "ministry") }
        try ledger.accept(Escrow.grant(requests[0]), by: "audit")
        ledger.now = ledger.now.adding(seconds: 10)
        try ledger.accept(Escrow.grant(requests[1]), by: "audit")
        // A third part of what is granted already counts nothing.
        try ledger.accept(Escrow.grant(requests[1]), by: "site2")
        #expect(try ledger.refuse(Escrow.grant(requests[2]), by: "audit") == .overLimit)
        ledger.now = ledger.now.adding(seconds: 86_390)
        try ledger.accept(Escrow.grant(requests[2]), by: "audit")
        #expect(try ledger.refuse(Escrow.grant(requests[3]), by: "audit") == .overLimit)
    }

    @Test("Who was wrong is named by the use, and cannot be among those who opened")
    func wrong() throws {
        var (ledger, request) = try TestLedger.withRequest()
        for holder in Escrow.rule.holders.parties { try ledger.accept(Escrow.grant(request), by: holder) }
        try ledger.accept(
            UseOpening(request: request, used: ["ministry", "site2"], wrong: ["audit"]), by: "statistics")
        #expect(try ledger.typed.escrowRequest(request)?.use?.wrong == ["audit"])
        let body = UseOpening(request: request, used: ["ministry", "audit"], wrong: ["audit"])
        #expect(throws: ContractsError.self) { try body.checkForm() }
    }

    @Test("A part is reported by the requester, once, and only of who has granted")
    func reporting() throws {
        var (ledger, request) = try TestLedger.withRequest()
        let report = ReportGrant(request: request, holder: "audit", part: TestLedger.manifest("care1"))
        #expect(try ledger.refuse(report, by: "statistics") == .requestNotGranted)
        let grant = try ledger.accept(Escrow.grant(request), by: "audit")
        #expect(try ledger.refuse(report, by: "ministry") == .notTheRequester)
        try ledger.accept(report, by: "statistics")
        let vote = try #require(try ledger.typed.escrowVotes(on: request).first)
        #expect(vote.reported == report.part && vote.transaction == grant && vote.grant != nil)
        #expect(try ledger.refuse(report, by: "statistics") == .alreadyDecided)
        let unknown = ReportGrant(request: digest("none"), holder: "audit", part: report.part)
        #expect(try ledger.refuse(unknown, by: "statistics") == .requestUnknown)
    }

    @Test("Only sealed columns of rows that are there can be asked for", arguments: ["meddol", "year", "nothing"])
    func cells(_ field: String) throws {
        var (ledger, _) = try TestLedger.withRequest()
        #expect(try ledger.refuse(Escrow.request(field: field), by: "audit") == .cellUnknown)
        #expect(try ledger.refuse(Escrow.request(row: 100), by: "audit") == .cellUnknown)
        #expect(try ledger.refuse(Escrow.request(manifest: "care9"), by: "audit") == .cellUnknown)
        #expect(throws: ContractsError.self) { try Escrow.request(row: -1).checkForm() }
    }

    @Test("A founding record whose escrow cannot be kept is no founding record", arguments: faultyRules)
    func policy(_ rule: EscrowRule) throws {
        #expect(throws: ContractsError.self) { try Escrow.record(rule).checkForm() }
    }

    private static let two: EscrowHolders = .gate(threshold: 2, of: [.party("ministry"), .party("audit")])
    private static let faultyRules = [
        EscrowRule(owner: "ministry", holders: two, mostGrants: 1, periodSeconds: 1),
        EscrowRule(owner: "nobody", holders: two, mostGrants: 1, periodSeconds: 1),
        EscrowRule(
            owner: "site1", holders: .gate(threshold: 1, of: [.party("ministry"), .party("audit")]), mostGrants: 1,
            periodSeconds: 1),
        EscrowRule(
            owner: "site1", holders: .gate(threshold: 2, of: [.party("ministry"), .party("site1")]), mostGrants: 1,
            periodSeconds: 1),
        EscrowRule(
            owner: "site1", holders: .gate(threshold: 2, of: [.party("audit"), .party("audit")]), mostGrants: 1,
            periodSeconds: 1),
        EscrowRule(
            owner: "site1", holders: .gate(threshold: 3, of: [.party("ministry"), .party("audit")]), mostGrants: 1,
            periodSeconds: 1),
        EscrowRule(owner: "site1", holders: .party("ministry"), mostGrants: 1, periodSeconds: 1),
        EscrowRule(owner: "site1", holders: two, told: ["nobody"], mostGrants: 1, periodSeconds: 1),
        EscrowRule(owner: "site1", holders: two, waitSeconds: -1, mostGrants: 1, periodSeconds: 1),
        EscrowRule(owner: "site1", holders: two, mostGrants: 0, periodSeconds: 1),
    ]
}
