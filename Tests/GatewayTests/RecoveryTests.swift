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
import Testing

@Suite("A pool whose custodian has lost its key")
struct RecoveryTests {
    @Test("Nothing is published under a key that is to be in escrow before all holders have acknowledged their shares")
    func beforeEscrow() async throws {
        let consortium = try await RecoveryConsortium.deposited()
        for holder in RecoveryConsortium.holders {
            try await expectRefused(.escrowMissing) { _ = try await consortium.publish("site3") }
            _ = try await AcknowledgeDeposits().run(as: consortium.session(holder))
        }
        _ = try await consortium.publish("site3")
        try await expectRefused(.alreadyExists) {
            _ = try await DepositKeyShares(pool: name("health")).run(as: consortium.session("ministry"))
        }
        await #expect(throws: GatewayError.self) {
            _ = try await DepositKeyShares(pool: name("health")).run(as: consortium.session("site1"))
        }
    }

    @Test("Two holders open a result without the custodian, who is told; both verifiers prove it")
    func wholeWay() async throws {
        let consortium = try await RecoveryConsortium.lost()
        await #expect(throws: KeyVaultError.self) {
            _ = try await OpenRecordedResult(consortium.result).run(as: consortium.session("ministry"))
        }
        let request = try await consortium.request()
        for party in ["ministry", "site3"] {
            let told = try consortium.session(party).state { try $0.escrowNotices(to: name(party)) }
            #expect(told.map(\.event) == [.requested] && told.map(\.reason) == ["the ministry has lost its key"])
        }
        #expect(try await !consortium.grant(request, by: "audit").isHandedOut)
        await #expect(throws: GatewayError.self) { _ = try await consortium.open(request) }
        #expect(try await consortium.grant(request, by: "site1").isHandedOut)
        #expect(try await consortium.grant(request, by: "audit").isHandedOut)
        let opened = try await consortium.open(request)
        #expect(opened.holders.map(\.text) == ["audit", "site1"] && opened.wrong.isEmpty)
        #expect(try await consortium.open(request).receipt == nil)
        try consortium.base.expectOpened(consortium.result)
        #expect(try consortium.session("site2").show(result: consortium.result).table == nil)
        try consortium.base.cosign()
        try expectProven(consortium)
    }

    private func expectProven(_ consortium: RecoveryConsortium) throws {
        let file = try consortium.base.evidence(of: consortium.result)
        let report = try EvidenceVerifier().verify(EvidenceFile(reading: file))
        #expect(report.table == (try consortium.session("statistics").show(result: consortium.result).table))
        for words in ["the custodian of pool health had no part", "the same transaction told ministry, site3"] {
            #expect(report.proven.contains { $0.contains(words) }, "\(report.proven)")
        }
        if SecondVerifier.python != nil {
            let (status, second) = try SecondVerifier.run(on: file)
            #expect(status == 0 && second["table"]?["rows"] == report.table.map { .array($0.rows.map { .array($0) }) })
        }
        let workshop = try EvidenceWorkshop(file)
        for index in workshop.proofs.indices {
            var altered = workshop
            altered.proofs.remove(at: index)
            try GatewayTests.expectRefused(altered, in: consortium.base.folder)
        }
        let parts = try #require(workshop.opening?.parts)
        for change in [[parts[0]], [parts[1], parts[1]], [parts[1], parts[0]]] {
            var altered = workshop
            altered.opening = workshop.opening.map {
                OpeningDocument(result: $0.result, computed: $0.computed, parts: change)
            }
            try GatewayTests.expectRefused(altered, in: consortium.base.folder, as: .opening)
        }
        var altered = workshop
        altered.sharedKey = nil
        try GatewayTests.expectRefused(altered, in: consortium.base.folder, as: .opening)
    }

    @Test("A forged part is passed over and its giver named; two right ones are enough")
    func forgedPart() async throws {
        let consortium = try await RecoveryConsortium.lost()
        let request = try await consortium.request()
        try await consortium.forgeGrant(request, by: "site2") { part in
            PartialDecryption(
                holder: part.holder, epoch: part.epoch, values: part.values.reversed(), challenge: part.challenge,
                response: part.response)
        }
        for holder in ["audit", "audit"] { _ = try await consortium.grant(request, by: holder) }
        let error = await #expect(throws: GatewayError.self) {
            try await OpenGrantedResult(request.hex, reports: true).run(as: consortium.session("statistics"))
        }
        #expect("\(try #require(error))".contains("wrong are those of site2"))
        #expect(try consortium.session("site3").verdicts(on: request) == [name("site2"): .wrong])
        _ = try await consortium.grant(request, by: "site1")
        let opened = try await consortium.open(request)
        #expect(opened.wrong.map(\.text) == ["site2"] && opened.holders.map(\.text) == ["audit", "site1"])
        try consortium.base.expectOpened(consortium.result)
    }

    @Test("Holders deny a result that is not what its plan gives, and open nothing that a token does not allow")
    func holdersCheck() async throws {
        let consortium = try await RecoveryConsortium.lost()
        let forged = try await consortium.base.recordForged(token: consortium.token) { honest, session in
            try consortium.base.withRow(honest, session)
        }
        let request = try await consortium.request(forged.hex)
        for holder in ["audit", "site1"] {
            let error = await #expect(throws: GatewayError.self) { _ = try await consortium.grant(request, by: holder) }
            guard case .resultRefused? = error else {
                Issue.record("refused otherwise: \(String(describing: error))")
                continue
            }
        }
        let asked = try #require(try consortium.session("site3").state { try $0.escrowRequest(request) })
        #expect(asked.deniedAt != nil)
        let votes = try consortium.session("site3").state { try $0.escrowVotes(on: request) }
        #expect(votes.allSatisfy { $0.denial?.contains("was recorded") == true }, "\(votes.map(\.denial))")

        try await expectRefused(.notTheGrantee) { _ = try await consortium.request(by: "audit") }
        let honest = try await consortium.request()
        _ = try await consortium.session("site1").revokeToken(consortium.token, reason: nil)
        try await expectRefused(.datasetRevoked) { _ = try await consortium.grant(honest, by: "site2") }
    }

    @Test("An opening by escrow counts in the disclosure guard's history from its first part on")
    func history() async throws {
        let consortium = try await RecoveryConsortium.lost()
        let request = try await consortium.request()
        _ = try await consortium.grant(request, by: "audit")
        let history = try consortium.session("site1").state { try $0.begunOpenings(in: name("health")) }
        #expect(history.map(\.result.hex) == [consortium.result])
        // The custodian finds its key again: one opening, with one place.
        try consortium.base.vault("ministry").store("pool.health.health", TestPoolKey.serialized())
        _ = try await OpenRecordedResult(consortium.result).run(as: consortium.session("ministry"))
        #expect(try consortium.session("site1").state { try $0.openingCount(in: name("health")) } == 1)
        try await expectRefused(.alreadyOpened) { _ = try await consortium.grant(request, by: "site1") }
    }
}
