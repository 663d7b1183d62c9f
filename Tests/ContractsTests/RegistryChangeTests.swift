import Contracts
import Foundation
import SharingModel
import Testing
import TransparencyLog

/// Four departments, quorum three. One block a transaction; the opening is block 0.
@Suite("Changes of the registry")
struct RegistryChangeTests {
    private let site5 = Consortium.party("site5", .department, "health")

    /// Proposes as site1 and approves as site2 and site3.
    private func decide(_ change: RegistryChange, effective: Int64? = nil, _ ledger: inout TestLedger) throws
        -> DecidedChange
    {
        let id = try ledger.accept(ProposeChange(change: change, effective: effective), by: "site1")
        try ledger.accept(ApproveChange(proposal: id), by: "site2")
        try ledger.accept(ApproveChange(proposal: id), by: "site3")
        let decided = try #require(try ledger.typed.decidedChanges().last)
        #expect(decided.proposal == id && decided.decided == Int64(ledger.history.count - 1))
        return decided
    }

    @Test("A quorum admits a department, which counts two blocks after the decision and not before")
    func admit() throws {
        var ledger = try TestLedger()
        let decided = try decide(.admit(Consortium.statement(site5)), &ledger)
        #expect(decided.effective == decided.decided + 2 && decided.party == site5)
        #expect(decided.members?.departments.map(\.name) == ["site1", "site2", "site3", "site4", "site5"])
        #expect(try ledger.typed.party("site5") == nil)
        let pool = TestLedger.pool("early", members: ["site1", "site5"])
        #expect(try ledger.refuse(pool, by: "ministry") == .unknownParty)
        #expect(Int64(ledger.history.count) == decided.effective)
        try ledger.accept(pool, by: "ministry")
        #expect(try ledger.typed.party("site5") == site5)
    }

