import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
import Gateway
import Ledger
import QueryPlans
import SharingModel
import TestSupport
import Testing

@Suite("Evidence")
struct EvidenceTests {
    @Test("It verifies with nothing but the file, and says which fingerprint to compare")
    func fileAlone() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let report = try EvidenceVerifier().verify(EvidenceFile(reading: consortium.evidence(of: result)))
        #expect(!report.isPinned)
        #expect(report.notProven.contains { $0.contains(report.consortium.hex) })
        let shown = try consortium.session("statistics").show(result: result)
        #expect(report.table == (try #require(shown.table)))
    }

    @Test("It verifies against a pinned consortium, and not against another one")
    func pinned() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let file = try EvidenceFile(reading: consortium.evidence(of: result))
        let record = consortium.local.consortium.record
        let report = try EvidenceVerifier(pinned: record).verify(file)
        #expect(report.isPinned && !report.notProven.contains { $0.contains("fingerprint") })
        let other = FoundingRecord(
            name: record.name, founded: record.founded.adding(seconds: 1), sections: record.sections,
            parties: record.parties, policy: record.policy)
        #expect(throws: EvidenceError.self) { try EvidenceVerifier(pinned: other).verify(file) }
    }

    @Test("With the shards the result itself is computed again, and without one of them it is not")
    func shards() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let file = try EvidenceFile(reading: consortium.evidence(of: result))
        let blobs = try consortium.session("site1").blobs
        let report = try EvidenceVerifier().verify(file, shards: blobs)
        #expect(report.proven.contains { $0.hasPrefix("computed again") })
        #expect(!report.notProven.contains { $0.contains("--shards") })
        #expect(throws: EvidenceError.self) { try EvidenceVerifier().verify(file, shards: MemoryBlobStore()) }
    }

    @Test("Who the result was not opened to proves everything but the figures")
    func withoutOpening() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let report = try EvidenceVerifier().verify(EvidenceFile(reading: consortium.evidence(of: result, by: "audit")))
        #expect(report.table == nil)
        #expect(report.notProven.contains { $0.contains("no opening") })
    }

    @Test("Endorsements are proven with it, and a dispute is said to stand against it")
    func statements() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        #expect(try await EndorseRecordedResult(result).run(as: consortium.session("site2")).agrees)
        let id = try consortium.session("site3").show(result: result).recorded.record.id
        let dispute = DisputeResult(result: id, computed: nil, reason: "looks wrong")
        #expect(try await consortium.submit(dispute, as: "site3").isAccepted)
        try consortium.cosign()
        let report = try EvidenceVerifier().verify(EvidenceFile(reading: consortium.evidence(of: result)))
        #expect(report.proven.contains { $0.contains("site2 computed it again") })
        #expect(report.notProven.contains { $0.contains("site3 disputes it") })
    }

    @Test("A result that too few departments have cosigned since gives no evidence yet")
    func notFinal() async throws {
        let consortium = try await TestConsortium.published()
        let computed = try await consortium.query(token: consortium.grant())
        let file = consortium.folder.url("early.car")
        let error = #expect(throws: GatewayError.self) {
            try ExportEvidence(computed.id.hex).run(as: consortium.session("statistics"), to: file)
        }
        guard case .notFinal(needed: 3) = error else {
            Issue.record("refused otherwise: \(String(describing: error))")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: file.path))
    }

    @Test("Evidence of a registered plan and of a jointly owned dataset verifies")
    func registeredPlanOverJointData() async throws {
        let consortium = try await TestConsortium.published()
        let result = try await consortium.openedByRegisteredPlan()
        try consortium.cosign()
        let file = try consortium.evidence(of: result.hex)
        let report = try EvidenceVerifier().verify(EvidenceFile(reading: file))
        #expect(report.table?.rows.count == 1)
        if try Peers.areThere() {
            let (status, second) = try SecondVerifier.run(on: file)
            #expect(status == 0, "\(second)")
            #expect(second["table"]?["rows"] == report.table.map { .array($0.rows.map { .array($0) }) })
        }
    }
}

@Suite("The second verifier", .enabled(if: SecondVerifier.python != nil, SecondVerifier.reason))
struct SecondVerifierTests {
    @Test(
        "It proves the same table as ours, sums, means, variances and weighted sums",
        arguments: [
            TestConsortium.byYear,
            "SELECT female, WSUM(mdvis, year - 2), COUNT(meddol), AVG(outpdol) FROM health GROUP BY female",
            "SELECT female, AVG(ghindx), VARIANCE(ghindx), SUM(income), COUNT(ghindx) FROM health GROUP BY female",
            "SELECT plan, SUM(mdvis), COUNT(*) FROM health WHERE plan IN (10, 11, 13, 15) GROUP BY plan",
        ])
    func sameTable(statement: String) async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant(statement.contains("ghindx") ? ["profile"] : ["care"])
        let computed = try await consortium.query(statement, token: token)
        _ = try await consortium.open(computed.id)
        try consortium.cosign()
        let file = try consortium.evidence(of: computed.id.hex)
        let founding = consortium.folder.url("consortium.json")
        let (status, report) = try SecondVerifier.run(on: file, consortium: founding)
        #expect(status == 0 && report["valid"] == true, "\(report)")
        let ours = try EvidenceVerifier().verify(EvidenceFile(reading: file))
        let table = try #require(ours.table)
        #expect(report["table"]?["columns"] == .array(table.columns.map { .string($0) }))
        #expect(report["table"]?["rows"] == .array(table.rows.map { .array($0) }))
    }

    @Test("It refuses another consortium than the one pinned")
    func anotherConsortium() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let file = try consortium.evidence(of: result)
        let pinned = consortium.folder.url("other.json")
        let text = try String(contentsOf: consortium.folder.url("consortium.json"), encoding: .utf8)
        try Data(text.replacingOccurrences(of: "Three sites", with: "Other sites").utf8).write(to: pinned)
        #expect(try SecondVerifier.run(on: file, consortium: pinned).status == 1)
    }
}
