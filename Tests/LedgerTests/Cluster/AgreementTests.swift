import CanonicalJSON
import Contracts
import Foundation
import Ledger
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing

/// The agreement by itself: departments that hear, lose and crash as a seeded generator has it.
@Suite("Agreement on the block of a height")
struct AgreementTests {
    /// `CHANCERY_SCHEDULES` says how many hundreds.
    private static let seeds =
        (ProcessInfo.processInfo.environment["CHANCERY_SCHEDULES"].flatMap { Int($0) } ?? 1) * 100

    @Test(
        "Whatever is lost, crashes or lies, departments commit one block, and all do once they hear each other",
        arguments: [2, 3, 4, 5, 6, 7, 10])
    func commitsOne(count: Int) throws {
        for seed in 0..<Self.seeds {
            var parley = try Parley(departments: count, seed: UInt64(count * 1_000_000 + seed))
            parley.quarrel(steps: 400)
            let rounds = parley.reconcile(within: 400)
            #expect(parley.decided.count == 1, "seed \(seed): \(parley.decided)")
            #expect(parley.decided.isSubset(of: parley.valid), "seed \(seed)")
            #expect(rounds != nil, "seed \(seed): not all of the honest have committed")
        }
    }

    @Test("Where departments commit what they have skipped, two blocks can be committed: the test sees it")
    func brokenRule() throws {
        var found = 0
        for seed in 0..<2_000 where found == 0 {
            var parley = try Parley(departments: 4, seed: UInt64(seed))
            parley.breaksRule = true
            parley.quarrel(steps: 1_000)
            if parley.decided.count > 1 { found += 1 }
        }
        #expect(found > 0)
    }

    @Test("Who says two things is told apart, and its second word counts only beside another's")
    func contradictions() throws {
        let names = try (1...4).map { try #require(Name("site\($0)")) } as [PartyName]
        let roots = ["a", "b"].map { Digest.sha256(Data($0.utf8)) }
        var agreement = Agreement(height: 1, members: names, needed: 3)
        func add(_ name: Int, _ word: AgreementStatement.Word, _ root: Int?) throws -> Agreement.Answer {
            agreement.add(try Parley.message(by: names[name], round: 0, word, root.map { roots[$0] }))
        }
        #expect(try add(3, .prepare, 0) == .added)
        #expect(try add(3, .prepare, 0) == .passedOver)
        #expect(try add(3, .prepare, 1) == .contradiction)
        #expect(agreement.supporters(of: roots[1]).isEmpty, "by itself it brings in one block")
        #expect(try add(0, .prepare, 1) == .added)
        #expect(try add(1, .prepare, 1) == .added)
        #expect(agreement.prepared(in: 0) == nil)
        #expect(try add(3, .prepare, 1) == .contradiction)
        #expect(agreement.prepared(in: 0) == roots[1])
        #expect(try add(3, .skip, nil) == .added)
        #expect(try add(3, .commit, 1) == .contradiction)
        let stranger = try #require(Name("stranger")) as PartyName
        #expect(agreement.add(try Parley.message(by: stranger, round: 0, .skip, nil)) == .passedOver)
        #expect(agreement.add(try Parley.message(by: names[0], round: 33, .skip, nil)) == .passedOver, "too far ahead")
    }

    @Test("A statement without a root, with one too many, or of a negative round is refused")
    func malformed() throws {
        let name: PartyName = try #require(Name("site1"))
        let root = Digest.sha256(Data())
        for (round, word, root) in [
            (0, .prepare, nil), (0, .commit, nil), (0, .skip, root), (-1, .skip, nil),
        ] as [(Int, AgreementStatement.Word, Digest?)] {
            #expect(throws: MessageError.malformed) {
                try Parley.message(by: name, round: round, word, root)
            }
        }
    }
}

/// Departments that agree on one height in one thread, and dishonest ones that say anything to anybody.
private struct Parley {
    private struct Department {
        let name: PartyName
        var agreement: Agreement
        /// What the order has shown it first; `nil` behind a gap.
        let seen: Digest?
        let candidate: Digest?
        var known: Set<Digest>
        var isLate = false
        var told = 0
        /// Beats since its round began.
        var beats = 0
    }

    private let members: [PartyName]
    private let hostile: [PartyName]
    private let needed: Int
    private let backing: Int
    private var departments: [Department] = []
    private var underway: [(to: Int, AgreementMessage)] = []
    private var generator: SeededGenerator
    private let roots = ["a", "b", "nonsense"].map { Digest.sha256(Data($0.utf8)) }
    /// What any honest department has found committed.
    private(set) var decided: Set<Digest> = []
    /// Departments commit what is prepared although they have skipped the round.
    var breaksRule = false

    var valid: Set<Digest> { Set(roots.prefix(2)) }

