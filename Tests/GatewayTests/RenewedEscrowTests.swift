import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
import Gateway
import KeyVault
import Ledger
import Paillier
import QueryPlans
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

@Suite("Escrow whose shares are refreshed and moved")
struct RenewedEscrowTests {
    @Test(
        "Holders refresh the shares without the owner; who asked before is served by the new ones, and evidence holds")
    func refreshing() async throws {
        let consortium = try await EscrowConsortium.published()
        try consortium.base.vault("site1").remove("fields")
        let request = try await consortium.request()
        _ = try await consortium.grant(request, by: "ministry")
        let old = try consortium.share(of: "audit").share
        try await consortium.renew(moves: false, by: "audit")
        #expect(try consortium.share(of: "audit").key.epoch == 2)
        for holder in EscrowConsortium.holders {
            #expect(
                try consortium.base.secrets(holder).count { $0.hasPrefix("escrow.") } == 1, "\(holder) kept a share")
        }
        // The ministry's part was made with its old share, and is handed out to nobody.
        let second = try await consortium.grant(request, by: "site2")
        #expect(!second.isHandedOut && second.request.grantedAt == nil)
        #expect(try await consortium.grant(request, by: "ministry").isHandedOut)
        _ = try await consortium.grant(request, by: "site2")
        #expect(try await consortium.open(request).value == EscrowConsortium.names[3])
        // The old share makes no part of the new epoch.
        let (_, key) = try consortium.share(of: "audit")
        #expect(throws: PaillierError.self) {
            try old.withSerialized { try KeyShare(serialized: $0, under: key) }
        }
        try consortium.cosign()
        try expectProven(consortium, request, epoch: 2)
    }

    @Test(
        "The policy names another holder: the shares are moved to it without the owner's key, and who left opens nothing"
    )
    func moving() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        await #expect(throws: GatewayError.self) { try await consortium.renew(moves: true, by: "audit") }
        try await consortium.decide(EscrowConsortium.moved)
        await #expect(throws: GatewayError.self) { try await consortium.renew(moves: false, by: "audit") }
        try await expectRefused(.escrowMissing) { _ = try await consortium.publish("later") }
        try consortium.base.vault("site1").remove("fields")
        // Those of before grant until the new ones have their shares.
        _ = try await consortium.grant(request, by: "audit")
        try await consortium.renew(moves: true, by: "ministry")
        try await expectRefused(.notAnEscrowHolder, seenBy: consortium.session("site1")) {
            _ = try await consortium.grant(request, by: "audit")
        }
        _ = try await AcknowledgeDeposits().run(as: consortium.session("audit"))
        #expect(try !consortium.base.secrets("audit").contains { $0.hasPrefix("escrow.") })
        for holder in ["site2", "clinic", "site2"] { _ = try await consortium.grant(request, by: holder) }
        #expect(try await consortium.open(request).value == EscrowConsortium.names[3])
        try consortium.cosign()
        try expectProven(consortium, request, epoch: 2)
        // What is asked for now has the new holders from the beginning.
        let after = try await consortium.request(row: 7)
        for holder in ["ministry", "clinic", "ministry"] { _ = try await consortium.grant(after, by: holder) }
        #expect(try await consortium.open(after).value == EscrowConsortium.names[7])
        try consortium.cosign()
        try expectProven(consortium, after, epoch: 2)
    }

    @Test(
        "What was granted in full before the shares were renewed is opened with the parts of then, and proven by them")
    func grantedBefore() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        for holder in ["ministry", "site2", "ministry"] { _ = try await consortium.grant(request, by: holder) }
        try await consortium.renew(moves: false, by: "ministry")
        try await expectRefused(.epochOver, seenBy: consortium.session("site1")) {
            _ = try await consortium.grant(request, by: "audit")
        }
        #expect(try await consortium.open(request).value == EscrowConsortium.names[3])
        try consortium.cosign()
        try expectProven(consortium, request, epoch: 1)
    }

    @Test(
        "An owner that has its key deals anew to those whom the policy names now, and for a holder who lost its share")
    func dealingAnew() async throws {
        let consortium = try await EscrowConsortium.published()
        for name in try consortium.base.secrets("audit") where name.hasPrefix("escrow.") {
            try consortium.base.vault("audit").remove(#require(SecretName(name)))
        }
        try await expectRefused(.alreadyExists) {
            _ = try await DepositKeyShares().run(as: consortium.session("site1"))
        }
        let request = try await consortium.request()
        try await expectRefused(.shareMissing) { _ = try await consortium.grant(request, by: "audit") }
        let dealt = try await DepositKeyShares(anew: true).run(as: consortium.session("site1"))
        // A command that was killed before it could tell of it tells of this one.
        let again = try await DepositKeyShares(anew: true).run(as: consortium.session("site1"))
        #expect(again.receipt.transaction == dealt.receipt.transaction)
        for holder in EscrowConsortium.holders {
            #expect(try await AcknowledgeDeposits().run(as: consortium.session(holder)).map(\.epoch) == [2])
        }
        for holder in ["audit", "site2", "audit"] { _ = try await consortium.grant(request, by: holder) }
        #expect(try await consortium.open(request).value == EscrowConsortium.names[3])
        try consortium.cosign()
        try expectProven(consortium, request, epoch: 2)
        try await consortium.decide(EscrowConsortium.moved)
        _ = try await DepositKeyShares().run(as: consortium.session("site1"))
        for holder in ["ministry", "site2", "clinic"] {
            #expect(try await AcknowledgeDeposits().run(as: consortium.session(holder)).map(\.epoch) == [3])
        }
        let after = try await consortium.request(row: 4)
        for holder in ["clinic", "site2", "clinic"] { _ = try await consortium.grant(after, by: holder) }
        #expect(try await consortium.open(after).value == EscrowConsortium.names[4])
        try consortium.cosign()
        try expectProven(consortium, after, epoch: 3)
    }

    @Test("A dealer that sends two holders each other's share is complained of, and the shares of before open on")
    func cheatingDealer() async throws {
        let consortium = try await EscrowConsortium.published()
        let proposed = try await RenewDepositShares(owner: name("site1"), moves: false, dealers: [name("ministry")])
            .run(as: consortium.session("audit"))
        let dealt = try await DealDepositShares(owner: name("site1"), ceremony: proposed.receipt.transaction.hex)
            .run(as: consortium.session("ministry"))
        func ceremony() throws -> ShareCeremony {
            try #require(try consortium.session("ministry").state { try $0.ceremony(of: .fields(name("site1"))) })
        }
        let first = try ceremony()
        #expect(first.id == proposed.receipt.transaction && dealt.missing.isEmpty)
        // Again, by a dealer who swaps what it seals.
        _ = try await RenewDepositShares(
            owner: name("site1"), moves: false, dealers: [name("audit"), name("ministry")]
        ).run(as: consortium.session("audit"))
        let honest = try #require(first.dealings.first)
        let swapped = DealDeposit(
            owner: try name("site1"), ceremony: try ceremony().id, commitments: honest.commitments,
            shares: [honest.shares[1], honest.shares[0], honest.shares[2]])
        #expect(try await consortium.base.submit(swapped, as: "ministry").isAccepted)
        // Who deals says for which ceremony: this one took the place of the first.
        for wrong in [first.id.hex, ""] {
            await #expect(throws: GatewayError.self) {
                try await DealDepositShares(owner: name("site1"), ceremony: wrong).run(as: consortium.session("audit"))
            }
        }
        _ = try await DealDepositShares(owner: name("site1"), ceremony: ceremony().id.hex)
            .run(as: consortium.session("audit"))
        let answers = try await AcknowledgeDeposits().run(as: consortium.session("audit"))
        #expect(answers.first?.complaint?.contains("what ministry dealt") == true, "\(answers)")
        let ended = try ceremony()
        #expect(ended.complaint?.dealer.text == "ministry" && ended.complaint?.by.text == "audit")
        let request = try await consortium.request()
        for holder in ["ministry", "audit", "ministry"] { _ = try await consortium.grant(request, by: holder) }
        #expect(try await consortium.open(request).value == EscrowConsortium.names[3])
    }

    @Test("A pool's key in escrow is refreshed too, and opens the results of before without its custodian")
    func poolsKey() async throws {
        let consortium = try await RecoveryConsortium.lost()
        let owner: PartyName = try name("ministry")
        let pool: PoolName = try name("health")
        let proposed = try await RenewDepositShares(owner: owner, pool: pool, moves: false)
            .run(as: consortium.session("site1"))
        for dealer in proposed.dealers {
            _ = try await DealDepositShares(owner: owner, pool: pool, ceremony: proposed.receipt.transaction.hex)
                .run(as: consortium.session(dealer.text))
        }
        for holder in RecoveryConsortium.holders {
            let answers = try await AcknowledgeDeposits().run(as: consortium.session(holder))
            #expect(answers.map(\.epoch) == [2] && answers.map(\.pool) == [pool])
        }
        let request = try await consortium.request()
        for holder in ["audit", "site1", "audit"] { _ = try await consortium.grant(request, by: holder) }
        _ = try await consortium.open(request)
        try consortium.base.expectOpened(consortium.result)
        try consortium.base.cosign()
        let file = try consortium.base.evidence(of: consortium.result)
        let report = try EvidenceVerifier().verify(EvidenceFile(reading: file))
        #expect(report.table == (try consortium.session("statistics").show(result: consortium.result).table))
        #expect(report.proven.contains { $0.contains("it was number 1 of at most 3 requests to ministry") })
        if try Peers.areThere() {
            let (status, second) = try SecondVerifier.run(on: file)
            #expect(status == 0 && second["table"]?["rows"] == report.table.map { .array($0.rows.map { .array($0) }) })
        }
        let workshop = try EvidenceWorkshop(file)
        for index in workshop.proofs.indices {
            var altered = workshop
            altered.proofs.remove(at: index)
            try GatewayTests.expectRefused(altered, in: consortium.base.folder)
        }
    }

    /// Both verifiers take the evidence with the value, and turn it down with any transaction left out, or other values.
    private func expectProven(_ consortium: EscrowConsortium, _ request: Digest, epoch: Int) throws {
        let file = try consortium.evidence(of: request, withValue: true)
        let report = try verifyCell(file)
        #expect(report.cell?.value.hasPrefix("Patient Number") == true)
        #expect(report.proven.contains { $0.contains("of at most 3 requests to site1") }, "\(report.notProven)")
        if try Peers.areThere() {
            let (status, second) = try SecondVerifier.run(on: file)
            #expect(status == 0 && second["cell"]?["value"] == report.cell.map { .string($0.value) }, "\(second)")
        }
        let workshop = try CellWorkshop(file)
        #expect((workshop.sharedKey?.key.epoch ?? 1) == epoch)
        for index in workshop.proofs.indices where try isNeeded(workshop.proofs[index], of: workshop) {
            var altered = workshop
            altered.proofs.remove(at: index)
            try expectRefused(altered, in: consortium.base.folder)
        }
        guard let values = workshop.sharedKey else { return }
        var altered = workshop
        altered.sharedKey = nil
        if try !isDealtAnew(values, workshop) { try expectRefused(altered, in: consortium.base.folder) }
        altered.sharedKey = PublishedValues(of: values.subject, holders: values.holders.reversed(), key: values.key)
        try expectRefused(altered, in: consortium.base.folder)
    }

    /// All but what was given with shares that others have taken the place of, and what was said of those shares.
    private func isNeeded(_ proof: TransactionProof, of workshop: CellWorkshop) throws -> Bool {
        let epoch = workshop.sharedKey?.key.epoch ?? 1
        switch try Transaction(proof.envelope).body {
        case let grant as GrantOpening: return (grant.epoch ?? 1) == epoch
        case let said as AcknowledgeDeposit:
            if said.key != nil { return true }
            let deposits = try workshop.proofs.filter { try Transaction($0.envelope).body is DepositKey }
            let own = try deposits.first { $0.envelope.id == said.deposit }.map { try Transaction($0.envelope).body }
            return (own as? DepositKey)?.record.epoch == epoch
        default: return true
        }
    }

    private func isDealtAnew(_ values: PublishedValues, _ workshop: CellWorkshop) throws -> Bool {
        try workshop.proofs.contains { (try Transaction($0.envelope).body as? DepositKey)?.record == values.key }
    }
}

