import BlobStore
import Foundation
import QueryPlans
import SharingModel
import Testing

/// Columns as the RAND table has them.
func healthScope() throws -> ColumnScope {
    let care = try #require(PackName("care"))
    return ColumnScope([
        "plan": .public, "year": .public, "site": .public, "female": .public, "order": .public, "a b": .public,
        "zper": .other("pseudonym"), "meddol": .computable(pack: care, squares: true),
        "mdvis": .computable(pack: care, squares: false),
    ])
}

let someManifest = CID(of: Data("manifest".utf8), codec: .dagJSON)

func template(_ text: String) throws -> PlanTemplate {
    let name = try #require(PoolName("health"))
    return try SelectStatement.parse(text).bind(source: .pool(name), datasets: [someManifest], scope: healthScope())
}

@Suite("A SELECT is read")
struct SelectStatementTests {
    @Test("into names, packs, groups and canonical expressions")
    func bindsEveryClause() throws {
        let content = try template(
            """
            select Plan, avg(meddol), COUNT(*) , variance(meddol), WSUM(mdvis, female+1) as w,count(mdvis)
            FROM health where year=1 and site!=3 AND plan in(1,2 , 3) group by plan
            """
        ).content
        #expect(
            content.select.map(\.name) == ["plan", "avg(meddol)", "count(*)", "variance(meddol)", "w", "count(mdvis)"])
        #expect(content.filter == "year = 1 AND site <> 3 AND plan IN (1, 2, 3)")
        #expect(content.groupBy == ["plan"])
        #expect(content.packs.map(\.text) == ["care"])
        #expect(content.select[4].content == .aggregate(.weightedSum, column: "mdvis", weight: "female + 1"))
        #expect(content.select[5].content == .aggregate(.count, column: "mdvis", weight: nil))
    }

    @Test(
        "so that one meaning has one text",
        arguments: [
            ("year=1", "year = 1"), ("YEAR  ==  01", "year = 1"), ("- -1<year", "- -1 < year"),
            ("not(year=1)or site is not null", "NOT (year = 1) OR site IS NOT NULL"),
            ("CASE when year=1 then 'it''s' else :p end='x'", "CASE WHEN year = 1 THEN 'it''s' ELSE :p END = 'x'"),
            ("site between 1 and 3", "site BETWEEN 1 AND 3"), ("\"order\"=1", "\"order\" = 1"),
            ("\"a b\" = 1", "\"a b\" = 1"), ("Substr(plan,1,2)='a'", "substr(plan, 1, 2) = 'a'"),
            ("TRUE", "1"), ("plan not like 'a%'", "plan NOT LIKE 'a%'"), ("-(year)*-1 < ~site", "-(year) * -1 < ~site"),
            ("\"year\" = 1", "year = 1"),
        ])
    func canonicalText(_ text: String, _ canonical: String) throws {
        let found = try template("SELECT COUNT(*) FROM health WHERE \(text)").content.filter
        #expect(found == canonical)
        let again = try template("SELECT COUNT(*) FROM health WHERE \(canonical)").content.filter
        #expect(again == canonical)
    }

    @Test("with a source that has dashes and dots, or quotes")
    func sources() throws {
        #expect(try SelectStatement.parse("SELECT COUNT(*) FROM health-2026.v1 WHERE 1").source == "health-2026.v1")
        #expect(try SelectStatement.parse("SELECT COUNT(*) FROM \"2 b\"").source == "2 b")
    }

    @Test("and groups by the name that a selected expression was given")
    func groupByAlias() throws {
        let content = try template("SELECT year / 2 AS pair, COUNT(*) FROM health GROUP BY pair").content
        #expect(content.groupBy == ["year / 2"])
        #expect(content.select[0] == .init(name: "pair", content: .group(0)))
    }
}

