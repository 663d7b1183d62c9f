import BlobStore
import Contracts
import Multiprecision
import Paillier
import SharingModel
import Testing

@Suite("Deposits that are refreshed, moved and dealt anew")
struct RenewedEscrowTests {
    @Test(
        "Holders refresh a deposit without its owner; it is in force when all have acknowledged, and old parts are over"
    )
    func refreshing() throws {
        var escrow = try RenewedEscrow()
        let request = try escrow.request()
        try escrow.ledger.accept(Escrow.grant(request), by: "ministry")
        let id = try escrow.propose(by: "audit", dealers: ["audit", "ministry"])
        try escrow.dealZero(id, by: "audit", "ministry")
        try escrow.acknowledge(id, by: "ministry", "audit")
        // A holder who never acknowledges stops nothing: the shares before work on.
        #expect(try escrow.ledger.typed.deposit(of: "site1")?.record.epoch == 1)
        #expect(try escrow.ledger.refuse(Escrow.grant(request, epoch: 2), by: "audit") == .epochOver)
        try escrow.acknowledge(id, by: "site2")
        let deposit = try #require(try escrow.ledger.typed.deposit(of: "site1"))
        #expect(deposit.id == id && deposit.record.epoch == 2 && deposit.isComplete && deposit.shares.isEmpty)
        #expect(try escrow.ledger.typed.deposit(of: "site1", pool: nil, epoch: 1)?.id == escrow.deposit)
        #expect(try escrow.ledger.refuse(Escrow.grant(request), by: "audit") == .epochOver)
        // What was granted with the old shares counts for nothing, and is given again.
        try escrow.ledger.accept(Escrow.grant(request, epoch: 2), by: "audit")
        #expect(try escrow.ledger.typed.escrowRequest(request)?.grantedAt == nil)
        try escrow.ledger.accept(Escrow.grant(request, epoch: 2), by: "ministry")
        #expect(try escrow.ledger.typed.escrowRequest(request)?.grantedEpoch == 2)
        try escrow.ledger.accept(
            UseOpening(request: request, used: ["audit", "ministry"], wrong: []), by: "statistics")
    }

    @Test("What was granted in full before the change is opened with what was given then, and with nothing else")
    func grantedBefore() throws {
        var escrow = try RenewedEscrow()
        let request = try escrow.request()
        for holder: PartyName in ["ministry", "audit"] {
            try escrow.ledger.accept(Escrow.grant(request), by: holder)
        }
        try escrow.refresh()
        for epoch in [1, 2] {
            let refused = try escrow.ledger.submit(Escrow.grant(request, epoch: epoch), by: "site2").outcome.refusal
            #expect(refused?.code == .epochOver)
            #expect(refused?.description.contains("what was given then opens it") == true)
        }
        try escrow.ledger.accept(
            UseOpening(request: request, used: ["audit", "ministry"], wrong: []), by: "statistics")
    }

    @Test("A denial stands across the change; a grant does not")
    func denialStands() throws {
        var escrow = try RenewedEscrow()
        let request = try escrow.request()
        try escrow.ledger.accept(DenyOpening(request: request, reason: "no legal basis"), by: "audit")
        try escrow.ledger.accept(Escrow.grant(request), by: "ministry")
        try escrow.refresh()
        #expect(try escrow.ledger.refuse(Escrow.grant(request, epoch: 2), by: "audit") == .alreadyDecided)
        // Who had granted may deny now; with the denial of before that is the end of it.
        try escrow.ledger.accept(DenyOpening(request: request, reason: "not any more"), by: "ministry")
        #expect(try escrow.ledger.typed.escrowRequest(request)?.deniedAt != nil)
    }

