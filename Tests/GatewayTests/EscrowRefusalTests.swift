import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import Paillier
import SharingModel
import TestSupport
import Testing

/// Each through the gateway of the one who tries it, and looked up in the copy of another.
@Suite("Every refused attempt of escrow is on the ledger with its reason")
struct EscrowRefusalTests {
    @Test("A grant of one's own request")
    func ownGrant() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request(by: "audit")
        try await expectRefused(.ownRequest, seenBy: consortium.session("site1")) {
            _ = try await consortium.grant(request, by: "audit")
        }
    }

    @Test("A grant before the waiting time is over")
    func tooEarly() async throws {
        let consortium = try await EscrowConsortium.published()
        let receipt = try await consortium.session("statistics").requestOpening(
            of: name("patients"), row: 3, field: "name", reason: "case 4/2026",
            until: consortium.base.clock.now.adding(seconds: 86_400))
        try await expectRefused(.tooEarly, seenBy: consortium.session("site1")) {
            _ = try await consortium.grant(receipt.transaction, by: "ministry")
        }
        consortium.base.clock.advance(seconds: 3_600)
        _ = try await consortium.grant(receipt.transaction, by: "ministry")
    }

    @Test("A grant above the period's limit")
    func overQuota() async throws {
        let consortium = try await EscrowConsortium.published()
        for row in 0..<3 {
            let request = try await consortium.request(row: row)
            for holder in ["ministry", "audit"] { _ = try await consortium.grant(request, by: holder) }
        }
        let request = try await consortium.request(row: 3)
        _ = try await consortium.grant(request, by: "ministry")
        try await expectRefused(.overLimit, seenBy: consortium.session("site1")) {
            _ = try await consortium.grant(request, by: "audit")
        }
    }

    @Test("A grant to a party that was put out of the consortium")
    func revokedRequester() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        let proposal = try await consortium.session("site1").propose(.remove(name("statistics")))
        _ = try await consortium.session("site2").approveChange(proposal.transaction.hex)
        // The change takes effect with a block to come.
        for row in 0..<3 {
            for department in ["site1", "site2"] { _ = try consortium.session(department).cosign() }
            _ = try await consortium.request(row: row, by: "audit")
        }
        try await expectRefused(.unknownParty, seenBy: consortium.session("site1")) {
            _ = try await consortium.grant(request, by: "ministry")
        }
    }

    @Test("A grant after the request's end, and one under a token that has expired")
    func expired() async throws {
        let consortium = try await EscrowConsortium.published()
        let late = try await consortium.request()
        consortium.base.clock.advance(seconds: 86_400)
        try await expectRefused(.requestExpired, seenBy: consortium.session("site1")) {
            _ = try await consortium.grant(late, by: "ministry")
        }
        let recovery = try await RecoveryConsortium.lost()
        recovery.base.clock.advance(seconds: 7_200)
        let request = try await recovery.request()
        let until = try recovery.session("site1").state { try $0.token(matching: recovery.token) }.terms.until
        recovery.base.clock.advance(seconds: until.seconds - recovery.base.clock.now.seconds)
        try await expectRefused(.tokenExpired, seenBy: recovery.session("site3")) {
            _ = try await recovery.grant(request, by: "audit")
        }
    }

    @Test("A grant by a party that holds no share, though its gateway has none to make a part with")
    func unknownHolder() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request(by: "audit")
        try await expectRefused(.notAnEscrowHolder, seenBy: consortium.session("site1")) {
            _ = try await consortium.grant(request, by: "statistics")
        }
    }

    @Test("A grant by a holder whose vault has a share of another key, or none any more")
    func otherShare() async throws {
        let consortium = try await EscrowConsortium.published()
        let request = try await consortium.request()
        let deposit = try #require(try consortium.session("audit").state { try $0.deposit(of: name("site1")) })
        let secret = try #require(SecretName("escrow.\(deposit.id.hex.prefix(32))"))
        let rule = try #require(try consortium.session("audit").state { try $0.escrowRule(for: name("site1")) })
        let (_, shares) = try ThresholdKey.deal(TestPoolKey.key(), over: rule.structure())
        let vault = try consortium.base.vault("audit")
        try vault.store(secret, shares[1].withSerialized { SecretBytes(copying: $0) })
        let witness = try consortium.session("site1")
        try await expectRefused(.shareMissing, seenBy: witness) { _ = try await consortium.grant(request, by: "audit") }
        try vault.remove(secret)
        try await expectRefused(.shareMissing, seenBy: witness) { _ = try await consortium.grant(request, by: "audit") }
        // The others still open it.
        for holder in ["ministry", "site2", "ministry"] { _ = try await consortium.grant(request, by: holder) }
        #expect(try await consortium.open(request).value == EscrowConsortium.names[3])
    }

    @Test(
        "A part of a pool's opening, by a party that holds no share, by one whose share is lost, and a refusal by neither"
    )
    func poolParts() async throws {
        let (consortium, result) = try await TestConsortium.shared()
        let witness = try consortium.session("site3")
        for party in ["site3", "ministry"] {
            try await expectRefused(.notAHolder, seenBy: witness) {
                _ = try await consortium.givePart(result, as: party)
            }
            try await expectRefused(.notAHolder, seenBy: witness) {
                _ = try await OpenWithShares(result).refuse(as: consortium.session(party), reason: "not mine to give")
            }
        }
        let vault = try consortium.vault("site1")
        let secret: SecretName = "share.health.1.health"
        let (_, others) = try ThresholdKey.deal(TestPoolKey.key(), over: AccessStructure(threshold: 2, of: 3))
        try vault.store(secret, others[0].withSerialized { SecretBytes(copying: $0) })
        try await expectRefused(.shareMissing, seenBy: witness) {
            _ = try await consortium.givePart(result, as: "site1")
        }
        try vault.remove(secret)
        try await expectRefused(.shareMissing, seenBy: witness) {
            _ = try await consortium.givePart(result, as: "site1")
        }
        for holder in ["site2", "audit"] { _ = try await consortium.givePart(result, as: holder) }
        _ = try await consortium.combine(result)
        try consortium.expectOpened(result)
    }
}
