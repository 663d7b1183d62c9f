import BlobStore
import CanonicalJSON
import Foundation
import QueryPlans
import SharingModel
import Testing

@Suite("A plan")
struct PlanTests {
    @Test("has one canonical text, and is read back from it")
    func roundTrip() throws {
        let plan = try template("SELECT plan, WSUM(mdvis, female + 1) AS w FROM health WHERE year = 1 GROUP BY plan")
            .instantiate()
        #expect(
            String(decoding: plan.block.data, as: UTF8.self)
                == #"{"datasets":[{"/":"\#(someManifest)"}],"groupBy":["plan"],"packs":["care"],"parameters":{},"#
                + #""select":[{"group":0,"name":"plan"},{"aggregate":"weightedSum","column":"mdvis","name":"w","#
                + #""weight":"female + 1"}],"source":{"pool":"health"},"version":1,"where":"year = 1"}"#)
        #expect(try Plan(data: plan.block.data) == plan)
        #expect(try DAGJSON.links(in: plan.block) == [someManifest])
    }

    @Test("of a template is the template's JSON with the member parameters replaced")
    func instantiation() throws {
        let template = try template("SELECT SUM(mdvis) FROM health WHERE year = :year AND site = :site")
        #expect(template.parameterNames == ["site", "year"])
        let plan = try template.instantiate(["year": .integer(2), "site": .text("x")])
        var members = try #require(CanonicalJSON.parse(template.data).objectValue)
        members["parameters"] = ["year": 2, "site": "x"]
        let merged = try CanonicalJSON.serialize(.object(members))
        #expect(CID(of: merged, codec: .dagJSON) == plan.cid)
        #expect(try PlanTemplate(data: template.data) == template)
    }

    @Test("needs every parameter and no other")
    func parameters() throws {
        let template = try template("SELECT SUM(mdvis) FROM health WHERE year = :year")
        #expect(throws: QueryPlanError.plan(.parameters(missing: ["year"], unknown: []))) {
            _ = try template.instantiate()
        }
        #expect(throws: QueryPlanError.plan(.parameters(missing: [], unknown: ["yaer"]))) {
            _ = try template.instantiate(["year": .integer(1), "yaer": .integer(1)])
        }
        #expect(throws: QueryPlanError.self) { _ = try template.instantiate(["year": .null]) }
        #expect(throws: QueryPlanError.self) { _ = try template.instantiate(["year": .integer(1 << 53)]) }
    }

    @Test(
        "in another form is refused",
        arguments: [
            ("\"year = 1\"", "\"year=1\""), ("\"year = 1\"", "\"year = 1 OR (SELECT 1)\""),
            ("\"year = 1\"", "\"year = 1) OR (1\""), ("\"version\":1", "\"version\":2"), ("\"group\":0", "\"group\":1"),
            ("\"group\":0", "\"group\":-1"), ("\"name\":\"plan\"", "\"name\":\"sum(mdvis)\""),
            ("\"packs\":[\"care\"]", "\"packs\":[\"care\",\"care\"]"),
            ("\"parameters\":{}", "\"parameters\":{\"x\":1}"),
            ("\"version\":1", "\"version\":1,\"extra\":1"), ("\"column\":\"mdvis\",", ""),
            ("\"aggregate\":\"sum\"", "\"aggregate\":\"weightedSum\""),
            ("\"aggregate\":\"sum\"", "\"aggregate\":\"max\""),
            ("[\"plan\"]", "[\"random()\"]"), ("{\"/\":\"\(someManifest)\"}", "\"\(someManifest)\""),
        ])
    func malformed(_ good: String, _ bad: String) throws {
        let plan = try template("SELECT plan, SUM(mdvis) FROM health WHERE year = 1 GROUP BY plan").instantiate()
        let text = String(decoding: plan.block.data, as: UTF8.self)
        #expect(text.contains(good))
        #expect(throws: (any Error).self) { _ = try Plan(data: Data(text.replacing(good, with: bad).utf8)) }
    }
}
