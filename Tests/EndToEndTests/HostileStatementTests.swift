import CanonicalJSON
import Foundation
import Testing

/// Statements that cannot be computed, and those that would give somebody away.
@Suite("Hostile statements")
struct HostileStatementTests {
    static let unreadable = [
        ("SELECT SUM(cost) FROM health WHERE plan = (SELECT 1)", "a SELECT inside a SELECT"),
        ("SELECT SUM(cost) FROM health WHERE EXISTS (SELECT 1)", "SELECT"),
        ("PRAGMA table_info(health)", "PRAGMA is not a query"),
        ("SELECT SUM(cost) FROM health WHERE PRAGMA", "PRAGMA"),
        ("DELETE FROM health", "DELETE is not a query"),
        ("ATTACH 'x' AS y", "ATTACH"),
        ("SELECT SUM(cost) FROM health; DROP TABLE rows", "one statement at a time"),
        ("SELECT SUM(cost) FROM health -- all", "comments"),
        ("SELECT SUM(cost) FROM health WHERE cost > 5", "cost is computable"),
        ("SELECT SUM(cost) FROM health WHERE person = 100", "person is pseudonym"),
        ("SELECT SUM(cost) FROM health GROUP BY person", "person"),
        ("SELECT person, SUM(cost) FROM health GROUP BY person", "person"),
        ("SELECT cost FROM health", "cost"),
        ("SELECT SUM(plan) FROM health", "plan is public"),
        ("SELECT SUM(cost) FROM health WHERE nothere = 1", "there is no column nothere"),
        ("SELECT SUM(nothere) FROM health", "there is no column nothere"),
        ("SELECT SUM(cost) FROM health WHERE aera = 'a'", "did you mean area?"),
        ("SELECT SUM(cost) FROM health WHERE load_extension('x')", "load_extension"),
        ("SELECT SUM(cost) FROM health WHERE randomblob(9) = 1", "randomblob"),
        ("SELECT MAX(cost) FROM health", "MAX"),
        ("SELECT VARIANCE(cost) FROM health", "squares"),
        ("SELECT SUM(cost) FROM elsewhere", "no such pool or dataset"),
        ("SELECT SUM(cost) FROM health JOIN rows", "join"),
        ("SELECT SUM(cost) FROM health LIMIT 1", "LIMIT"),
        ("SELECT SUM(cost FROM health", "at character"),
        ("SELECT SUM(cost) FROM health WHERE area = 'a", "closing"),
        ("SELECT SUM(cost) FROM health WHERE \u{1F600} = 1", "at character"),
        ("", "at character"),
    ]

    @Test("A statement that is not read ends with 2, says where, and takes no use")
    func notRead() async throws {
        let state = try await TestConsortium.at(.approved).copy()
        for (statement, fragment) in Self.unreadable {
            let query = ["query", statement, "--token", state.token, "--as", "statistics"]
            try await state.consortium.expectRefused(query, status: 2, saying: [fragment])
        }
        let uses = Int64(TestConsortium.uses)
        #expect(try await state.consortium.usesLeft(of: state.token) == uses)
    }

    @Test("A statement as long as a book, or nested as deep as a well, is refused at once")
    func oversized() async throws {
        let state = try await TestConsortium.at(.approved)
        let long = "SELECT SUM(cost) FROM health WHERE area = '" + String(repeating: "a", count: 100_000) + "'"
        let deep = "SELECT SUM(cost) FROM health WHERE " + String(repeating: "(", count: 5_000) + "1"
        for statement in [long, deep] {
            try await state.consortium.query(state.token, statement).expectStatus(2)
        }
    }

    static let disclosing = [
        (
            "weights single out one area of four persons",
            "SELECT WSUM(cost, CASE WHEN area = 'c' THEN 1 ELSE 0 END) FROM health", "fewer than 5"
        ),
        (
            "weights single out one person in all",
            "SELECT WSUM(cost, CASE WHEN area = 'c' AND plan = 1 THEN 1 ELSE 1000 END) FROM health", "fewer than 5"
        ),
        ("one small group and nothing else", "SELECT SUM(cost) FROM health WHERE area = 'c'", "fewer than 5"),
        ("the rest of what was opened", "SELECT SUM(cost), COUNT(*) FROM health WHERE area <> 'c'", "fewer than 5"),
        ("all but the small part of one plan", "SELECT SUM(cost) FROM health WHERE plan = 1 AND area <> 'c'", "fewer"),
    ]

    @Test(
        "What would give away fewer than five persons is refused whole, recorded, and takes no use",
        arguments: disclosing)
    func discloses(_ what: String, _ statement: String, _ fragment: String) async throws {
        let state = try await TestConsortium.at(.opened).copy()
        let query = ["query", statement, "--token", state.token, "--as", "statistics", "--json"]
        let dry = try await state.consortium.run(query + ["--dry-run"]).document()
        #expect(dry["allowed"] == false, "\(what)")
        let uses = try await state.consortium.usesLeft(of: state.token)
        try await state.consortium.expectRecordedRefusal(
            query, kind: "query.refuse", reason: nil, saying: [fragment, "no use was taken", "--dry-run"])
        #expect(try await state.consortium.usesLeft(of: state.token) == uses)
    }

    @Test("Small groups are left out of what is released, and named")
    func smallGroups() async throws {
        let state = try await TestConsortium.at(.approved).copy()
        let query = "SELECT area, SUM(cost), COUNT(*) FROM health GROUP BY area"
        let document = try await state.consortium.query(state.token, query).document()
        let refused = try #require(document["refused"]?.arrayValue)
        #expect(refused.map { $0["group"] } == [["c"]])
        let result = try document.text("result")
        try await state.consortium.run("open", result, "--as", "ministry").expectStatus(0)
        let shown = try await state.consortium.json("result", "show", result, "--as", "statistics")
        #expect(shown["rows"]?.arrayValue?.map { $0.arrayValue?.first } == ["a", "b"])
    }
}
