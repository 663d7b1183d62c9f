import Foundation
import Ledger
import SharingModel
import Testing
import TransparencyLog

/// Cosignatures by what they sign: size and root, never the height that comes with them.
@Suite("Cosignatures that are collected")
struct CollectedVotesTests {
    private func vote(_ party: String, size: Int, root: String = "a", height: Int = 1) throws -> CosignatureMessage {
        CosignatureMessage(
            cosignature: PartyCosignature(party: try name(party), signature: Data("\(party)\(size)\(root)".utf8)),
            height: height, root: .sha256(Data(root.utf8)), size: size)
    }

    private func matching(_ votes: CollectedVotes, size: Int, root: String = "a") -> [String] {
        votes.matching(size: size, root: .sha256(Data(root.utf8))).keys.map(\.text).sorted()
    }

    @Test("The same cosignature under another height counts once, and stands in nobody's way")
    func byTree() throws {
        var votes = CollectedVotes()
        #expect(votes.add(try vote("site1", size: 5, height: 9)) == .added)
        #expect(votes.add(try vote("site1", size: 5, height: 2)) == .passedOver)
        #expect(votes.holds(try vote("site1", size: 5, height: 2)))
        #expect(votes.add(try vote("site1", size: 8, height: 9)) == .added)
        #expect(votes.add(try vote("site2", size: 5)) == .added)
        #expect(matching(votes, size: 5) == ["site1", "site2"] && matching(votes, size: 8) == ["site1"])
        #expect(try votes.newest(of: name("site1"))?.size == 8)
    }

    @Test("Another tree of the same size is equivocation, and the first stays")
    func equivocation() throws {
        var votes = CollectedVotes()
        let (first, second) = (try vote("site1", size: 5), try vote("site1", size: 5, root: "b"))
        _ = votes.add(first)
        #expect(votes.add(second) == .equivocation(Equivocation(first: first, second: second)))
        #expect(matching(votes, size: 5) == ["site1"] && matching(votes, size: 5, root: "b").isEmpty)
    }

    @Test("Who cosigns far ahead fills his own room only, and the next sizes always find a place")
    func bounded() throws {
        var votes = CollectedVotes(mostOfOneParty: 32)
        for size in 100..<200 { _ = votes.add(try vote("site4", size: size)) }
        #expect(try votes.newest(of: name("site4"))?.size == 131)
        #expect(votes.add(try vote("site4", size: 500)) == .passedOver)
        #expect(votes.add(try vote("site4", size: 7)) == .added)
        #expect(votes.add(try vote("site1", size: 500)) == .added)
        #expect(matching(votes, size: 7) == ["site4"] && matching(votes, size: 500) == ["site1"])
        votes.forget(through: 110)
        #expect(matching(votes, size: 7).isEmpty && matching(votes, size: 111) == ["site4"])
        #expect(votes.add(try vote("site4", size: 501)) == .added, "what is forgotten leaves room")
    }

    @Test("Of trees that are passed the largest stay, and what had to go never comes in again")
    func largest() throws {
        var strays = CollectedVotes(mostOfOneParty: 4, stay: .largest)
        var added = 0
        for _ in 0..<3 {
            for size in [5, 90, 3, 70, 80, 60, 4, 100] where strays.add(try vote("site4", size: size)) == .added {
                added += 1
            }
        }
        #expect(strays.messages(through: 100).map(\.size) == [70, 80, 90, 100])
        #expect(added == 7, "each once, and 4 never: it came behind larger ones")
        #expect(strays.messages(through: 80).map(\.size) == [70, 80])
        #expect(try strays.message(of: name("site4"), size: 60) == nil)
        #expect(try strays.message(of: name("site4"), size: 70) == vote("site4", size: 70))
    }

    @Test("What the members of now do not vouch for is dropped")
    func keep() throws {
        var votes = CollectedVotes()
        for party in ["site1", "site2"] { _ = votes.add(try vote(party, size: 5, height: 3)) }
        #expect(votes.nearestTrees.values.flatMap(\.self).count == 2)
        let kept: PartyName = try name("site2")
        votes.keep { $0.cosignature.party == kept }
        #expect(try matching(votes, size: 5) == ["site2"] && votes.newest(of: name("site1")) == nil)
    }
}
