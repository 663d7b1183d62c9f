import CanonicalJSON
import Contracts
import Evidence
import Foundation
import Gateway
import KeyVault
import Ledger
import QueryPlans
import SharingModel
import TestSupport
import Testing

@Suite("The way of the data")
struct WayOfTheDataTests {
    @Test("An opened table equals the plain one: sums exactly, means and variances as exact fractions, rounded")
    func plainTable() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let table = try #require(try consortium.session("statistics").show(result: result).table)
        let plain = try TestConsortium.table.get()
        let expected: [[JSONValue]] = try plain.groups(by: "year").map { year, rows in
            [
                .integer(Int64(year)), .string(try plain.sum("meddol", in: rows, digits: 7)),
                .string(try plain.mean("meddol", in: rows)),
                .string(try plain.variance("meddol", in: rows, correction: 1)),
                .string(try plain.variance("meddol", in: rows, correction: 0)), .integer(Int64(rows.count)),
                .string(try plain.sum("mdvis", in: rows, digits: 0)),
            ]
        }
        #expect(table.rows == expected)
        #expect(table.refused.isEmpty)
    }

    @Test("A missing value counts in nothing, and a mean is over what is present")
    func missingValues() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant(["profile"])
        let computed = try await consortium.query(
            "SELECT female, AVG(ghindx), VARIANCE(ghindx), COUNT(ghindx), COUNT(*) FROM health GROUP BY female",
            token: token)
        _ = try await consortium.open(computed.id)
        let table = try #require(try consortium.session("statistics").show(result: computed.id.hex).table)
        let plain = try TestConsortium.table.get()
        let expected: [[JSONValue]] = try plain.groups(by: "female").map { female, rows in
            let present = try plain.values("ghindx", in: rows).count
            #expect(present < rows.count, "the fixture has missing values")
            return [
                .integer(Int64(female)), .string(try plain.mean("ghindx", in: rows)),
                .string(try plain.variance("ghindx", in: rows, correction: 1)), .integer(Int64(present)),
                .integer(Int64(rows.count)),
            ]
        }
        #expect(table.rows == expected)
    }

    @Test("A result whose opening is larger than a block is opened, read and proven")
    func largeOpening() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let sums = (1...60).map { "WSUM(mdvis, \($0))" }.joined(separator: ", ")
        let computed = try await consortium.query(
            "SELECT site, year, \(sums) FROM health GROUP BY site, year", token: token)
        #expect(computed.result.ciphertexts.count == 900)
        _ = try await consortium.open(computed.id)
        try consortium.cosign()
        let table = try #require(try consortium.session("statistics").show(result: computed.id.hex).table)
        #expect(table.rows.count == 15)
        let file = try consortium.evidence(of: computed.id.hex)
        #expect(try EvidenceVerifier().verify(EvidenceFile(reading: file)).table == table)
    }

    @Test("A group of too few subjects is refused, the refusal is recorded, and no use is taken")
    func smallGroup() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant(uses: 1)
        try await expectGuarded(consortium) {
            _ = try await consortium.query("SELECT SUM(meddol) FROM health WHERE plan = 14", token: token)
        }
        #expect(try consortium.session("statistics").state { try $0.token(matching: token) }.usesLeft == 1)
    }

    @Test("A total whose difference to an opened one is too few subjects is refused")
    func subtraction() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let whole = try await consortium.query("SELECT SUM(meddol) FROM health", token: token)
        _ = try await consortium.open(whole.id)
        try await expectGuarded(consortium) {
            _ = try await consortium.query("SELECT SUM(meddol) FROM health WHERE plan <> 14", token: token)
        }
    }

    @Test("Of two results that are harmless apart and not together, the custodian opens the first alone")
    func subtractionOfComputed() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        // Both are computed before either is opened, so the executor sees no history.
        let whole = try await consortium.query("SELECT SUM(meddol) FROM health", token: token)
        let most = try await consortium.query("SELECT SUM(meddol) FROM health WHERE plan <> 14", token: token)
        _ = try await consortium.open(whole.id)
        try await expectGuarded(consortium) { _ = try await consortium.open(most.id) }
        #expect(try consortium.session("statistics").show(result: most.id.hex).status == .refused)
    }

    /// Expects the disclosure guard's refusal, and that it stands on the ledger.
    private func expectGuarded(_ consortium: TestConsortium, _ body: () async throws -> Void) async throws {
        let error = await #expect(throws: GatewayError.self) { try await body() }
        guard case .queryRefused(_, let transaction?) = error else {
            Issue.record("refused otherwise: \(String(describing: error))")
            return
        }
        let receipt = try consortium.session("site1").ledger.read { try $0.receipt(of: transaction) }
        #expect(receipt?.isAccepted == true)
    }

    @Test("Every use case works with no other home readable than that of the party that acts")
    func ownHomesOnly() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.alone("statistics") { try await consortium.request() }
        for department in TestConsortium.departments {
            try await consortium.alone(department) {
                try await consortium.approve(token, by: [department])
            }
        }
        let computed = try await consortium.alone("statistics") { try await consortium.query(token: token) }
        _ = try await consortium.alone("ministry") { try await consortium.open(computed.id) }
        let endorsed = try await consortium.alone("site2") {
            try await EndorseRecordedResult(computed.id.hex).run(as: consortium.session("site2"))
        }
        #expect(endorsed.agrees)
        for department in TestConsortium.departments {
            _ = try await consortium.alone(department) { try consortium.session(department).cosign() }
        }
        try await consortium.alone("statistics") {
            let session = try consortium.session("statistics")
            let shown = try session.show(result: computed.id.hex)
            #expect(shown.table != nil)
            let file = consortium.folder.url("evidence.car")
            let exported = try ExportEvidence(computed.id.hex).run(as: session, to: file)
            #expect(exported.hasOpening)
        }
        try await consortium.alone("site1") {
            let again = try await consortium.publish("site1")
            #expect(again.wasThere)
        }
    }

    @Test("A home does not open under another party's passphrase")
    func passphrases() async throws {
        let consortium = try await TestConsortium.published()
        #expect(throws: KeyVaultError.self) {
            _ = try PartySession(
                home: consortium.home("site1"), passphrase: TestConsortium.passphrase(name("site2")))
        }
    }
}

extension TestConsortium {
    /// Runs `body` while the homes of all parties but `party` are out of reach.
    func alone<Value>(_ party: String, _ body: () async throws -> Value) async throws -> Value {
        let parties = folder.url("parties")
        let hidden = folder.url("hidden")
        try FileManager.default.createDirectory(at: hidden, withIntermediateDirectories: true)
        let others = try FileManager.default.contentsOfDirectory(atPath: parties.path).filter { $0 != party }
        for other in others {
            try FileManager.default.moveItem(at: parties.appending(path: other), to: hidden.appending(path: other))
        }
        defer {
            for other in others {
                try? FileManager.default.moveItem(
                    at: hidden.appending(path: other), to: parties.appending(path: other))
            }
        }
        return try await body()
    }
}
