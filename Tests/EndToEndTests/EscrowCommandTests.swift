import CanonicalJSON
import Foundation
import KeyVault
import Ledger
import Testing

/// Escrow of departments' own keys, each step a process, as the parties would run them.
@Suite("Escrow, as commands")
struct EscrowCommandTests {
    @Test("Two grant one cell to who asked, one denies; the owner is told; used once, and only by its requester")
    func wholeWay() async throws {
        let state = try await TestConsortium.shared(.requested).copy()
        let (consortium, request) = (state.consortium, state.request)
        for told in ["site1", "audit"] {
            #expect(try await event(of: request, toldTo: told, consortium) == "requested")
        }
        #expect(try await event(of: request, toldTo: "site2", consortium) == nil)
        let denied = try await consortium.json(
            "escrow", "deny", request, "--reason", "no legal basis is named", "--as", "site2")
        #expect(denied["request"]?.stringValue == request)
        let first = try await consortium.json("escrow", "grant", request, "--as", "ministry")
        #expect(first["handedOut"] == false)
        try await consortium.run("escrow", "open", request, "--as", "statistics").expectStatus(1)
        #expect(try await consortium.json("escrow", "grant", request, "--as", "audit")["handedOut"] == true)
        let again = try await consortium.json("escrow", "grant", request, "--as", "ministry")
        #expect(again["handedOut"] == true && again["transaction"] == first["transaction"])
        for other in ["site1", "audit"] {
            let refused = try await consortium.run("escrow", "open", request, "--as", other).expectStatus(1)
            #expect(!refused.text.contains("Recognisable"))
        }
        try await consortium.expectName(request)
        // It can be read again, and its use stands there once.
        try await consortium.expectName(request)
        let listed = try await consortium.json("escrow", "list")
        let record = try #require(listed["requests"]?.arrayValue?.first)
        #expect(record["status"] == "used" && record["granted"] == ["audit", "ministry"])
        #expect(record["denied"]?["site2"] == "no legal basis is named" && record["reason"] == "case 4")
        #expect(try await event(of: request, toldTo: "site1", consortium) == "used")
        let own = try await consortium.json(
            "record", "open", "d1", "--row", "3", "--field", "name", "--as", "site1")
        #expect(own["value"]?.stringValue == TestConsortium.name(1, 3))
    }

    private func event(of request: String, toldTo party: String, _ consortium: TestConsortium) async throws -> String? {
        let notices = try await consortium.json("escrow", "notices", "--as", party)["notices"]?.arrayValue
        return notices?.first { $0["request"]?.stringValue == request }?["event"]?.stringValue
    }

    @Test("A holder's rubbish is passed over and its giver named on the ledger")
    func wrongPart() async throws {
        let state = try await TestConsortium.shared(.grantedByOne).copy()
        let (consortium, request) = (state.consortium, state.request)
        let granted = try await DishonestParty("audit", in: consortium).grant(request, with: Data("rubbish".utf8))
        #expect(granted.isAccepted)
        try await consortium.grant(request, by: "ministry")
        let tooFew = try await consortium.run("escrow", "open", request, "--as", "statistics").expectStatus(1)
        #expect(tooFew.message.contains("wrong are those of audit"))
        try await consortium.grant(request, by: "site2")
        let opened = try await consortium.json("escrow", "open", request, "--as", "statistics")
        #expect(opened["value"]?.stringValue == TestConsortium.name(1, 3) && opened["wrong"] == ["audit"])
        let record = try await consortium.json("escrow", "list")["requests"]?.arrayValue?.first
        #expect(record?["saidWrong"] == ["audit"])
    }

