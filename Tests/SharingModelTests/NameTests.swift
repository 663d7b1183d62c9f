import Foundation
import SharingModel
import Testing

@Suite("Names are safe to stand in a path, a URL and an SQL FROM")
struct NameTests {
    @Test("names that people choose are taken", arguments: ["site1", "rand-hie.2026", "a", "0", "x_y"])
    func taken(text: String) throws {
        let name = try #require(PartyName(text))
        #expect(try JSONDecoder().decode(PartyName.self, from: JSONEncoder().encode(name)) == name)
    }

    @Test(
        "what could leave a folder or a statement is refused",
        arguments: [
            "", "..", ".", "-x", "a/b", "a b", "A", "é", "a\0", "a;drop", "a'", "_x", String(repeating: "a", count: 65),
        ])
    func refused(text: String) {
        #expect(PartyName(text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([PartyName].self, from: JSONEncoder().encode([text]))
        }
    }
}

@Suite("Digests have one text")
struct DigestTests {
    // FIPS 180-4 example: SHA-256("abc").
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("SHA-256 of abc is the standard's")
    func vector() {
        #expect(Digest.sha256(Data("abc".utf8)).hex == abc)
        #expect(Digest(hex: abc)?.hex == abc)
    }

    @Test("another spelling of a digest is refused")
    func refused() {
        #expect(Digest(hex: abc.uppercased()) == nil)
        #expect(Digest(hex: abc.dropLast()) == nil)
        #expect(Digest(hex: abc.dropLast(2) + "gg") == nil)
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
    }
}

@Suite("A quorum is more than two thirds, or more than half where the policy says so")
struct QuorumTests {
    @Test("sizes", arguments: [(1, 1, 1), (3, 3, 2), (4, 3, 3), (6, 5, 4), (7, 5, 4)])
    func sizes(departments: Int, twoThirds: Int, majority: Int) {
        #expect(Quorum.twoThirds.size(of: departments) == twoThirds)
        #expect(Quorum.majority.size(of: departments) == majority)
    }
}
