import CanonicalJSON
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import SealedTables
import SharingModel
import TestSupport
import Testing

@Suite("References that an enterprise and its department hold")
struct SectionReferenceTests {
    private let people = [(person: "enterprise 4711", plan: 1), (person: "enterprise 4712", plan: 1)]

    /// The two enterprises in health and in tax.
    private func places(
        _ consortium: PseudonymConsortium
    ) async throws -> (health: [SectionPlace], tax: [SectionPlace]) {
        try await consortium.publishWithPseudonyms("site1", people)
        try await consortium.publishWithPseudonyms("revenue", people)
        func places(_ department: String, _ section: String) throws -> [SectionPlace] {
            try consortium.pseudonyms(department).map {
                try #require(SectionPlace.pseudonym($0.bytes, in: name(section)))
            }
        }
        return (try places("site1", "health"), try places("revenue", "tax"))
    }

    private func reading(_ consortium: PseudonymConsortium, _ section: String = "health") throws -> ReadingSession {
        try ReadingSession(places: consortium.base.home("audit").places, section: name(section))
    }

    @Test("Nothing links the two numbers of one enterprise; the file does, and says which department vouches for it")
    func wholeWay() async throws {
        let consortium = try await PseudonymConsortium()
        let (health, tax) = try await places(consortium)
        let made = try await MakeReference(tax[0], health[0]).run(as: consortium.session("site1"))
        // Neither the numbers nor the reference has eight bytes in common with another of them.
        let texts = (health + tax).compactMap(\.pseudonym) + [made.reference.hex]
        var windows = Set<Substring>()
        for text in texts {
            for start in stride(from: 0, to: text.count, by: 16) {
                #expect(windows.insert(text.dropFirst(start).prefix(16)).inserted)
            }
        }
        // Each section sees it and its own; both check it.
        for section in ["health", "tax"] {
            let verified = try reading(consortium, section).check(reference: made.file.bytes())
            #expect(verified.link.places == [health[0], tax[0]] && verified.by.text == "site1")
            #expect(verified.reference == made.reference)
        }
        // No file has any of it in the clear, and of the vaults only its maker's has it at all.
        let shared = try FileManager.default.subpathsOfDirectory(atPath: consortium.base.folder.path)
        for path in shared {
            guard let data = try? Data(contentsOf: consortium.base.folder.url(path)) else { continue }
            for secret in [made.file.salt, Data(made.reference.hex.utf8), Data(made.reference.bytes)] {
                #expect(data.range(of: secret) == nil, "\(path)")
            }
        }
        #expect(try consortium.session("site1").references().map(\.link) == [made.file.link])
        #expect(try consortium.session("site2").references().isEmpty)
    }

    @Test("The same link again has the same reference, whoever was killed in between; another has another salt")
    func again() async throws {
        let consortium = try await PseudonymConsortium()
        let (health, tax) = try await places(consortium)
        let first = try await MakeReference(health[0], tax[0]).run(as: consortium.session("site1"))
        let again = try await MakeReference(tax[0], health[0]).run(as: consortium.session("site1"))
        #expect(!first.wasThere && again.wasThere && again.reference == first.reference && again.file == first.file)
        let other = try await MakeReference(health[1], tax[1]).run(as: consortium.session("site1"))
        #expect(other.file.salt != first.file.salt)
        // One file shows one link: nothing of the other is in it.
        let shown = String(decoding: try first.file.bytes(), as: UTF8.self)
        for place in other.file.link.places { #expect(!shown.contains(try #require(place.pseudonym))) }
        #expect(!shown.contains(other.reference.hex) && !shown.contains(other.file.salt.base64EncodedString()))
        // Another department that makes the same link has a salt of its own: the two references cannot be matched.
        let second = try await MakeReference(health[0], tax[0]).run(as: consortium.session("site2"))
        #expect(second.reference != first.reference)
    }

    @Test("The links of two enterprises, swapped, are refused; so is a file that says another department made it")
    func swapped() async throws {
        let consortium = try await PseudonymConsortium()
        let (health, tax) = try await places(consortium)
        let made = try await MakeReference(health[0], tax[0]).run(as: consortium.session("site1")).file
        let text = String(decoding: try made.bytes(), as: UTF8.self)
        let (mine, other) = (try #require(tax[0].pseudonym), try #require(tax[1].pseudonym))
        let swapped = Data(text.replacingOccurrences(of: mine, with: other).utf8)
        #expect(throws: ReferenceFault.otherPlaces) { try reading(consortium).check(reference: swapped) }
        #expect(throws: ReferenceFault.malformed) { try reading(consortium).check(reference: Data("no file".utf8)) }
        // Signed by who is no department.
        let session = try consortium.session("ministry")
        await #expect(throws: GatewayError.self) { try await MakeReference(health[0], tax[0]).run(as: session) }
        await #expect(throws: ReferenceFault.notALink) {
            try await MakeReference(health[0], health[1]).run(as: consortium.session("site1"))
        }
        let elsewhere = try #require(SectionPlace("elsewhere:" + String(repeating: "1", count: 32)))
        await #expect(throws: GatewayError.self) {
            try await MakeReference(health[0], elsewhere).run(as: consortium.session("site1"))
        }
    }
}