extension EscrowConsortium {
    /// New shares for those whom the policy names: all dealers deal, and all holders acknowledge.
    fileprivate func renew(moves: Bool, by party: String) async throws {
        let owner: PartyName = try name("site1")
        let proposed = try await RenewDepositShares(owner: owner, moves: moves).run(as: session(party))
        // A command that was killed has proposed it already.
        let again = try await RenewDepositShares(owner: owner, moves: moves).run(as: session(party))
        #expect(again.receipt.transaction == proposed.receipt.transaction)
        for dealer in proposed.dealers {
            let deal = DealDepositShares(owner: owner, ceremony: proposed.receipt.transaction.hex)
            let dealt = try await deal.run(as: session(dealer.text))
            let same = try await deal.run(as: session(dealer.text))
            #expect(dealt.receipt.transaction == same.receipt.transaction)
        }
        for holder in proposed.holders {
            let answers = try await AcknowledgeDeposits().run(as: session(holder.text))
            #expect(answers.map(\.complaint) == [nil])
        }
        // Who was not last learns with its next command that the shares before are over.
        for holder in proposed.holders { _ = try await AcknowledgeDeposits().run(as: session(holder.text)) }
        #expect(try session(party).state { try $0.deposit(of: owner) }?.id == proposed.receipt.transaction)
    }

    /// Both departments agree, and two blocks go by.
    fileprivate func decide(_ rule: EscrowRule) async throws {
        let proposal = try await session("site1").propose(.escrow(rule))
        _ = try await session("site2").approveChange(proposal.transaction.hex)
        try cosign()
        for row in 0..<3 {
            _ = try await request(row: row, by: "clinic")
            try cosign()
        }
        #expect(try session("site2").state { try $0.escrowRule(for: name("site1")) } == rule)
    }

    /// The auditor's place taken by the clinic.
    fileprivate static var moved: EscrowRule {
        get throws {
            EscrowRule(
                owner: try name("site1"),
                holders: .gate(
                    threshold: 2,
                    of: [.party(try name("ministry")), .party(try name("site2")), .party(try name("clinic"))]),
                waitSeconds: 3_600, told: [try name("audit")], mostGrants: 3, periodSeconds: 2_592_000)
        }
    }
}
