import CanonicalJSON
import Foundation
import SealedTables
import TestSupport
import Testing

@Suite("Table schema")
struct TableSchemaTests {
    private func schema(_ text: String) throws -> TableSchema { try TableSchema(json: Data(text.utf8)) }

    /// A schema of a subject and one more field, whose members are given as text.
    private func oneField(_ members: String, packs: String = "{\"p\": [\"x\"]}") -> String {
        "{\"fields\": [{\"name\": \"id\", \"type\": \"integer\", \"protection\": \"pseudonym\"}, {\(members)}],"
            + " \"packs\": \(packs), \"subject\": \"id\"}"
    }

    @Test("The shape that scripts rely on is read")
    func readsDocumentedShape() throws {
        let read = try schema(
            """
            {"fields": [
               {"name": "site",   "type": "integer", "protection": "public"},
               {"name": "plan",   "type": "integer", "protection": "public"},
               {"name": "zper",   "type": "integer", "protection": "pseudonym"},
               {"name": "meddol", "type": "number",  "protection": "computable", "decimals": 7, "squares": true,
                "constraints": {"minimum": 0, "maximum": 50000}},
               {"name": "mdvis",  "type": "integer", "protection": "computable",
                "constraints": {"minimum": 0, "maximum": 400}}],
             "packs": {"care": ["meddol", "mdvis"]}, "subject": "zper", "missingValues": [""]}
            """)
        #expect(read.publicFields.map(\.name) == ["site", "plan"])
        #expect(read.subject == "zper" && read.subjectIsPseudonym)
        #expect(read.packs.map(\.columns) == [["meddol", "mdvis"]])
        let meddol = try #require(read.field("meddol")?.computable)
        #expect(meddol.decimals == 7 && meddol.squares && meddol.largestEntry == 500_000_000_000)
    }

    @Test("Bounds are taken digit by digit from numbers and from strings")
    func keepsBoundsExactly() throws {
        for bound in ["99999999999999.9999999", "\"99999999999999.9999999\"", "9.99999999999999999999e13"] {
            let read = try schema(
                oneField(
                    "\"name\": \"x\", \"type\": \"number\", \"protection\": \"computable\", \"decimals\": 7,"
                        + "\"constraints\": {\"minimum\": -0.1, \"maximum\": \(bound)}"))
            let computable = try #require(read.field("x")?.computable)
            #expect(computable.scaledMinimum == -1_000_000)
            #expect(computable.scaledMaximum == 999_999_999_999_999_999_999)
        }
    }

    @Test("The normal form reads back as the same schema, with the same bytes")
    func encodesCanonically() throws {
        for read in [try SmallTable.schema(), try PackageFile.healthSchema()] {
            let bytes = try CanonicalJSON.encode(read)
            let again = try CanonicalJSON.decode(TableSchema.self, from: bytes)
            #expect(again == read)
            #expect(try TableSchema(json: bytes) == read)
        }
    }

    private static let computable = "\"name\": \"x\", \"type\": \"number\", \"protection\": \"computable\""
    private static let bounds = "\"constraints\": {\"minimum\": 0, \"maximum\": 9}"