@Suite("A SELECT is refused with its place and the way on")
struct SelectRefusalTests {
    static let hostile: [(String, String)] = [
        ("", "at character 1: the statement ends where SELECT should be"),
        ("PRAGMA user_version", "at character 1: PRAGMA is not a query; only SELECT is read"),
        ("DROP TABLE rows", "DROP is not a query"),
        ("SELECT COUNT(*) FROM health; DROP TABLE rows", "at character 28: ';' ends nothing here"),
        ("SELECT COUNT(*) FROM health -- all", "at character 29: comments are not read"),
        ("SELECT COUNT(*) FROM health WHERE year = 1 /* x */", "comments are not read"),
        ("SELECT COUNT(*) FROM (SELECT 1)", "at character 22: a SELECT inside a SELECT"),
        ("SELECT COUNT(*) FROM health WHERE site IN (SELECT 1)", "at character 44: a SELECT inside a SELECT"),
        ("SELECT COUNT(*) FROM health WHERE EXISTS (SELECT 1)", "at character 35: a SELECT inside a SELECT"),
        ("SELECT COUNT(*) FROM health WHERE (SELECT 1)", "a SELECT inside a SELECT"),
        ("SELECT COUNT(*) FROM health WHERE PRAGMA user_version", "at character 42: found 'user_version'"),
        ("SELECT COUNT(*) FROM health WHERE pragma_table_info('rows')", "the function pragma_table_info is not listed"),
        (
            "SELECT COUNT(*) FROM health WHERE load_extension('x')",
            "the function load_extension is not listed; there are abs"
        ),
        ("SELECT COUNT(*) FROM health WHERE random() > 0", "the function random is not listed"),
        (
            "SELECT COUNT(*) FROM health WHERE meddol > 10",
            "at character 35: meddol is computable, so nobody can compare it"
        ),
        ("SELECT COUNT(*) FROM health WHERE zper = 125024", "zper is pseudonym, so nobody can compare it"),
        ("SELECT COUNT(*) FROM health WHERE rowid = 7", "there is no column rowid; see"),
        ("SELECT COUNT(*) FROM health WHERE _rowid_ = 7", "there is no column _rowid_"),
        ("SELECT COUNT(*) FROM health WHERE yaer = 1", "at character 35: there is no column yaer; did you mean year?"),
        ("SELECT AVG(medol) FROM health", "at character 8: there is no column medol; did you mean meddol?"),
        ("SELECT COUNT(*) FROM health ORDER BY plan", "ORDER BY is not needed: rows come ordered"),
        ("SELECT COUNT(*) FROM health GROUP BY plan HAVING 1", "HAVING would compare sealed values"),
        ("SELECT COUNT(*) FROM health LIMIT 1", "LIMIT would hide groups"),
        ("SELECT COUNT(*) FROM health JOIN other ON 1", "tables cannot be joined on sealed values"),
        ("SELECT COUNT(*) FROM health, other", "tables cannot be joined on sealed values"),
        ("SELECT COUNT(*) FROM health UNION SELECT 1", "UNION is not read"),
        ("SELECT DISTINCT plan FROM health", "DISTINCT is not computed on ciphertext"),
        ("SELECT COUNT(DISTINCT zper) FROM health", "DISTINCT is not computed on ciphertext"),
        ("SELECT * FROM health", "at character 8: '*' selects nothing here"),
        ("SELECT meddol FROM health", "single values stay sealed; ask for SUM(meddol) or AVG(meddol)"),
        ("SELECT plan, COUNT(*) FROM health", "at character 8: plan has to be in GROUP BY as well"),
        ("SELECT COUNT(*) FROM health GROUP BY 1", "GROUP BY takes columns and expressions, not positions"),
        ("SELECT SUM(plan) FROM health", "plan is public, and aggregates are of computable columns"),
        ("SELECT COUNT(zper) FROM health", "zper is pseudonym, and aggregates are of computable columns"),
        ("SELECT VARIANCE(mdvis) FROM health", "needs the squares of mdvis, which were not published"),
        ("SELECT AVG(meddol) * 2 FROM health", "AVG(…) has to stand alone"),
        ("SELECT 2 * AVG(meddol) FROM health", "AVG cannot stand inside an expression"),
        ("SELECT SUM(meddol + mdvis) FROM health", "at character 19: SUM takes the name of one computable column"),
        ("SELECT SUM(abs(meddol)) FROM health", "SUM takes the name of one computable column"),
        ("SELECT MAX(meddol) FROM health", "MAX of a column cannot be computed on ciphertext"),
        ("SELECT WSUM(mdvis) FROM health", "at character 18: found ')' where ',' and an integer weight"),
        ("SELECT WSUM(mdvis, meddol) FROM health", "meddol is computable"),
        ("SELECT COUNT(*) FROM health WHERE year = 1.5", "1.5 is not a whole number"),
        ("SELECT COUNT(*) FROM health WHERE year = 1e3", "1e3 is not a whole number"),
        ("SELECT COUNT(*) FROM health WHERE year = 0x10", "0x10 is not a whole number"),
        ("SELECT COUNT(*) FROM health WHERE year = 9223372036854775808", "larger than a 64-bit integer"),
        ("SELECT COUNT(*) FROM health WHERE health.year = 1", "write the column without 'health.' before it"),
        ("SELECT COUNT(*) FROM health WHERE year = 'x", "at character 42: the text that begins here has no closing '"),
        ("SELECT COUNT(*) FROM health WHERE year = `x`", "the character '`' has no place"),
        ("SELECT COUNT(*) FROM health WHERE year = 1 AND", "the statement ends where a public column"),
        ("SELECT COUNT(*) FROM health WHERE (year = 1", "the statement ends where ')' should be"),
        ("SELECT COUNT(*) FROM health WHERE year = 1) OR (1", "found ')' where an operator"),
        ("SELECT COUNT(*) FROM health WHERE year IN 3", "found '3' where a list in parentheses"),
        ("SELECT COUNT(*) FROM health WHERE CAST(year AS TEXT) = 1", "CAST is not read; integers divide"),
        ("SELECT COUNT(*) FROM health WHERE plan COLLATE NOCASE = 1", "COLLATE is not read"),
        ("SELECT COUNT(*) FROM health WHERE substr(plan) = 1", "substr takes 2 to 3 arguments, not 1"),
        ("SELECT COUNT(*) OVER () FROM health", "OVER is not read"),
        ("SELECT COUNT(*), COUNT(*) FROM health", "two columns are called count(*)"),
        ("SELECT COUNT(*) WHERE 1", "found 'WHERE' where ',' or FROM should be"),
    ]

    @Test(arguments: hostile)
    func refuses(_ text: String, _ message: String) throws {
        let error = try #require(throws: QueryPlanError.self) { _ = try template(text) }
        #expect("\(error)".contains(message), "\(error)")
    }

    @Test("as soon as it is nested too deep, and never by overflowing the stack")
    func nesting() throws {
        for (open, close) in [("(", ")"), ("NOT ", ""), ("- ", ""), ("abs(", ")"), ("CASE WHEN ", " THEN 1 END")] {
            let deep = String(repeating: open, count: 1_000) + "year" + String(repeating: close, count: 1_000)
            let error = try #require(throws: QueryPlanError.self) {
                _ = try template("SELECT COUNT(*) FROM health WHERE \(deep)")
            }
            #expect("\(error)".contains("levels of nesting") || "\(error)".contains("longer than"), "\(error)")
        }
    }

    @Test("when it is longer than 16 KiB")
    func length() throws {
        let text = "SELECT COUNT(*) FROM health WHERE 1" + String(repeating: " AND 1", count: 4_000)
        let error = try #require(throws: QueryPlanError.self) { _ = try template(text) }
        #expect("\(error)".contains("longer than 16384 bytes"))
    }
}
