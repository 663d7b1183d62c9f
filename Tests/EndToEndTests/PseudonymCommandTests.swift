import CanonicalJSON
import Foundation
import Testing

/// What is said of a section's keys for pseudonyms, and references between sections, each step a process.
@Suite("Pseudonyms and references, as commands")
struct PseudonymCommandTests {
    @Test("A key that was replaced is in no new dataset; catalog, list and the refusals say what is to be done")
    func replaced() async throws {
        let state = try await TestConsortium.pseudonymous(.published).copy()
        let consortium = state.consortium
        let made = try await consortium.json(
            "pseudonym", "key", "--replaces", String(state.pseudonymKey.prefix(12)), "--as", "ministry")
        let key = try made.text("key")
        #expect(key != state.pseudonymKey && made["generation"] == 2 && made["lapsed"] == 0)
        let listed = try await consortium.json("pseudonym", "list")
        #expect(try listed.text("key") == key)
        #expect(listed["replaced"]?.arrayValue?.map { $0["key"]?.stringValue } == [state.pseudonymKey])
        let catalog = try await consortium.run("catalog").expectStatus(0)
        #expect(catalog.text.contains("the section's key \(state.pseudonymKey.prefix(8)) until"))
        let dataset = try await consortium.json("dataset", "show", "d1")["pseudonyms"]
        #expect(dataset == .object(["key": .string(state.pseudonymKey), "of": "section, replaced"]))

        // The same table again is published already; as a new version it needs its values under the new key.
        let published = try await consortium.run(TestConsortium.publishPseudonyms).document()
        #expect(published["dataset"] == "d1")
        let again = try await consortium.run(TestConsortium.publishPseudonyms + ["--replace"]).expectStatus(1)
        #expect(again.message.contains("12 of 12 values have no pseudonym"))
        #expect(again.message.contains("chancery pseudonym request"))
        let unknown = try await consortium.run("pseudonym", "key", "--replaces", "ffffffff", "--as", "ministry")
        #expect(unknown.expectStatus(2).message.contains("ffffffff"))

        // The old key, which its vault keeps, still tells the custodian whose a pseudonym of the old dataset is.
        let request = try await consortium.json(
            "escrow", "request", "d1", "--pseudonym", state.pseudonym, "--reason", "case 6", "--as", "ministry"
        ).text("request")
        try await consortium.grant(request, by: "audit", "site2", "audit")
        let opened = try await consortium.json("escrow", "open", request, "--as", "ministry")
        #expect(opened["value"]?.stringValue == TestConsortium.identity(1, 3))
        #expect(opened["pseudonymMatches"] == true)
    }

    @Test("Pseudonyms are shown by row; a row that there is none of, or below 0, is not understood or refused")
    func show() async throws {
        let state = try await TestConsortium.pseudonymous(.published).copy()
        let shown = try await state.consortium.json("pseudonym", "show", "d1", "--row", "3", "--as", "statistics")
        #expect(shown["pseudonyms"] == .object(["person": .string(state.pseudonym)]))
        #expect(try shown.text("key") == state.pseudonymKey)
        let beyond = try await state.consortium.run("pseudonym", "show", "d1", "--row", "12", "--as", "audit")
        #expect(beyond.expectStatus(1).message.contains("to 11"))
        try await state.consortium.run("pseudonym", "show", "d1", "--row", "-1", "--as", "audit").expectStatus(2)
        try await state.consortium.run("pseudonym", "show", "d9", "--row", "1", "--as", "audit").expectStatus(2)
    }