    @Test("Who holds is changed by a quorum of departments; the shares follow, and a holder that left grants no more")
    func moving() throws {
        var escrow = try RenewedEscrow()
        let before = try escrow.request()
        try escrow.decide(Escrow.moved)
        #expect(try escrow.ledger.typed.escrowRule(for: "site1") == Escrow.moved)
        // What was published is opened by those who hold its key; new data come under the policy of now.
        try escrow.ledger.accept(Escrow.grant(before), by: "audit")
        #expect(try escrow.ledger.refuse(Escrow.dataset("care2"), by: "site1") == .escrowMissing)
        #expect(try escrow.ledger.refuse(escrow.proposal(["ministry"]), by: "ministry") == .dealersInsufficient)
        #expect(try escrow.ledger.refuse(escrow.proposal(["ministry", "audit"]), by: "site3") == .notAHolder)
        let id = try escrow.propose(by: "ministry", dealers: ["ministry", "audit"])
        try escrow.dealOwn(id, over: Escrow.moved, by: "ministry", "audit")
        #expect(try escrow.ledger.refuse(escrow.acknowledgement(id), by: "audit") == .notAHolder)
        try escrow.acknowledge(id, by: "ministry", "site2", "site3")
        let deposit = try #require(try escrow.ledger.typed.deposit(of: "site1"))
        #expect(deposit.holders == ["ministry", "site2", "site3"] && deposit.record.factor > 1)
        try escrow.ledger.accept(Escrow.dataset("care2"), by: "site1")
        #expect(try escrow.ledger.refuse(Escrow.grant(before, epoch: 2), by: "audit") == .notAnEscrowHolder)
        for holder: PartyName in ["site2", "site3"] {
            try escrow.ledger.accept(Escrow.grant(before, epoch: 2), by: holder)
        }
        #expect(try escrow.ledger.typed.escrowRequest(before)?.grantedEpoch == 2)
        // Nobody counts towards his own request, a new holder neither.
        let own = try escrow.ledger.accept(Escrow.request(row: 8), by: "site3")
        #expect(try escrow.ledger.refuse(Escrow.grant(own, epoch: 2), by: "site3") == .ownRequest)
        // The auditor is in no rule any more, and can leave.
        try escrow.decide(.remove("audit"))
        #expect(try escrow.ledger.typed.party("audit") == nil)
    }

    @Test("A party that a rule names cannot be removed, and a rule that cannot be kept is not decided")
    func soundness() throws {
        var escrow = try RenewedEscrow()
        #expect(try escrow.ledger.refuse(ProposeChange(change: .remove("audit")), by: "site1") == .changeInvalid)
        for holders: EscrowHolders in [
            .gate(threshold: 1, of: [.party("ministry"), .party("site2")]),
            .gate(threshold: 2, of: [.party("ministry"), .party("site1")]),
            .gate(threshold: 2, of: [.party("ministry"), .party("nobody")]),
        ] {
            let rule = EscrowRule(owner: "site1", holders: holders, mostGrants: 1, periodSeconds: 1)
            #expect(try escrow.ledger.refuse(ProposeChange(change: .escrow(rule)), by: "site1") == .changeInvalid)
        }
        let both = ProposeChange(change: .escrow(Escrow.moved))
        #expect(try escrow.ledger.refuse(both, by: "ministry") == .roleNotAllowed)
        try escrow.ledger.accept(both, by: "site1")
    }