    @Test("Refused and on the ledger: a superior's own request, one grant too many in the period, one without a share")
    func refusals() async throws {
        let consortium = try await TestConsortium.shared(.published).copy().consortium
        let own = try await consortium.requestName(row: 0, as: "ministry")
        try await consortium.expectRecordedRefusal(
            ["escrow", "grant", own, "--as", "ministry"], kind: "escrow.grant", reason: "own-request", saying: [])
        // Nor does the only other grant help: with his own share he would have enough.
        #expect(try await consortium.json("escrow", "grant", own, "--as", "audit")["handedOut"] == false)
        try await consortium.run("escrow", "open", own, "--as", "ministry").expectStatus(1)
        for row in 1...2 {
            let request = try await consortium.requestName(row: row)
            try await consortium.grant(request, by: "ministry", "audit")
        }
        let third = try await consortium.requestName(row: 3)
        // The grant that would make it whole is the one too many.
        try await consortium.grant(third, by: "ministry")
        try await consortium.expectRecordedRefusal(
            ["escrow", "grant", third, "--as", "audit"], kind: "escrow.grant", reason: "over-limit", saying: [])
        // Who has no share cannot even make a part: the attempt is recorded without one.
        try await consortium.expectRecordedRefusal(
            ["escrow", "grant", third, "--as", "province"], kind: "escrow.grant", reason: "not-an-escrow-holder",
            saying: ["holds no share"])
        try await consortium.expectRecordedRefusal(
            ["escrow", "grant", third, "--as", "statistics"], kind: "escrow.grant", reason: "own-request", saying: [])
        try await consortium.expectRecordedRefusal(
            ["escrow", "request", "d1", "--row", "12", "--field", "name", "--reason", "none", "--as", "statistics"],
            kind: "escrow.request", reason: "cell-unknown", saying: [])
    }

    @Test("Before the waiting time nobody grants, and before the deposit is acknowledged nothing is published")
    func waiting() async throws {
        let consortium = try await TestConsortium.shared(.published).copy().consortium
        try await consortium.run(TestConsortium.escrowKey(of: .site2)).expectStatus(0)
        let publish = [
            "publish", "site2.csv", "--schema", "schema.json", "--pool", "health", "--name", "d2", "--as", "site2",
        ]
        let deposited = try await consortium.json("escrow", "deposit", "--as", "site2")
        #expect(deposited["holders"] == ["ministry", "audit", "site1"])
        let early = try await consortium.run(publish).expectStatus(1)
        #expect(early.message.contains("escrow"))
        for holder in ["ministry", "audit", "site1"] {
            let answers = try await consortium.json("escrow", "acknowledge", "--as", holder).arrayValue
            #expect(answers?.first?["acknowledged"] == true && answers?.first?["owner"] == "site2")
        }
        try await consortium.run(publish).expectStatus(0)
        let request = try await consortium.requestName(row: 5, of: "d2")
        for holder in ["ministry", "audit"] {
            try await consortium.expectRecordedRefusal(
                ["escrow", "grant", request, "--as", holder], kind: "escrow.grant", reason: "too-early", saying: [])
        }
    }