    @Test(
        "A field that breaks a rule is refused by name",
        arguments: [
            ("\"name\": \"x\", \"type\": \"text\", \"protection\": \"public\"", SchemaProblem.unknownType("text")),
            ("\"name\": \"x\", \"type\": \"string\", \"protection\": \"open\"", .unknownProtection("open")),
            ("\"name\": \"x\", \"protection\": \"public\"", .missingMember("type")),
            ("\"name\": \"x\", \"type\": \"string\"", .missingMember("protection")),
            ("\"name\": \"x\", \"type\": \"number\", \"protection\": \"public\"", .publicNumber),
            ("\"name\": \"x\", \"type\": \"number\", \"protection\": \"pseudonym\"", .pseudonymType("number")),
            ("\"name\": \"x\", \"type\": \"string\", \"protection\": \"computable\"", .computableType("string")),
            ("\(computable), \"decimals\": 1, \"constraints\": {\"maximum\": 9}", .needsBound("minimum")),
            ("\(computable), \"decimals\": 1, \"constraints\": {\"minimum\": 9}", .needsBound("maximum")),
            ("\(computable), \"decimals\": 1", .needsBound("minimum")),
            ("\(computable), \(bounds)", .needsDecimals),
            ("\(computable), \(bounds), \"decimals\": 31", .decimalsOutOfRange(31, limit: 30)),
            ("\(computable), \(bounds), \"decimals\": -1", .decimalsOutOfRange(-1, limit: 30)),
            (
                "\(computable), \(bounds), \"decimals\": 1.5",
                .wrongKind(member: "decimals", expected: "a whole number")
            ),
            (
                "\(computable), \(bounds), \"decimals\": \"1\"",
                .wrongKind(member: "decimals", expected: "a whole number")
            ),
            (
                "\"name\": \"x\", \"type\": \"integer\", \"protection\": \"computable\", \(bounds), \"decimals\": 2",
                .integerDecimals(2)
            ),
            (
                "\(computable), \"decimals\": 1, \"constraints\": {\"minimum\": 0.25, \"maximum\": 9}",
                .boundDecimals(member: "minimum", needed: 2, declared: 1)
            ),
            (
                "\(computable), \"decimals\": 1, \"constraints\": {\"minimum\": 10, \"maximum\": 9}",
                .minimumAboveMaximum
            ),
            (
                "\(computable), \"decimals\": 1, \"constraints\": {\"minimum\": \"low\", \"maximum\": 9}",
                .boundNotANumber("minimum")
            ),
            (
                "\(computable), \"decimals\": 20, \"constraints\": {\"minimum\": 0, \"maximum\": 1e20}",
                .boundTooLarge("maximum")
            ),
            (
                "\"name\": \"x\", \"type\": \"string\", \"protection\": \"public\", \"decimals\": 1",
                .onlyForComputable("decimals")
            ),
            (
                "\"name\": \"x\", \"type\": \"string\", \"protection\": \"public\", \"squares\": true",
                .onlyForComputable("squares")
            ),
            (
                "\"name\": \"x\", \"type\": \"string\", \"protection\": \"public\", \(bounds)",
                .boundOnlyForNumbers("minimum")
            ),
            (
                "\"name\": \"x\", \"type\": \"string\", \"protection\": \"public\", \"decimal\": 1",
                .unknownMember("decimal")
            ),
            (
                "\"name\": \"x\", \"type\": \"string\", \"protection\": \"public\","
                    + "\"constraints\": {\"pattern\": \"a*\"}", .unknownMember("pattern")
            ),
            ("\"name\": \"ID\", \"type\": \"string\", \"protection\": \"public\"", .duplicateField(other: "id")),
        ])
    func refusesField(members: String, problem: SchemaProblem) throws {
        let error = #expect(throws: SealedTableError.self) { try schema(oneField(members)) }
        guard case .schema(let found, let field)? = error else { throw try #require(error) }
        #expect(found == problem)
        #expect(field == (members.contains("\"ID\"") ? "ID" : "x"))
        #expect("\(try #require(error))".hasPrefix("field '"))
    }

    private static let good = "\(computable), \"decimals\": 1, \(bounds)"

    @Test(
        "Packs have to hold every computable column exactly once",
        arguments: [
            ("{}", SchemaProblem.inNoPack, "x"), ("{\"p\": [\"x\"], \"q\": [\"x\"]}", .inTwoPacks("p", "q"), "x"),
            ("{\"p\": [\"x\", \"x\"]}", .inTwoPacks("p", "p"), "x"),
            ("{\"P\": [\"x\"]}", .packName("P"), nil), ("{\"p\": [\"x\"], \"q\": []}", .packEmpty("q"), nil),
            ("{\"p\": [\"x\", \"y\"]}", .packUnknownColumn(pack: "p"), "y"),
            ("{\"p\": [\"x\", \"id\"]}", .packColumnProtection(pack: "p"), "id"),
            ("{\"p\": \"x\"}", .wrongKind(member: "packs.p", expected: "an array"), nil),
        ] as [(String, SchemaProblem, String?)])
    func refusesPacks(packs: String, problem: SchemaProblem, field: String?) {
        #expect(throws: SealedTableError.schema(problem, field: field)) {
            try schema(oneField(TableSchemaTests.good, packs: packs))
        }
    }

    @Test(
        "A schema that is none is refused",
        arguments: [
            ("", nil), ("[]", SchemaProblem.wrongKind(member: "schema", expected: "an object")),
            ("{\"fields\": [], \"subject\": \"id\"}", .noFields), ("{\"subject\": \"id\"}", .missingMember("fields")),
            ("{\"fields\": [{\"name\": \"a\", \"name\": \"b\"}]}", nil),
            ("{\"fields\": [{\"type\": \"string\"}], \"subject\": \"a\"}", .missingMember("name")),
            (
                "{\"fields\": [{\"name\": \"a\", \"type\": \"string\", \"protection\": \"public\"}]}",
                .missingMember("subject")
            ),
            (
                "{\"fields\": [{\"name\": 5, \"type\": \"string\", \"protection\": \"public\"}], \"subject\": \"a\"}",
                .wrongKind(member: "name", expected: "a string")
            ),
        ] as [(String, SchemaProblem?)])
    func refusesSchema(text: String, problem: SchemaProblem?) throws {
        let error = #expect(throws: SealedTableError.self) { try schema(text) }
        guard case .schema(let found, nil)? = error else { throw try #require(error) }
        if let problem {
            #expect(found == problem)
        } else {
            guard case .notJSON = found else { throw try #require(error) }
        }
    }

    @Test("The subject is a field, public or a pseudonym")
    func refusesSubjects() {
        let text = oneField(TableSchemaTests.good)
        #expect(throws: SealedTableError.schema(.subjectUnknown, field: "who")) {
            try schema(text.replacing("\"subject\": \"id\"", with: "\"subject\": \"who\""))
        }
        #expect(throws: SealedTableError.schema(.subjectProtection, field: "x")) {
            try schema(text.replacing("\"subject\": \"id\"", with: "\"subject\": \"x\""))
        }
    }

    @Test("Random damage to a schema is read or refused, never more")
    func survivesDamage() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            var bytes = Array(SmallTable.schemaText.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: bytes.indices, using: &generator)
                bytes[place] = Bool.random(using: &generator) ? UInt8.random(in: 0...255, using: &generator) : 0x39
            }
            do {
                let read = try TableSchema(json: Data(bytes))
                #expect(try CanonicalJSON.decode(TableSchema.self, from: CanonicalJSON.encode(read)) == read)
            } catch is SealedTableError {}
        }
    }
}
