import CanonicalJSON
import Contracts
import Foundation
import Gateway
import Ledger
import Multiprecision
import Paillier
import Testing

/// Keys in shares, each step a process, as the parties would run them.
@Suite("Pools with keys in shares, as commands")
struct SharedPoolCommandTests {
    @Test("One holder is silent and one forges: the others open, the forger is convicted, and a verifier is convinced")
    func opening() async throws {
        let state = try await TestConsortium.shared(.computed).copy()
        let consortium = state.consortium
        let shown = try await consortium.json("pool", "show", "health")
        #expect(shown["structure"] == "2 of site1, site2, audit, province" && shown["inForce"] == true)
        // `province` says nothing; `audit` signs a part that is wrong.
        let forged = try await DishonestParty("audit", in: consortium).givePart(of: state.result) {
            $0.with(values: $0.values.map { $0 + 1 })
        }
        #expect(forged.isAccepted)
        let part = try await consortium.json("open", state.result, "--as", "site1")
        #expect(part["status"] == "part" && part["grantee"] == "statistics" && part["epoch"] == 1)
        let tooFew = try await consortium.run("open", state.result, "--as", "statistics").expectStatus(1)
        #expect(tooFew.message.contains("valid ones came from site1; wrong is what audit gave"))
        #expect(tooFew.message.contains("wait for site2, province"))
        try await consortium.give(state.result, by: "site2")
        let opened = try await consortium.json("open", state.result, "--report", "--as", "statistics")
        #expect(opened["holders"] == ["site1", "site2"] && opened["faulty"] == ["audit"])
        let log = try await consortium.log()
        #expect(log.count { $0.kind == "opening.report" } == 1 && log.count { $0.kind == "opening.combine" } == 1)
        try await consortium.expectOpened(state.result)
        // For its requester alone.
        try await consortium.run("result", "show", state.result, "--as", "site2", "--json").expectNoRows()
        try await expectVerified(state)
    }