    @Test("The departments put another holder into the policy; the holders move the shares to it, without the owner")
    func moving() async throws {
        let state = try await TestConsortium.shared(.requested).copy()
        let (consortium, request) = (state.consortium, state.request)
        try consortium.folder.write(Self.otherRule, as: "other.yaml")
        let proposed = try await consortium.json(
            "registry", "propose", "escrow", "other.yaml", "--for", "site1", "--as", "site1")
        try await consortium.run("registry", "propose", "escrow", "other.yaml", "--for", "site2", "--as", "site1")
            .expectStatus(2)
        let decided = try await consortium.json("registry", "approve", proposed.text("proposal"), "--as", "site2")
        let effective = try #require(decided["effective"]?.integerValue)
        for site in ["site1", "site2"] { try await consortium.run("ledger", "cosign", "--as", site).expectStatus(0) }
        while try await consortium.json("registry", "list")["height"]?.integerValue ?? 0 < effective {
            _ = try await consortium.requestToken(uses: 1)
        }
        let listed = try await consortium.json("escrow", "list")["deposits"]?.arrayValue?.first
        #expect(listed?["followsPolicy"] == false && listed?["epoch"] == 1)
        let later = try await consortium.run(
            "publish", "site1.csv", "--schema", "schema.json", "--pool", "health",
            "--name", "later", "--as", "site1"
        ).expectStatus(1)
        #expect(later.message.contains("province"), "\(later.message)")
        try consortium.vault(of: "site1").remove("fields")
        try await consortium.run("escrow", "refresh", "--owner", "site1", "--as", "audit").expectStatus(1)
        let moved = try await consortium.json("escrow", "reshare", "--owner", "site1", "--as", "audit")
        #expect(moved["holders"] == ["ministry", "province", "site2"] && moved["dealers"] == ["audit", "ministry"])
        try await consortium.dealEscrow(by: ["audit", "ministry"])
        try await consortium.acknowledgeEscrow(by: ["ministry", "province", "site2", "audit"])
        try await consortium.expectEscrowRenewed()
        #expect(try !consortium.secretNames(of: "audit").contains { $0.hasPrefix("escrow.") })
        try await consortium.expectRecordedRefusal(
            ["escrow", "grant", request, "--as", "audit"], kind: "escrow.grant", reason: "not-an-escrow-holder",
            saying: ["holds no share"])
        try await consortium.grant(request, by: "province", "site2", "province")
        try await consortium.expectName(request)
        let file = consortium.folder.path("moved.evidence")
        for site in ["site1", "site2"] { try await consortium.run("ledger", "cosign", "--as", site).expectStatus(0) }
        try await consortium.run("evidence", request, "--with-value", "--output", file, "--as", "statistics")
            .expectStatus(0)
        let proven = try await consortium.json("verify", file)["proven"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(proven.contains { $0.contains("province, site2 granted it") }, "\(proven)")
        #expect(proven.contains { $0.contains("it was number 1 of at most 2 requests to site1") }, "\(proven)")
    }

    private static let otherRule = """
        rules:
          - for: [site1]
            holders: {threshold: 2, of: [superior, province, site2]}
            told: [audit]
            grants: 2
            days: 30
        """

    @Test("A department takes other keys; with them it goes on, and what the old one signs is refused")
    func rotation() async throws {
        let state = try await TestConsortium.shared(.computed).copy()
        let consortium = state.consortium
        let before = try await keys(of: "site1", consortium)
        let dishonest = try DishonestParty("site1", in: consortium)
        let proposed = try await consortium.json("registry", "rotate", "--signing", "--cosigning", "--as", "site1")
        let proposal = try proposed.text("proposal")
        let decided = try await consortium.json("registry", "approve", proposal, "--as", "site2")
        let effective = try #require(decided["effective"]?.integerValue)
        // Those of now vouch for the decision before others take over.
        for site in ["site1", "site2"] { try await consortium.run("ledger", "cosign", "--as", site).expectStatus(0) }
        while try await consortium.json("registry", "list")["height"]?.integerValue ?? 0 < effective {
            _ = try await consortium.requestToken(uses: 1)
        }
        let after = try await keys(of: "site1", consortium)
        #expect(Set(before).isDisjoint(with: after) && after.count == 2)
        // Its share is sealed under other keys of its home, and stays.
        try await consortium.give(state.result, by: "site1", "audit")
        try await consortium.run("ledger", "cosign", "--as", "site1").expectStatus(0)
        await #expect(throws: (any Error).self, "a signature of the old key was taken") {
            _ = try await dishonest.givePart(of: state.result)
        }
        try await consortium.run("open", state.result, "--as", "statistics").expectStatus(0)
        try await consortium.expectOpened(state.result)
        try await consortium.expectSound()
    }

    private func keys(of party: String, _ consortium: TestConsortium) async throws -> [String] {
        let parties = try await consortium.json("registry", "list")["parties"]?.arrayValue
        let known = try #require(parties?.first { $0["name"]?.stringValue == party })
        return [known["signingKey"], known["cosigningKey"]].compactMap { $0?.stringValue }
    }
}