    @Test("A reference is a file for its owner alone, checked by any member in either section; altered it is refused")
    func references() async throws {
        let consortium = try await Self.twoSections()
        let health = "health:" + String(repeating: "1a", count: 16)
        let tax = "tax:" + String(repeating: "2b", count: 16)
        try consortium.folder.write("\(tax)\n\(health)\n", as: "places")
        let make = [
            "pseudonym", "reference", "make", "places", "--output", "link.reference", "--as", "site1", "--json",
        ]
        let made = try await consortium.run(make).document()
        #expect(made["made"] == true && made["sections"] == ["health", "tax"])
        let path = consortium.folder.path("link.reference")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        for section in ["health", "tax"] {
            let checked = try await consortium.json(
                "pseudonym", "reference", "check", "link.reference", "--section", section)
            #expect(checked["places"] == .array([.string(health), .string(tax)]) && checked["by"] == "site1")
            #expect(checked["reference"] == made["reference"])
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let altered = text.replacingOccurrences(of: "2b2b", with: "2c2b")
        try consortium.folder.write(altered, as: "altered.reference")
        let refused = try await consortium.run(
            "pseudonym", "reference", "check", "altered.reference", "--section", "tax"
        ).expectStatus(1)
        #expect(refused.message.contains("not the reference of these places"))
        let rubbish = try await consortium.run("pseudonym", "reference", "check", "places", "--section", "tax")
        #expect(rubbish.expectStatus(2).message.contains("chancery pseudonym reference make"))

        // Made again it is the same, and the department's list has it once.
        try FileManager.default.removeItem(atPath: path)
        #expect(try await consortium.run(make).document()["made"] == false)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        let listed = try await consortium.json("pseudonym", "reference", "list", "--as", "site1")
        #expect(listed["references"]?.arrayValue?.map { $0["reference"] } == [made["reference"]])
    }

    @Test(
        "Places that are none are named by file and line; two of one section, or of none that there is, link nothing",
        arguments: [
            ("health:1a\n", "it has 1 line"), ("health:1a\ntax:2b\n", "line 1 is no place"),
            ("health:\(String(repeating: "1a", count: 16))\ntax\n", "line 2 is no place"),
            ("tax:\(String(repeating: "1a", count: 16))\ntax:\(String(repeating: "2b", count: 16))\n", "two sections"),
        ])
    func places(_ text: String, _ fragment: String) async throws {
        let consortium = try await Self.twoSections()
        try consortium.folder.write(text, as: "places")
        let run = try await consortium.run(
            "pseudonym", "reference", "make", "places", "--output", "link.reference", "--as", "site1")
        #expect(run.expectStatus(2).message.contains(fragment), "\(run.message)")
        #expect(!FileManager.default.fileExists(atPath: consortium.folder.path("link.reference")))
    }

    @Test("A section that the consortium has not is refused, with those that it has; and so is who is no department")
    func refused() async throws {
        let consortium = try await Self.twoSections()
        let (one, other) = (String(repeating: "1a", count: 16), String(repeating: "2b", count: 16))
        for (text, party, fragment) in [
            ("tax:\(one)\nnone:\(other)\n", ["--as", "site1"], "its sections are health, tax"),
            ("tax:\(one)\nhealth:\(other)\n", ["--as", "ministry", "--section", "tax"], "is no department"),
        ] {
            try consortium.folder.write(text, as: "places")
            let run = try await consortium.run(
                ["pseudonym", "reference", "make", "places", "--output", "link.reference"] + party)
            #expect(run.expectStatus(1).message.contains(fragment), "\(run.message)")
        }
    }

    private static func twoSections() async throws -> TestConsortium {
        try await founded.value.copy()
    }

    private static let founded = Task {
        let consortium = TestConsortium(folder: TemporaryFolder())
        try FileManager.default.createDirectory(
            at: consortium.folder / "policies", withIntermediateDirectories: false)
        try consortium.folder.write(
            """
            name: two sections
            sections: [health, tax]
            parties:
              - {name: site1, role: department, section: health, superior: ministry}
              - {name: revenue, role: department, section: tax, superior: ministry}
              - {name: ministry, role: superior}
            """, as: "policies/consortium.yaml")
        try await consortium.run(
            "found", "--policies", "policies", "--local", "--insecure-key-derivation-for-testing"
        ).expectStatus(0)
        return consortium
    }
}