    init(departments count: Int, seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        members = try (0..<count).map { index in
            guard let name: PartyName = Name("site\(index)") else { throw NotAName() }
            return name
        }
        needed = 2 * count / 3 + 1
        backing = min((count - 1) / 3 + 1, count - 1)
        hostile = Array(members.shuffled(using: &generator).prefix((count - 1) / 3))
        // Sometimes the order has shown departments different batches first.
        let lies = Int.random(in: 0..<4, using: &generator) == 0
        for name in members where !hostile.contains(name) {
            let sees = Bool.random(using: &generator)
            let first = lies && Bool.random(using: &generator) ? roots[1] : roots[0]
            let candidate = sees ? first : Bool.random(using: &generator) ? roots[1] : nil
            departments.append(
                Department(
                    name: name, agreement: Agreement(height: Int(seed % 97), members: members, needed: needed),
                    seen: sees ? first : nil, candidate: candidate, known: Set([candidate].compactMap { $0 })))
        }
        if departments.allSatisfy({ $0.candidate == nil }) { departments[0].known = [roots[0]] }
    }

    static func message(
        by name: PartyName, round: Int, _ word: AgreementStatement.Word, _ root: Digest?
    ) throws -> AgreementMessage {
        let ledger = LedgerIdentity(consortium: .sha256(Data()), section: try Name(text: "tests"))
        let statement = AgreementStatement(
            by: name, height: 1, ledger: ledger, parent: .sha256(Data()), root: root, round: round, word: word)
        return try AgreementMessage(
            reading: Envelope.sign(statement, payloadType: AgreementStatement.payloadType, with: []))
    }

    private mutating func step(_ index: Int) {
        while departments[index].agreement.advance(isLate: departments[index].isLate) {
            (departments[index].isLate, departments[index].beats) = (false, 0)
        }
        while let step = next(index) {
            guard
                let message = try? Parley.message(
                    by: departments[index].name, round: step.round, step.word, step.root)
            else { return }
            _ = departments[index].agreement.add(message)
            for other in departments.indices where other != index { underway.append((other, message)) }
            while departments[index].agreement.advance(isLate: departments[index].isLate) {
                (departments[index].isLate, departments[index].beats) = (false, 0)
            }
        }
        if let committed = departments[index].agreement.committed { decided.insert(committed) }
        for root in departments[index].agreement.sought(backing: backing)
        where departments.contains(where: { $0.known.contains(root) }) {
            departments[index].known.insert(root)
        }
    }

    private func next(_ index: Int) -> Agreement.Step? {
        let own = departments[index]
        if breaksRule {
            let round = own.agreement.round
            if let root = own.agreement.prepared(in: round), !own.agreement.says(own.name, .commit, in: round) {
                return Agreement.Step(round: round, word: .commit, root: root)
            }
        }
        return own.agreement.next(
            of: own.name,
            Agreement.View(
                seen: own.seen, candidate: own.candidate ?? own.known.min(), backing: backing, isLate: own.isLate,
                known: own.known))
    }

    private mutating func deliver(_ index: Int, loses: Bool = false) {
        let (to, message) = underway.remove(at: index)
        guard !loses else { return }
        _ = departments[to].agreement.add(message)
        step(to)
    }

    /// Everything that can go wrong does.
    mutating func quarrel(steps: Int) {
        for _ in 0..<steps {
            let index = departments.indices.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<50 where !underway.isEmpty:
                deliver(Int.random(in: underway.indices, using: &generator))
            case 50..<55 where !underway.isEmpty:
                deliver(Int.random(in: underway.indices, using: &generator), loses: true)
            case 55..<65: departments[index].isLate = true
            case 65..<80: lie(to: index)
            case 80..<83: restart(index)
            case 83..<86: tell(index)
            default: step(index)
            }
        }
    }

    private mutating func lie(to index: Int) {
        guard let name = hostile.randomElement(using: &generator) else { return }
        let words: [AgreementStatement.Word] = [.prepare, .commit, .skip]
        let word = words.randomElement(using: &generator) ?? .skip
        let round = Int.random(in: 0...departments[index].agreement.round + 1, using: &generator)
        let root = word == .skip ? nil : roots.randomElement(using: &generator)
        guard let message = try? Parley.message(by: name, round: round, word, root) else { return }
        underway.append((index, message))
    }

    /// What it has said itself is in its journal; all else is gone.
    private mutating func restart(_ index: Int) {
        let own = departments[index].agreement.messages(of: departments[index].name)
        departments[index].agreement = Agreement(
            height: departments[index].agreement.height, members: members, needed: needed)
        for message in own { _ = departments[index].agreement.add(message) }
    }

    /// As nodes do again and again.
    private mutating func tell(_ index: Int) {
        departments[index].told += 1
        for message in departments[index].agreement.messages(resentAt: departments[index].told) {
            for other in departments.indices where other != index { underway.append((other, message)) }
        }
    }

    /// All hear each other, and each takes a round for late after some time.
    /// - Returns: Beats until all had committed; `nil` if they had not.
    mutating func reconcile(within limit: Int) -> Int? {
        for beat in 0..<limit {
            if departments.allSatisfy({ $0.agreement.committed != nil }) { return beat }
            for index in departments.indices {
                departments[index].beats += 1
                if departments[index].beats > 4 + 2 * departments[index].agreement.round {
                    departments[index].isLate = true
                }
                step(index)
                tell(index)
            }
            if beat < 8 { for index in departments.indices { lie(to: index) } }
            while !underway.isEmpty { deliver(underway.count - 1) }
        }
        return nil
    }
}
