import CanonicalJSON
import Contracts
import Evidence
import Foundation
import Gateway
import KeyVault
import Ledger
import QueryPlans
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

@Suite("Evidence across changes of members")
struct EvidenceMembershipTests {
    /// Three departments decide to admit a fourth, and site2 takes other keys; both are in force.
    private func changed() async throws -> (consortium: TestConsortium, result: String) {
        let (consortium, result) = try await TestConsortium.opened()
        let joining = JoinConsortium(
            consortium.local.consortium, section: try name("health"), name: try name("site9"), role: .department,
            area: nil, superior: nil)
        let statement = try joining.run(
            in: consortium.folder.url("site9"), passphrase: TestConsortium.passphrase(name("site9")),
            cost: .insecureForTesting, at: consortium.clock.now)
        let admission = try await consortium.session("site1").propose(.admit(statement)).transaction
        try await decide(admission, as: ["site2", "site3"], consortium)
        let rotation = try await consortium.session("site2").rotateKeys(signing: true, cosigning: true).transaction
        try await decide(rotation, as: ["site1", "site3"], consortium)
        // Signed with the new key, cosigned with the new key.
        _ = try await consortium.session("site2").propose(.remove(name("audit")))
        try consortium.cosign()
        return (consortium, result)
    }

    /// - Parameter left: Who cosigns under the change.
    private func decide(
        _ proposal: Digest, as departments: [String], _ consortium: TestConsortium,
        left: [String] = TestConsortium.departments
    ) async throws {
        for department in departments {
            _ = try await consortium.session(department).approveChange(proposal.hex)
        }
        try consortium.cosign()
        let effective = try #require(
            try consortium.session("site1").state { try $0.decidedChanges().last?.effective })
        while try consortium.session("site1").ledger.head()?.height ?? 0 < Int(effective) {
            _ = try await consortium.session("site1").propose(.remove(name("audit")))
        }
        for department in left { _ = try consortium.session(department).cosign() }
    }

    @Test("From the pinned founding record it gets to the members who cosigned, step by step")
    func verifies() async throws {
        let (consortium, result) = try await changed()
        let file = try consortium.evidence(of: result)
        let report = try EvidenceVerifier(pinned: consortium.local.consortium.record).verify(
            EvidenceFile(reading: file))
        #expect(report.table != nil)
        #expect(report.proven.contains { $0.contains("site9") })
        #expect(try EvidenceFile(reading: file).membership.count == 2)
        if try Peers.areThere() {
            let founding = consortium.folder.url("consortium.json")
            let (status, second) = try SecondVerifier.run(on: file, consortium: founding)
            #expect(status == 0 && "\(second["proven"] ?? .null)".contains("site9"), "\(second)")
            #expect(second["table"]?["rows"] == report.table.map { .array($0.rows.map { .array($0) }) })
        }
    }

    @Test("Across the removal of a department both verifiers go on with those who are left, and only with them")
    func removal() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let removal = try await consortium.session("site1").propose(.remove(name("site3"))).transaction
        try await decide(removal, as: ["site2", "site3"], consortium, left: ["site1", "site2"])
        let file = try consortium.evidence(of: result)
        let report = try EvidenceVerifier(pinned: consortium.local.consortium.record).verify(
            EvidenceFile(reading: file))
        #expect(report.table != nil && report.proven.contains { $0.contains("site3") }, "\(report.proven)")
        if try Peers.areThere() {
            let (status, second) = try SecondVerifier.run(
                on: file, consortium: consortium.folder.url("consortium.json"))
            #expect(status == 0 && "\(second["proven"] ?? .null)".contains("site3"), "\(second)")
        }
        // Without the step, two of the three that it was founded with are no quorum.
        var altered = try EvidenceWorkshop(file)
        #expect(altered.membership.count == 1)
        altered.membership = []
        try expectRefused(altered, in: consortium.folder)
    }

    @Test("A step that is left out, turned round, or belongs to another history is turned down")
    func forged() async throws {
        let (consortium, result) = try await changed()
        let workshop = try EvidenceWorkshop(consortium.evidence(of: result))
        func refused(_ change: (inout EvidenceWorkshop) -> Void, _ location: SourceLocation = #_sourceLocation) throws {
            var altered = workshop
            change(&altered)
            try expectRefused(altered, in: consortium.folder, sourceLocation: location)
        }
        try refused { $0.membership = [] }
        try refused { $0.membership.removeFirst() }
        try refused { $0.membership.removeLast() }
        try refused { $0.membership.reverse() }
        let steps = workshop.membership
        func forge(
            _ place: Int, consistency: [Data]? = nil, proof: TransactionProof? = nil, writes: [StateWrite]? = nil
        ) throws {
            try refused { workshop in
                workshop.membership[place] = MembershipStep(
                    consistency: consistency ?? steps[place].consistency, proof: proof ?? steps[place].proof,
                    writes: writes ?? steps[place].writes)
            }
        }
        for place in 0...1 {
            try forge(place, writes: steps[1 - place].writes)
            try forge(place, writes: [])
            try forge(place, writes: steps[place].writes.map { StateWrite(key: $0.key, value: Data("{}".utf8)) })
            try forge(place, consistency: steps[1 - place].consistency)
            try forge(place, consistency: steps[place].consistency.map { _ in Data(count: 32) })
            try forge(place, proof: steps[1 - place].proof)
            // Cosigned by the newest members, in the place of those before.
            try forge(place, proof: steps[place].proof.with(checkpoint: workshop.checkpoint))
        }
    }

    @Test("Other members take over only when those of before have cosigned the decision")
    func handover() async throws {
        let consortium = try await TestConsortium.published()
        let proposal = try await consortium.session("site1").propose(.remove(name("audit")))
        _ = try await consortium.session("site2").approveChange(proposal.transaction.hex)
        _ = try await consortium.session("site3").approveChange(proposal.transaction.hex)
        // The next block is an old one still; the one after would be the first under the change.
        _ = try await consortium.session("statistics").requestToken(
            TokenWish(
                scope: .pool(name("health")), packs: [name("care")], purpose: "p", uses: 1,
                until: .after(seconds: 86_400), contracts: nil))
        let effective = try #require(
            try consortium.session("site1").state { try $0.decidedChanges().last?.effective })
        #expect(try consortium.session("statistics").ledger.head()?.height == Int(effective) - 1)
        await #expect(throws: LedgerError.changeNotFinal(effective: Int(effective))) {
            _ = try await consortium.request()
        }
        try consortium.cosign()
        _ = try await consortium.request()
    }
}