    @Test("A proposal takes effect at the height that it names, and until then nothing else is decided")
    func statedHeight() throws {
        var ledger = try TestLedger()
        let decided = try decide(.remove("site4"), effective: 9, &ledger)
        #expect(decided.effective == 9 && decided.party == nil)
        let other = try ledger.accept(ProposeChange(change: .remove("audit")), by: "site1")
        try ledger.accept(ApproveChange(proposal: other), by: "site2")
        #expect(try ledger.refuse(ApproveChange(proposal: other), by: "site3") == .changePending)
        #expect(try ledger.typed.party("site4") != nil)
        while ledger.history.count < 10 {
            try ledger.accept(ProposeChange(change: .remove("clinic")), by: "site1")
        }
        // Three departments now, quorum three; site4's own voice is gone.
        #expect(throws: ContractsError.unknownParty("site4")) {
            try ledger.submit(ApproveChange(proposal: other), by: "site4")
        }
        try ledger.accept(ApproveChange(proposal: other), by: "site3")
        #expect(try ledger.typed.decidedChanges().count == 2)
        #expect(try ledger.typed.decidedChanges().last?.members == nil, "an auditor cosigns nothing")
    }

    @Test("Keys change under the old and the new signature, and old ones never come back")
    func rotate() throws {
        var ledger = try TestLedger()
        let new = try #require(Consortium.rekeyed("site2", as: "second"))
        let id = try ledger.accept(
            ProposeChange(change: .rotate(Consortium.statement(new, secrets: "second"))), by: "site2")
        try ledger.accept(ApproveChange(proposal: id), by: "site1")
        try ledger.accept(ApproveChange(proposal: id), by: "site4")
        let decided = try #require(try ledger.typed.decidedChanges().last)
        #expect(decided.members?.member("site2")?.cosigningKey == Consortium.key("cosign second"))
        let transaction = try ledger.transaction(ProposeChange(change: .remove("clinic")), by: "site2")
        #expect(try ledger.execute(transaction).isAccepted)
        try ledger.accept(ProposeChange(change: .remove("clinic")), by: "site1")
        let signers = try ledger.engine.requiredSigners(of: transaction, state: ledger.state)
        #expect(signers.map(\.signingKey) == [Consortium.key("sign second")])
        // Back to the first keys, and in another party's record.
        let old = try #require(Consortium.record.party("site2"))
        let back = ProposeChange(change: .rotate(try Consortium.statement(old)))
        #expect(try ledger.refuse(back, by: "site2") == .keyRetired)
    }

    @Test("Only the party itself proposes its new keys, and only its keys")
    func rotateFaults() throws {
        var ledger = try TestLedger()
        let new = try #require(Consortium.rekeyed("site2", as: "second"))
        let change = RegistryChange.rotate(try Consortium.statement(new, secrets: "second"))
        #expect(try ledger.refuse(ProposeChange(change: change), by: "site1") == .roleNotAllowed)
        let same = try #require(Consortium.record.party("site2"))
        #expect(
            try ledger.refuse(ProposeChange(change: .rotate(Consortium.statement(same))), by: "site2")
                == .statementInvalid)
        let elsewhere = Party(
            name: "site2", role: .department, section: "tax", area: nil, superior: nil, signingKey: new.signingKey,
            cosigningKey: new.cosigningKey, sealingKey: new.sealingKey)
        let moved = ProposeChange(change: .rotate(try Consortium.statement(elsewhere, secrets: "second")))
        #expect(try ledger.refuse(moved, by: "site2") == .statementInvalid)
    }

    @Test("Statements that do not prove their keys, or are for another ledger, are refused")
    func statements() throws {
        var ledger = try TestLedger()
        let faulty = [
            try Consortium.statement(site5, signing: "sign another"),
            try Consortium.statement(site5, cosigning: "cosign another"),
            try Consortium.statement(site5, ledger: Consortium.identity("tax")),
        ]
        for statement in faulty {
            let body = ProposeChange(change: .admit(statement))
            #expect(try ledger.refuse(body, by: "site1") == .statementInvalid)
        }
        // Another's sealing key, which proves nothing by itself, and another's signing key.
        let thief = Party(
            name: "site5", role: .department, section: "health", area: nil, superior: nil,
            signingKey: site5.signingKey, cosigningKey: site5.cosigningKey,
            sealingKey: try #require(Consortium.record.party("site1")).sealingKey)
        #expect(
            try ledger.refuse(ProposeChange(change: .admit(Consortium.statement(thief))), by: "site1")
                == .changeInvalid)
        #expect(
            try ledger.refuse(
                ProposeChange(change: .admit(Consortium.statement(Consortium.party("site1", .department, "health")))),
                by: "site1") == .alreadyExists)
    }

    @Test(
        "Area and superior change; no superior goes while it has departments, and no section loses its last department")
    func places() throws {
        var ledger = try TestLedger()
        #expect(try ledger.refuse(ProposeChange(change: .remove("ministry")), by: "site1") == .changeInvalid)
        let place = RegistryChange.Placement(of: "site1", area: "north", superior: nil)
        let decided = try decide(.place(place), &ledger)
        #expect(decided.party?.area == "north" && decided.members == nil)
        try ledger.accept(ProposeChange(change: .remove("audit")), by: "site1")
        try ledger.accept(ProposeChange(change: .remove("ministry")), by: "site1")
        #expect(try ledger.typed.party("site1")?.area == "north")
        #expect(
            try ledger.refuse(
                ProposeChange(change: .place(.init(of: "site2", area: nil, superior: "audit"))), by: "site1")
                == .changeInvalid)
        #expect(try ledger.refuse(ProposeChange(change: .remove("taxes")), by: "site1") == .changeInvalid)
    }

    @Test("A removed department can be admitted again, with new keys only")
    func readmission() throws {
        var ledger = try TestLedger()
        _ = try decide(.remove("site4"), &ledger)
        try ledger.accept(ProposeChange(change: .remove("clinic")), by: "site1")
        let again = try #require(Consortium.record.party("site4"))
        try ledger.accept(ProposeChange(change: .remove("clinic")), by: "site1")
        #expect(
            try ledger.refuse(ProposeChange(change: .admit(Consortium.statement(again))), by: "site1") == .keyRetired)
        let fresh = Party(
            name: "site4", role: .department, section: "health", area: nil, superior: nil,
            signingKey: Consortium.key("sign fresh"), cosigningKey: Consortium.key("cosign fresh"),
            sealingKey: Consortium.party("fresh", .auditor).sealingKey)
        _ = try decide(.admit(Consortium.statement(fresh, secrets: "fresh")), &ledger)
    }

    @Test("Two valid cosignatures for different trees of one size are recorded once; anything else is not proven")
    func equivocation() throws {
        var ledger = try TestLedger()
        let (a, b) = (digest("a"), digest("b"))
        let key = Consortium.key("cosign site2")
        let report = ReportEquivocation(
            party: "site2", key: key, size: 9, try Consortium.said("site2", root: a, size: 9),
            try Consortium.said("site2", root: b, size: 9))
        let faulty = [
            ReportEquivocation(
                party: "site2", key: key, size: 9, try Consortium.said("site2", root: a, size: 9),
                try Consortium.said("site2", root: b, size: 10)),
            ReportEquivocation(
                party: "site3", key: key, size: 9, try Consortium.said("site3", root: a, size: 9),
                try Consortium.said("site3", root: b, size: 9)),
            // A key that the reporter made up.
            ReportEquivocation(
                party: "site2", key: Consortium.key("mine"), size: 9,
                try Consortium.said("site2", root: a, size: 9, secret: "mine"),
                try Consortium.said("site2", root: b, size: 9, secret: "mine")),
        ]
        for body in faulty { #expect(try ledger.refuse(body, by: "site1") == .equivocationUnproven) }
        try ledger.accept(report, by: "statistics")
        #expect(try ledger.refuse(report, by: "site1") == .alreadyExists)
        let record = try #require(try ledger.typed.equivocations().first)
        #expect(record.party == "site2" && Set(record.roots) == [a, b] && record.size == 9)
        #expect(try ledger.typed.party("site2") != nil, "it stays a member until it is removed")
    }

    @Test("A cosignature that was given up in a settlement of all departments is no equivocation")
    func settlement() throws {
        var ledger = try TestLedger()
        try ledger.accept(ProposeChange(change: .remove("clinic")), by: "site1")
        let (kept, lost, batch) = (digest("kept"), digest("lost"), digest("batch"))
        let all = try ["site1", "site2", "site3", "site4"].map { (name: PartyName) in
            try Consortium.settlement(
                name, batch: batch, height: 1,
                givesUp: name == "site2" ? Settlement.Tree(root: lost, size: 9) : nil)
        }
        for short in [Array(all.dropLast()), all.reversed(), all + all] {
            #expect(try ledger.refuse(SettleHeight(height: 1, statements: short), by: "site1") == .settlementInvalid)
        }
        #expect(try ledger.refuse(SettleHeight(height: 2, statements: all), by: "site1") == .settlementInvalid)
        let other = try Consortium.settlement("site4", batch: digest("other"), height: 1)
        #expect(
            try ledger.refuse(SettleHeight(height: 1, statements: all.dropLast() + [other]), by: "site1")
                == .settlementInvalid)
        try ledger.accept(SettleHeight(height: 1, statements: all), by: "site3")
        #expect(try ledger.refuse(SettleHeight(height: 1, statements: all), by: "site1") == .alreadyExists)
        func report(_ party: PartyName) throws -> ReportEquivocation {
            ReportEquivocation(
                party: party, key: Consortium.key("cosign \(party)"), size: 9,
                try Consortium.said(party, root: kept, size: 9), try Consortium.said(party, root: lost, size: 9))
        }
        #expect(try ledger.refuse(report("site2"), by: "site1") == .voteGivenUp)
        try ledger.accept(report("site3"), by: "site1")
    }
}