    @Test("A wrong dealing is its dealer's refused transaction, and a complaint leaves in force what was in force")
    func cheating() throws {
        var escrow = try RenewedEscrow()
        let id = try escrow.propose(by: "ministry", dealers: ["ministry", "audit"])
        let other = try escrow.shares[0].dealResharing(under: escrow.key, over: escrow.key.structure).commitments
        #expect(try escrow.ledger.refuse(escrow.dealing(id, other), by: "ministry") == .dealingInvalid)
        let zero = try escrow.key.dealRefreshing().commitments
        #expect(try escrow.ledger.refuse(escrow.dealing(id, zero, count: 2), by: "ministry") == .dealingInvalid)
        #expect(try escrow.ledger.refuse(escrow.dealing(id, zero), by: "site2") == .notAHolder)
        #expect(try escrow.ledger.refuse(escrow.dealing(digest("x"), zero), by: "audit") == .ceremonyUnknown)
        try escrow.dealZero(id, by: "ministry", "audit")
        // Not one of the pool's ceremonies, and not by another digest.
        let wrong = AcknowledgeDeposit(owner: "site1", deposit: id, key: digest("other values"))
        #expect(try escrow.ledger.refuse(wrong, by: "audit") == .ceremonyUnknown)
        #expect(
            try escrow.ledger.refuse(AcknowledgeDeposit(owner: "site1", deposit: id), by: "audit") == .ceremonyUnknown)
        func complaint(_ dealer: PartyName) -> ComplainOfDeposit {
            ComplainOfDeposit(
                owner: "site1", deposit: id, reason: "is not the share that was published", dealer: dealer)
        }
        #expect(try escrow.ledger.refuse(complaint("site2"), by: "site2") == .notAHolder)
        try escrow.ledger.accept(complaint("audit"), by: "site2")
        #expect(try escrow.ledger.refuse(escrow.acknowledgement(id), by: "audit") == .ceremonyEnded)
        #expect(try escrow.ledger.typed.deposit(of: "site1")?.id == escrow.deposit)
        try escrow.refresh()
        #expect(try escrow.ledger.typed.deposit(of: "site1")?.record.epoch == 2)
    }

    @Test("Only its proposer and the owner begin a ceremony anew, unless the proposer is gone")
    func pending() throws {
        var escrow = try RenewedEscrow()
        _ = try escrow.propose(by: "site2", dealers: ["site2"])
        let again = escrow.proposal(["audit"])
        let refused = try escrow.ledger.submit(again, by: "audit").outcome.refusal
        #expect(refused?.code == .ceremonyPending)
        #expect(
            refused.map { !$0.description.contains("?") && $0.description.contains("key for fields of site1") } == true)
        try escrow.ledger.accept(again, by: "site1")
        #expect(try escrow.ledger.refuse(escrow.proposal(["statistics"]), by: "site1") == .dealersInsufficient)
        #expect(try escrow.ledger.refuse(again, by: "statistics") == .notAHolder)
        let nobody = RenewDeposit(owner: "site3", dealers: ["audit"])
        #expect(try escrow.ledger.refuse(nobody, by: "audit") == .escrowMissing)
    }

    @Test("An owner deals anew; the deposit before stays in force until all of the new holders have acknowledged")
    func dealingAnew() throws {
        var escrow = try RenewedEscrow()
        #expect(try escrow.ledger.refuse(Escrow.dealt().body, by: "site1") == .alreadyExists)
        #expect(try escrow.ledger.refuse(Escrow.dealt(epoch: 3).body, by: "site1") == .depositInvalid)
        try escrow.decide(Escrow.moved)
        #expect(try escrow.ledger.refuse(Escrow.dealt(epoch: 2).body, by: "site1") == .depositInvalid)
        let request = try escrow.request()
        // Beside a renewal that was begun: the first that all have acknowledged counts, and ends the other.
        _ = try escrow.propose(by: "ministry", dealers: ["ministry", "audit"])
        let id = try escrow.ledger.accept(Escrow.dealt(Escrow.moved, epoch: 2).body, by: "site1")
        for holder: PartyName in ["ministry", "site2", "site3"] {
            #expect(try escrow.ledger.typed.deposit(of: "site1")?.id == escrow.deposit)
            #expect(try escrow.ledger.typed.pendingDeposit(of: "site1")?.id == id)
            try escrow.ledger.accept(AcknowledgeDeposit(owner: "site1", deposit: id), by: holder)
        }
        #expect(try escrow.ledger.typed.deposit(of: "site1")?.id == id)
        #expect(try escrow.ledger.typed.pendingDeposit(of: "site1") == nil)
        #expect(try escrow.ledger.typed.ceremony(of: .fields("site1")) == nil)
        #expect(try escrow.ledger.refuse(Escrow.grant(request), by: "ministry") == .epochOver)
        for holder: PartyName in ["ministry", "site3"] {
            try escrow.ledger.accept(Escrow.grant(request, epoch: 2), by: holder)
        }
    }

    @Test("Refused and recorded: a complaint of a deposit that was dealt anew leaves the one before in force")
    func complaintOfAnew() throws {
        var escrow = try RenewedEscrow()
        let id = try escrow.ledger.accept(Escrow.dealt(epoch: 2).body, by: "site1")
        try escrow.ledger.accept(ComplainOfDeposit(owner: "site1", deposit: id, reason: "not mine"), by: "audit")
        #expect(try escrow.ledger.typed.deposit(of: "site1")?.id == escrow.deposit)
        try escrow.ledger.accept(Escrow.dataset("care2"), by: "site1")
        let again = try escrow.ledger.accept(Escrow.dealt(epoch: 2).body, by: "site1")
        for holder in Escrow.rule.holders.parties {
            try escrow.ledger.accept(AcknowledgeDeposit(owner: "site1", deposit: again), by: holder)
        }
        #expect(try escrow.ledger.typed.deposit(of: "site1")?.id == again)
    }

    @Test("What the grant wrote that made a request whole shows how many the period had, and its outcome commits to it")
    func count() throws {
        var escrow = try RenewedEscrow()
        for row in 0..<2 as Range<Int64> {
            let request = try escrow.request(row: row)
            try escrow.ledger.accept(Escrow.grant(request), by: "ministry")
            let last = try escrow.ledger.accept(Escrow.grant(request), by: "audit")
            let outcome = try #require(escrow.ledger.history.last { $0.transaction.id == last }).outcome
            let granted = try #require(try escrow.ledger.typed.escrowRequest(request))
            let vote = try #require(try escrow.ledger.typed.escrowVotes(on: request).first { $0.holder == "audit" })
            let times = try escrow.ledger.typed.escrowRequests().compactMap(\.grantedAt).sorted()
            #expect(times.count == Int(row) + 1)
            let writes = try granted.grantedWrites(by: vote, count: EscrowCount(times: times), told: ["clinic"])
            #expect(try writes.digest() == outcome.writesDigest() && writes == outcome.writes)
            let more = try granted.grantedWrites(
                by: vote, count: EscrowCount(times: times.dropLast()), told: ["clinic"])
            #expect(try more.digest() != outcome.writesDigest())
        }
    }
}