    private func expectVerified(_ state: TestConsortium.Prepared) async throws {
        let consortium = state.consortium
        for site in ["site1", "site2"] { try await consortium.run("ledger", "cosign", "--as", site).expectStatus(0) }
        let file = consortium.folder.path("result.evidence")
        try await consortium.run("evidence", state.result, "--output", file, "--as", "statistics").expectStatus(0)
        let record = consortium.home + "/consortium.json"
        let verified = try await consortium.json("verify", file, "--consortium", record)
        let proven = verified["proven"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(verified["valid"] == true && proven.contains { $0.contains("is in shares, epoch 1") })
        #expect(try verified.rows() == TestConsortium.expectedRows(departments: 1))
        var bytes = try consortium.folder.read("result.evidence")
        bytes[bytes.count / 2] ^= 1
        let altered = try consortium.folder.write(bytes, as: "altered.evidence")
        try await consortium.run("verify", altered, "--consortium", record).expectStatus(1)
        guard let python = ProcessInfo.processInfo.environment["CHANCERY_PEERS_PYTHON"] else {
            print("CHANCERY_PEERS_PYTHON is not set: this evidence was not given to Scripts/verify.py")
            return
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Scripts/verify.py").path(percentEncoded: false)
        let second = try await CommandRun.run(
            URL(filePath: python), [script, file, "--consortium", record], timeout: .seconds(300))
        #expect(try second.document()["valid"] == true)
    }

    @Test("Refreshed shares open, those of before are refused, and after a resharing the newcomer opens with others")
    func renewing() async throws {
        let state = try await TestConsortium.shared(.computed).copy()
        let consortium = state.consortium
        let dishonest = try DishonestParty("site1", in: consortium)
        let old = try dishonest.poolShare()
        try await consortium.give(state.result, by: "audit")
        let proposed = try await consortium.json("pool", "refresh", "health", "--as", "site2")
        #expect(proposed["dealers"] == ["audit", "province", "site1", "site2"])
        let ceremony = try proposed.text("ceremony")
        for (index, dealer) in TestConsortium.poolHolders.enumerated() {
            let dealt = try await consortium.json("pool", "deal", "health", ceremony, "--as", dealer)
            #expect(dealt["epoch"] == 2 && dealt["missing"]?.arrayValue?.count == 3 - index)
        }
        for (index, holder) in TestConsortium.poolHolders.enumerated() {
            let taken = try await consortium.json("pool", "acknowledge", "health", "--as", holder)
            #expect(taken["inForce"] == .bool(index == 3) && taken["missing"]?.arrayValue?.count == 3 - index)
        }
        // A part of the epoch before is refused; one that is called new is wrong, and so is not counted.
        let stale = try await dishonest.givePart(of: state.result, with: old, epoch: 1)
        #expect(stale.refusal?.code == .epochOver)
        try await consortium.give(state.result, by: "audit")
        #expect(try await dishonest.givePart(of: state.result, with: old, epoch: 2).isAccepted)
        let mixed = try await consortium.run("open", state.result, "--as", "statistics").expectStatus(1)
        #expect(mixed.message.contains("wrong is what site1 gave"))
        try await reshare(state)
    }

    /// The ministry, which dealt, was no holder; now nothing opens without it.
    private func reshare(_ state: TestConsortium.Prepared) async throws {
        let consortium = state.consortium
        let proposed = try await consortium.json(
            "pool", "reshare", "health", "--holders", "2 of ministry, (1 of site1, site2)", "--as", "audit")
        let dealers = try #require(proposed["dealers"]?.arrayValue).compactMap(\.stringValue)
        #expect(dealers.count == 2)
        // Who deals says for what: not for whatever has been proposed by now.
        let refused = try await consortium.run(
            "pool", "deal", "health", proposed.text("ceremony"), "--as", dealers[0]
        ).expectStatus(1)
        #expect(refused.message.contains("--holders"))
        try await consortium.deal(by: dealers)
        try await consortium.acknowledgePool(by: ["ministry", "site1", "site2"])
        let shown = try await consortium.json("pool", "show", "health")
        #expect(shown["epoch"] == 3 && shown["structure"] == "2 of ministry, (1 of site1, site2)")
        // It holds no share any more: refused, and on the ledger.
        let attempts = try await consortium.log().count { $0.kind == "opening.part" && !$0.accepted }
        let stranger = try await consortium.run("open", state.result, "--as", "audit").expectStatus(1)
        #expect(stranger.message.contains("not-a-holder"))
        #expect(try await consortium.log().count { $0.kind == "opening.part" && !$0.accepted } == attempts + 1)
        try await consortium.give(state.result, by: "site1", "site2")
        try await consortium.run("open", state.result, "--as", "statistics").expectStatus(1)
        try await consortium.give(state.result, by: "ministry")
        let opened = try await consortium.json("open", state.result, "--as", "statistics")
        #expect(opened["holders"] == ["ministry", "site1"])
        try await consortium.expectOpened(state.result)
    }

    @Test("A holder refuses with its reason: the ledger has it, `result show` says it, and the others open without it")
    func refusing() async throws {
        let state = try await TestConsortium.shared(.computed).copy()
        let consortium = state.consortium
        let refused = try await consortium.json(
            "open", state.result, "--refuse", "no legal basis is named", "--as", "site1")
        #expect(refused["status"] == "refused")
        let recorded = try await consortium.log().last { $0.kind == "opening.refuse" }
        #expect(recorded?.id == refused["transaction"]?.stringValue && recorded?.accepted == true)
        let said = try await consortium.run("ledger", "show", refused.text("transaction")).expectStatus(0).text
        #expect(said.contains("no legal basis is named") && said.contains("accepted"), "\(said)")
        let waiting = try await consortium.json("result", "show", state.result, "--as", "statistics")
        #expect(waiting["status"] == "computed" && waiting["partsRefusedBy"] == ["site1"])
        #expect(try waiting.rows() == "[]")
        let text = try await consortium.run("result", "show", state.result, "--as", "statistics").expectStatus(0).text
        #expect(text.contains("site1") && text.contains("no legal basis is named"), "\(text)")
        // No holder of a share, no refusal; and none without a reason.
        for (arguments, kind) in [(["--refuse", "not mine to give"], "opening.refuse"), ([], "opening.part")] {
            try await consortium.expectRecordedRefusal(
                ["open", state.result, "--as", "ministry"] + arguments, kind: kind, reason: "not-a-holder",
                saying: ["holds no share of pool health"])
        }
        try await consortium.run("open", state.result, "--refuse", "", "--as", "site2").expectStatus(2)
        try await consortium.give(state.result, by: "audit")
        let tooFew = try await consortium.run("open", state.result, "--as", "statistics").expectStatus(1)
        #expect(tooFew.message.contains("site1"), "\(tooFew.message)")
        // Who has refused can think better of it: its part takes the refusal's place.
        try await consortium.give(state.result, by: "site1")
        let opened = try await consortium.json("open", state.result, "--as", "statistics")
        #expect(opened["holders"] == ["site1", "audit"])
        try await consortium.expectOpened(state.result)
        #expect(try await consortium.log().contains { $0.id == recorded?.id }, "the ledger has forgotten the refusal")
    }

    @Test("A pool is created over gates; what is no structure is refused before anything is made")
    func gates() async throws {
        let consortium = try await TestConsortium.shared(.founded).copy().consortium
        let create = [
            "pool", "create", "gated", "--members", "site1,site2", "--custodian", "ministry", "--as", "ministry",
        ]
        for holders in [
            "2 of province", "3 of audit, site1", "2 of audit, (1 of site1", "2 of audit, audit", "0 of audit",
            "1 of (1 of (1 of (1 of (1 of audit))))", "1 of audit, site1", "1 of audit, (2 of site1, site2)",
            "of audit", "2 of audit site1", "2 of audit, (site1, site2)",
        ] {
            try await consortium.expectRefused(create + ["--holders", holders], status: 2, saying: ["--holders"])
        }
        for more in [
            ["--holders", "2 of audit, site1", "--threshold", "2"], ["--holders", "audit,site1"],
            ["--holders", "audit,site1", "--threshold", "1"],
        ] {
            try await consortium.expectRefused(create + more, status: 2, saying: ["--threshold"])
        }
        let gates = "2 of province, (2 of site1, site2, (1 of audit, ministry))"
        let created = try await consortium.run(
            create + ["--holders", gates, "--json"] + KnownPrimes.site2.arguments
        ).document()
        #expect(created["inForce"] == false)
        let shown = try await consortium.json("pool", "show", "gated")
        #expect(shown["structure"]?.stringValue == gates)
        #expect(shown["holders"] == ["province", "site1", "site2", "audit", "ministry"])
    }
}

extension PartialDecryption {
    fileprivate func with(values: [BigInteger]) -> PartialDecryption {
        PartialDecryption(holder: holder, epoch: epoch, values: values, challenge: challenge, response: response)
    }
}

extension CommandRun {
    /// What it prints has no rows, or it prints nothing and fails.
    fileprivate func expectNoRows() throws {
        guard status == 0 else { return }
        #expect(try document().rows() == "[]")
    }
}
