import CanonicalJSON
import Foundation
import Testing

/// Tables and schemas that cannot be published, and some that look odd and can.
@Suite("Hostile tables")
struct HostileTableTests {
    /// A file, and what the message has to name.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: Data
        let saying: [String]

        init(_ name: String, _ text: String, _ saying: String...) {
            testDescription = name
            bytes = Data(text.utf8)
            self.saying = saying
        }

        init(_ name: String, bytes: Data, _ saying: String...) {
            testDescription = name
            self.bytes = bytes
            self.saying = saying
        }
    }

    private static let header = "plan,area,person,cost\n"
    private static let good = "1,a,100,1.5\n"

    /// Row 2 has `cost` as given.
    private static func cost(_ value: String) -> String { header + good + "2,b,101,\(value)\n" }

    static let unreadable: [Case] = [
        Case("an empty file", "", "empty"),
        Case("a missing column", "plan,area,person\n1,a,100\n", "header", "column 'cost'", "schema"),
        Case("a ragged row", header + good + "2,b,101\n", "row 2", "3 fields", "header 4"),
        Case("a row that is too long", header + good + "2,b,101,1.5,9\n", "row 2", "5 fields"),
        Case("a quote within a field", header + good + "2,b\"c,101,1.5\n", "row 2", "column 'area'", "quote"),
        Case("a quote never closed", header + good + "2,\"b,101,1.5\n", "row 2", "column 'area'", "closing quote"),
        Case("text after a quote", header + "1,\"a\"b,100,1.5\n", "row 1", "column 'area'"),
        Case("a duplicate header", "plan,plan,person,cost\n1,1,100,1.5\n", "header", "column 'plan'", "twice"),
        Case("a NUL byte", header + "1,\u{0},100,1.5\n", "row 1", "column 'area'"),
        Case("a carriage return alone", header + "1,a\rb,100,1.5\n", "row 1", "column 'area'"),
        Case(
            "invalid UTF-8", bytes: Data((header + "1,").utf8) + [0xC3, 0x28] + Data(",100,1.5\n".utf8), "row 1",
            "column 'area'", "UTF-8"),
        Case(
            "a field of 10 MB", header + good + "2,\(String(repeating: "b", count: 10 << 20)),101,1.5\n", "row 2",
            "column 'area'", "1048576"),
        Case("a value above the range", cost("1000.01"), "row 2", "column 'cost'", "range of 0 to 1000"),
        Case("a value below the range", cost("-0.01"), "row 2", "column 'cost'", "range of 0 to 1000"),
        Case("NaN", cost("NaN"), "row 2", "column 'cost'"),
        Case("an infinity", cost("inf"), "row 2", "column 'cost'"),
        Case("1e400", cost("1e400"), "row 2", "column 'cost'"),
        Case("more decimals than declared", cost("1.005"), "row 2", "column 'cost'", "3 decimals"),
        Case("a text where a number belongs", header + good + "two,b,101,1.5\n", "row 2", "column 'plan'", "number"),
        Case("an integer beyond 64 bits", header + "99999999999999999999,b,101,1.5\n", "row 1", "column 'plan'"),
        Case("a row about nobody", header + good + "2,b,,1.5\n", "row 2", "column 'person'", "subject"),
    ]

    @Test("What is wrong is named with file, row and column, and nothing is left behind", arguments: unreadable)
    func refusedTable(table: Case) async throws {
        let consortium = try await TestConsortium.at(.pool).copy().consortium
        try consortium.folder.write(table.bytes, as: "bad.csv")
        let run = try await consortium.expectRefused(
            publish("bad.csv", schema: "schema.json"), status: 2, saying: ["bad.csv"] + table.saying)
        // A message is for a person to read, whatever stood in the file.
        #expect(run.message.count < 1_000)
        #expect(try consortium.folder.names(in: "consortium/parties/site1/published").isEmpty)
        // The right file goes through afterwards, under the same name.
        try await consortium.publish("site1.csv", as: "site1", name: "d1").expectStatus(0)
    }

    static let readable: [Case] = [
        Case("quotes, commas and line ends in fields", header + "1,\"a, \"\"b\"\"\nc\",100,\"1.5\"\n" + good),
        Case("CRLF", header.replacing("\n", with: "\r\n") + "1,a,100,1.5\r\n2,b,101,2.5\r\n"),
        Case("no newline at the end", header + good + "2,b,101,2.5"),
        Case("a byte order mark", "\u{FEFF}" + header + good + "2,b,101,2.5\n"),
        Case("columns in another order", "cost,person,area,plan\n1.5,100,a,1\n2.5,101,b,2\n"),
        Case("a missing value", header + good + "2,b,101,\n"),
        Case("the bounds themselves", header + "1,a,100,0\n2,b,101,1000.00\n"),
    ]

    @Test("What is only unusual is published", arguments: readable)
    func accepted(table: Case) async throws {
        let consortium = try await TestConsortium.at(.pool).copy().consortium
        try consortium.folder.write(table.bytes, as: "odd.csv")
        let document = try await consortium.publish("odd.csv", as: "site1", name: "d1").document()
        #expect(document["rows"] == 2)
    }

    static let schemas: [Case] = [
        Case("no JSON", "{", "JSON"),
        Case("no fields", #"{"fields": [], "packs": {}, "subject": "a"}"#, "'fields' is empty"),
        Case(
            "an unknown protection", changed("\"protection\": \"computable\"", "\"protection\": \"secret\""), "'cost'"),
        Case("an unknown type", changed("\"type\": \"number\"", "\"type\": \"money\""), "'cost'", "money"),
        Case("a computable column without bounds", changed("\"minimum\": 0, ", ""), "'cost'", "minimum"),
        Case(
            "a pack of a column that is not there", changed("[\"cost\"]", "[\"cost\", \"visits\"]"), "'visits'", "care"),
        Case("a misspelt member", changed("\"decimals\"", "\"decimal\""), "'cost'", "decimal"),
        Case("a minimum above the maximum", changed("\"minimum\": 0", "\"minimum\": 2000"), "'cost'"),
        Case("a subject that is not there", changed("\"subject\": \"person\"", "\"subject\": \"nobody\""), "nobody"),
    ]

    private static func changed(_ part: String, _ other: String) -> String {
        TestConsortium.schema.replacing(part, with: other)
    }

    @Test("A schema that does not hold is refused with its file and field", arguments: schemas)
    func refusedSchema(schema: Case) async throws {
        let consortium = try await TestConsortium.at(.pool).copy().consortium
        try consortium.folder.write(schema.bytes, as: "bad.json")
        try await consortium.expectRefused(
            publish("site1.csv", schema: "bad.json"), status: 2, saying: ["bad.json"] + schema.saying)
    }

    static let files = [
        ["missing.csv", "schema.json"], ["site1.csv", "missing.json"], ["policies", "schema.json"],
        ["site1.csv", "policies"],
    ]

    @Test("Files that are not there, or are folders, are named", arguments: files)
    func noFile(files: [String]) async throws {
        let consortium = try await TestConsortium.at(.pool).copy().consortium
        let bad = try #require(files.first { $0 == "policies" || $0.hasPrefix("missing") })
        try await consortium.expectRefused(publish(files[0], schema: files[1]), status: 2, saying: [bad])
    }

    @Test("A name that is taken, a pool that is not there, and a party that is no member are refused")
    func refusedPublications() async throws {
        let consortium = try await TestConsortium.at(.published).copy().consortium
        var other = publish("site2.csv", schema: "schema.json")
        try await consortium.expectRefused(other, status: 1, saying: ["d1", "--replace"])
        other = [
            "publish", "site2.csv", "--schema", "schema.json", "--pool", "nowhere", "--name", "d9", "--as", "site1",
        ]
        try await consortium.expectRefused(other, status: 2, saying: ["no pool nowhere", "health"])
        other = [
            "publish", "site2.csv", "--schema", "schema.json", "--pool", "health", "--name", "d9", "--as", "press",
        ]
        try await consortium.run(other).expectStatus(1)
        #expect(try await consortium.log().last?.accepted == false)
        try await consortium.expectSound()
    }

    private func publish(_ csv: String, schema: String) -> [String] {
        ["publish", csv, "--schema", schema, "--pool", "health", "--name", "d1", "--as", "site1"]
    }
}