/// site1's escrow in force, with a dataset, and the shares of its holders.
private struct RenewedEscrow {
    var ledger: TestLedger
    let key: ThresholdKey
    let shares: [KeyShare]
    let deposit: Digest

    init() throws {
        ledger = try TestLedger.withEscrowPolicy()
        try ledger.accept(Escrow.registration(), by: "site1")
        let dealt = try Escrow.dealt()
        (key, shares) = (dealt.key, dealt.shares)
        deposit = try ledger.accept(dealt.body, by: "site1")
        for holder in Escrow.rule.holders.parties {
            try ledger.accept(AcknowledgeDeposit(owner: "site1", deposit: deposit), by: holder)
        }
        try ledger.accept(Escrow.dataset(), by: "site1")
    }

    /// A request of statistics whose waiting time is over.
    mutating func request(row: Int64 = 7) throws -> Digest {
        let request = try ledger.accept(Escrow.request(row: row), by: "statistics")
        ledger.now = ledger.now.adding(seconds: 3_600)
        return request
    }

    func proposal(_ dealers: [PartyName]) -> RenewDeposit { RenewDeposit(owner: "site1", dealers: dealers) }

    mutating func propose(by party: PartyName, dealers: [PartyName]) throws -> Digest {
        try ledger.accept(proposal(dealers), by: party)
    }

    func dealing(_ ceremony: Digest, _ commitments: ShareCommitments, count: Int = 3) -> DealDeposit {
        DealDeposit(
            owner: "site1", ceremony: ceremony, commitments: commitments,
            shares: (0..<count).map { cid("dealt \($0)", .raw) })
    }

    mutating func dealZero(_ ceremony: Digest, by dealers: PartyName...) throws {
        for dealer in dealers {
            try ledger.accept(dealing(ceremony, key.dealRefreshing().commitments), by: dealer)
        }
    }

    mutating func dealOwn(_ ceremony: Digest, over rule: EscrowRule, by dealers: PartyName...) throws {
        for dealer in dealers {
            let place = try #require(Escrow.rule.holders.parties.firstIndex(of: dealer))
            let dealt = try shares[place].dealResharing(under: key, over: rule.structure())
            try ledger.accept(dealing(ceremony, dealt.commitments), by: dealer)
        }
    }

    func acknowledgement(_ ceremony: Digest) throws -> AcknowledgeDeposit {
        let values = try ledger.typed.ceremony(of: .fields("site1"))?.key
        return AcknowledgeDeposit(owner: "site1", deposit: ceremony, key: try values?.digest())
    }

    mutating func acknowledge(_ ceremony: Digest, by holders: PartyName...) throws {
        for holder in holders { try ledger.accept(acknowledgement(ceremony), by: holder) }
    }

    mutating func refresh() throws {
        let id = try propose(by: "ministry", dealers: ["ministry", "site2"])
        try dealZero(id, by: "ministry", "site2")
        try acknowledge(id, by: "ministry", "audit", "site2")
    }

    /// Three of four departments agree; it takes effect two blocks later.
    mutating func decide(_ rule: EscrowRule) throws { try decide(.escrow(rule)) }

    mutating func decide(_ change: RegistryChange) throws {
        let id = try ledger.accept(ProposeChange(change: change), by: "site1")
        for site: PartyName in ["site2", "site3"] { try ledger.accept(ApproveChange(proposal: id), by: site) }
        for status in [DepartmentStatus.busy, .idle, .busy, .idle] {
            try ledger.accept(SetStatus(status: status), by: "site4")
        }
    }
}
