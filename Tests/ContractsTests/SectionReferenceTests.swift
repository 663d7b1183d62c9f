import CanonicalJSON
import Contracts
import Foundation
import SharingModel
import SignedEnvelopes
import Testing

@Suite("References between sections")
struct SectionReferenceTests {
    private let consortium = digest("founding record")
    private let key = SigningKey.generate()
    private let health = SectionPlace.pseudonym([UInt8](repeating: 0x11, count: 16), in: "health")
    private let tax = SectionPlace.pseudonym([UInt8](repeating: 0x22, count: 16), in: "tax")
    private let safety = SectionPlace.transaction(digest("inspection"), in: "safety")

    private func link(_ one: SectionPlace?, _ other: SectionPlace?) throws -> SectionLink {
        try SectionLink(#require(one), #require(other), in: consortium)
    }

    private func file(_ link: SectionLink, _ salt: Data = SectionReference.drawSalt()) throws -> ReferenceFile {
        try ReferenceFile(link, salt: salt, by: "site1", signing: key)
    }

    private func verify(_ file: ReferenceFile, _ consortium: Digest? = nil) throws -> VerifiedReference {
        try file.verify(for: consortium ?? self.consortium) { name in
            name == "site1"
                ? Party(
                    name: name, role: .department, section: "health", area: nil, superior: nil,
                    signingKey: key.verificationKey.rawRepresentation, cosigningKey: nil, sealingKey: Data(count: 32))
                : nil
        }
    }

    @Test("The file shows its two places, whichever was named first, and survives being written")
    func wholeWay() throws {
        let made = try file(link(tax, health))
        #expect(try made.link == link(health, tax))
        let read = try ReferenceFile(bytes: made.bytes())
        #expect(read == made)
        let verified = try verify(read)
        #expect(verified.link.places == [try #require(health), try #require(tax)] && verified.by == "site1")
        #expect(try verified.reference == SectionReference.of(made.link, salt: made.salt))
    }

    @Test("It is SHA-256 over the domain, the salt and the link's canonical JSON, as the formats say")
    func bytes() throws {
        let salt = Data((0..<32).map { UInt8($0) })
        let text = """
            {"consortium":"\(consortium.hex)","places":[{"pseudonym":"\(String(repeating: "11", count: 16))",\
            "section":"health"},{"section":"safety","transaction":"\(digest("inspection").hex)"}]}
            """
        let expected = Digest.sha256(Data("chancery section reference v1\u{0}".utf8) + salt + Data(text.utf8))
        #expect(try SectionReference.of(link(health, safety), salt: salt) == expected)
    }

    @Test("One link has another reference for each salt, and neither shares eight bytes with its places or another")
    func unlinkable() throws {
        let link = try link(health, tax)
        var seen = Set<[UInt8]>()
        for place in link.places { insert(try #require([UInt8](lowercaseHex: place.pseudonym ?? "")), into: &seen) }
        for _ in 0..<100 {
            let reference = try SectionReference.of(link, salt: SectionReference.drawSalt())
            for window in windows(reference.bytes) { #expect(seen.insert(window).inserted) }
        }
    }

    private func windows(_ bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, through: bytes.count - 8, by: 8).map { Array(bytes[$0..<$0 + 8]) }
    }

    private func insert(_ bytes: [UInt8], into seen: inout Set<[UInt8]>) {
        for window in windows(bytes) { seen.insert(window) }
    }

    @Test("Who guesses both places and has not the salt cannot tell whether a reference is theirs")
    func withoutSalt() throws {
        let (true_, false_) = (try link(health, tax), try link(safety, tax))
        let salt = SectionReference.drawSalt()
        let reference = try SectionReference.of(true_, salt: salt)
        #expect(try SectionReference.of(true_, salt: salt) == reference)
        for guess in [Data(count: 32), Data(salt.reversed()), SectionReference.drawSalt()] {
            #expect(try SectionReference.of(true_, salt: guess) != reference)
            #expect(try SectionReference.of(false_, salt: guess) != reference)
        }
        // No salt of another length is taken, so that none can be cut or lengthened into another.
        for count in [0, 16, 31, 33, 64] {
            #expect(throws: ReferenceFault.saltLength(bytes: count)) {
                try SectionReference.of(true_, salt: Data(count: count))
            }
        }
    }

    @Test("A wrong salt, section, place or consortium is refused, whichever bit of the file is changed")
    func altered() throws {
        let made = try file(link(health, tax))
        let other = try file(link(health, safety))
        /// The file with members of another, or others.
        func changed(_ change: (inout [String: JSONValue]) -> Void) throws -> ReferenceFile {
            guard case .object(var members) = try CanonicalJSON.parse(made.bytes()) else {
                throw ReferenceFault.malformed
            }
            change(&members)
            return try ReferenceFile(bytes: CanonicalJSON.serialize(.object(members)))
        }
        let theirs = try CanonicalJSON.parse(other.bytes())
        #expect(throws: ReferenceFault.otherPlaces) {
            try verify(changed { $0["salt"] = .string(Data(count: 32).base64EncodedString()) })
        }
        for member in ["link", "salt", "statement"] {
            #expect(throws: ReferenceFault.otherPlaces) { try verify(changed { $0[member] = theirs[member] }) }
        }
        let text = String(decoding: try made.bytes(), as: UTF8.self)
        for (from, to) in [("\"health\"", "\"heal.h\""), ("\"tax\"", "\"taz\""), ("1111", "1112")] {
            let lie = Data(text.replacingOccurrences(of: from, with: to).utf8)
            #expect(throws: ReferenceFault.otherPlaces) { try verify(ReferenceFile(bytes: lie)) }
        }
        #expect(throws: ReferenceFault.otherConsortium(consortium)) { try verify(made, digest("another")) }
        let bytes = try made.bytes()
        for index in bytes.indices {
            var lie = bytes
            lie[index] ^= 1
            #expect(throws: (any Error).self) { try verify(ReferenceFile(bytes: lie)) }
        }
    }

    @Test("Nobody but a department vouches, with the key that it has now")
    func signers() throws {
        let link = try link(health, tax)
        let stranger = try ReferenceFile(link, salt: SectionReference.drawSalt(), by: "site9", signing: key)
        #expect(throws: ReferenceFault.notADepartment("site9")) { try verify(stranger) }
        let forged = try ReferenceFile(link, salt: SectionReference.drawSalt(), by: "site1", signing: .generate())
        #expect(throws: ReferenceFault.notSigned(by: "site1")) { try verify(forged) }
    }

    @Test("Who shows one link shows nothing of the others, though all are of one enterprise")
    func oneOfSeveral() throws {
        let files = [try file(link(health, tax)), try file(link(health, safety)), try file(link(tax, safety))]
        let shown = String(decoding: try files[0].bytes(), as: UTF8.self)
        let hidden = try files.dropFirst().flatMap { file in
            [
                file.salt.base64EncodedString(), try SectionReference.of(file.link, salt: file.salt).hex,
                file.statement.payload.base64EncodedString(), digest("inspection").hex, "safety",
            ]
        }
        for secret in hidden { #expect(!shown.contains(secret)) }
        // Nor does it open them: each has a salt of its own.
        for file in files.dropFirst() {
            #expect(
                try SectionReference.of(file.link, salt: files[0].salt)
                    != SectionReference.of(file.link, salt: file.salt))
        }
    }

    @Test(
        "A link is of two places in two sections, each a pseudonym or an entry",
        arguments: [
            "health", "health:11", "health:" + String(repeating: "1", count: 31), "health:\(digest("x").hex)0", ":",
        ])
    func places(_ text: String) throws {
        #expect(SectionPlace(text) == nil)
        #expect(throws: ReferenceFault.notALink) { try link(health, SectionPlace("health:\(digest("x").hex)")) }
        #expect(SectionPlace("health:" + String(repeating: "1", count: 32)) == health)
        #expect(SectionPlace("\(try #require(health))") == health)
    }
}
