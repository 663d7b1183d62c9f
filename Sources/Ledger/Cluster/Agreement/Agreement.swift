package import SharingModel

/// What the departments have said of which block a height shall have, and what follows from it.
///
/// A cosignature cannot be taken back, so where a quorum needs not all departments, none is given before it is certain that
/// no other block can become this height's. That takes two steps before it, as in PBFT (Castro and Liskov, 1999): a quorum
/// prepares a block, and a quorum commits it. Rounds follow each other as in Simplex (Chan and Pass, 2023), for a single
/// decision:
/// - In round 0 each prepares the first valid batch that the order has shown it. In every other one a department leads,
///   by turns: what it prepares is its proposal, and the others prepare the same if they may.
/// - Who finds a block prepared by a quorum commits it. Who has waited too long for that skips the round. No honest
///   department does both in one round.
/// - A round that a quorum has prepared or skipped may be left.
/// - A block may be prepared in a later round if a quorum has prepared it in an earlier one and all rounds between were
///   skipped by a quorum; or any valid one may, if all rounds before were.
///
/// *Why no two blocks are committed by a quorum.* Within a round a quorum prepares one block at most. If a quorum has
/// committed block b in round r, its honest departments never skip r, so no quorum does (2q > n + f, for at most f dishonest
/// ones of n and a quorum of q). So a block that is prepared by a quorum in a later round has its reason in round r or
/// between: it is b, one round after the other.
///
/// Whose messages come and when decides how long it takes, never what comes out.
package struct Agreement: Sendable {
    package let height: Int
    private let members: [PartyName]
    private let needed: Int
    /// In which this department is.
    package private(set) var round = 0
    /// Valid statements of members, by round.
    private var statements: [Int: [Saying: [PartyName: AgreementMessage]]] = [:]

    /// What departments can say alike in a round.
    fileprivate struct Saying: Hashable {
        let word: AgreementStatement.Word
        let root: Digest?
    }

    /// Of how many rounds to come statements are kept. Who is further behind is sent them again when it has come nearer.
    private static let mostAhead = 32

    /// - Parameter members: Who cosigns at this height, sorted.
    package init(height: Int, members: [PartyName], needed: Int) {
        (self.height, self.members, self.needed) = (height, members, needed)
    }

    // MARK: What was said

    package enum Answer: Equatable {
        case added
        /// It is here already, or there is no room for it.
        case passedOver
        /// Its department has said something else that no honest one says beside it.
        case contradiction
    }

    package func holds(_ message: AgreementMessage) -> Bool {
        let statement = message.statement
        return statements[statement.round]?[Saying(statement)]?[statement.by] != nil
    }

    /// Takes a statement of this height whose signature was found valid.
    ///
    /// Of a department that prepares or commits two blocks in one round the second counts as well once another has said the
    /// same: some departments may have been told the second only, and what they found must be found here too. By itself
    /// each department brings in one block a round, so that it fills no memory.
    package mutating func add(_ message: AgreementMessage) -> Answer {
        let (statement, saying) = (message.statement, Saying(message.statement))
        guard members.contains(statement.by), statement.round <= round + Agreement.mostAhead, !holds(message) else {
            return .passedOver
        }
        let isSecond = says(statement.by, statement.word, in: statement.round)
        if isSecond, statements[statement.round]?[saying] == nil { return .contradiction }
        let isBoth =
            switch statement.word {
            case .prepare: false
            case .commit: says(statement.by, .skip, in: statement.round)
            case .skip: says(statement.by, .commit, in: statement.round)
            }
        statements[statement.round, default: [:]][saying, default: [:]][statement.by] = message
        return isSecond || isBoth ? .contradiction : .added
    }

    /// All statements, by round.
    package var messages: [AgreementMessage] { statements.keys.sorted().flatMap { messages(in: $0) } }

    private func messages(in round: Int) -> [AgreementMessage] {
        (statements[round] ?? [:]).values.flatMap(\.values).sorted {
            ($0.statement.word.rawValue, $0.statement.by) < ($1.statement.word.rawValue, $1.statement.by)
        }
    }

    /// What is sent again: what was said in this round and the one before, and each time in one of the older ones, so that
    /// it does not grow with their number.
    package func messages(resentAt beat: Int) -> [AgreementMessage] {
        statements.keys.filter { $0 >= round - 1 || $0 == beat % round }.sorted().flatMap { messages(in: $0) }
    }

    package func messages(of party: PartyName) -> [AgreementMessage] { messages.filter { $0.statement.by == party } }

    /// Who has said anything.
    package var speakers: Set<PartyName> {
        statements.values.reduce(into: []) { all, own in
            for said in own.values { all.formUnion(said.keys) }
        }
    }

    /// Who has prepared or committed the block in any round.
    package func supporters(of root: Digest) -> Set<PartyName> {
        statements.values.reduce(into: []) { all, own in
            for (saying, said) in own where saying.root == root { all.formUnion(said.keys) }
        }
    }

    /// Whether a department has said this of any block in a round.
    package func says(_ party: PartyName, _ word: AgreementStatement.Word, in round: Int) -> Bool {
        statements[round]?.contains { $0.key.word == word && $0.value[party] != nil } ?? false
    }

    /// Of which blocks this was said in a round, and by whom.
    private func roots(_ word: AgreementStatement.Word, in round: Int) -> [(root: Digest, parties: Set<PartyName>)] {
        (statements[round] ?? [:]).compactMap { saying, said in
            saying.word == word ? saying.root.map { ($0, Set(said.keys)) } : nil
        }
    }

    // MARK: What follows

    /// The block that a quorum has prepared in a round.
    package func prepared(in round: Int) -> Digest? {
        statements[round]?.first { $0.key.word == .prepare && $0.value.count >= needed }?.key.root
    }

    package func isSkipped(_ round: Int) -> Bool {
        statements[round]?[Saying(word: .skip, root: nil)]?.count ?? 0 >= needed
    }

    /// The block that a quorum has committed: no other becomes this height's.
    package var committed: Digest? {
        statements.values.lazy.compactMap { said in
            said.first { $0.key.word == .commit && $0.value.count >= needed }?.key.root
        }.first
    }

    /// Whose block is prepared in a round; nobody's in particular in round 0.
    package func leader(of round: Int) -> PartyName? {
        round > 0 && !members.isEmpty ? members[(height + round) % members.count] : nil
    }

    /// What the leader of a round has prepared, as far as that may be prepared in it.
    private func proposal(in round: Int) -> Digest? {
        guard let leader = leader(of: round) else { return nil }
        return roots(.prepare, in: round).filter { $0.parties.contains(leader) && mayPrepare($0.root, in: round) }
            .map(\.root).min()
    }

    /// Whether the rounds before leave room for this block in a round.
    private func mayPrepare(_ root: Digest, in round: Int) -> Bool {
        for before in (0..<round).reversed() {
            if prepared(in: before) == root { return true }
            if !isSkipped(before) { return false }
        }
        return true
    }

    /// The block that the newest of the rounds before leaves room for; `nil` where they leave room for any.
    private var inherited: Digest? { (0..<round).reversed().lazy.compactMap { prepared(in: $0) }.first }

    /// Which blocks this department has to know to go on: those that may be this height's.
    package func sought(backing: Int) -> [Digest] {
        let prepared = (0...round).compactMap { self.prepared(in: $0) }
        let backed = roots(.prepare, in: 0).filter { $0.parties.count >= backing }.map(\.root)
        return Array(Set(prepared + backed + [proposal(in: round), committed].compactMap { $0 })).sorted()
    }

    /// Goes to the next round, if this one may be left: at once when a quorum has skipped it, or the next one's leader goes
    /// on; else when its time is up.
    /// - Returns: Whether it did.
    package mutating func advance(isLate: Bool) -> Bool {
        let isSkipped = isSkipped(round)
        guard isSkipped || prepared(in: round) != nil else { return false }
        guard isSkipped || isLate || proposal(in: round + 1) != nil else { return false }
        round += 1
        return true
    }

    /// What a department knows beside the statements.
    package struct View {
        /// The block of the first valid batch, where it is certain that it is the first.
        let seen: Digest?
        /// A valid block to propose where nothing is known of others.
        let candidate: Digest?
        /// How many others have to have prepared a block in round 0 so that one of them is honest and has seen its batch.
        let backing: Int
        /// Whether this round has lasted long enough.
        let isLate: Bool
        /// Blocks that were executed and found valid, `candidate` among them.
        let known: Set<Digest>

        package init(seen: Digest?, candidate: Digest?, backing: Int, isLate: Bool, known: Set<Digest>) {
            (self.seen, self.candidate, self.backing) = (seen, candidate, backing)
            (self.isLate, self.known) = (isLate, known)
        }
    }

    /// Something for a department to say.
    package struct Step: Hashable, Sendable {
        package let round: Int
        package let word: AgreementStatement.Word
        package let root: Digest?

        package init(round: Int, word: AgreementStatement.Word, root: Digest?) {
            (self.round, self.word, self.root) = (round, word, root)
        }
    }

    /// What an honest department says next; `nil` where it waits for others.
    package func next(of party: PartyName, _ view: View) -> Step? {
        commitment(of: party) ?? preparation(of: party, view)
            ?? (view.isLate && prepared(in: round) == nil && !says(party, .skip, in: round)
                && !says(party, .commit, in: round) ? Step(round: round, word: .skip, root: nil) : nil)
    }

    private func commitment(of party: PartyName) -> Step? {
        for round in 0...round where !says(party, .skip, in: round) && !says(party, .commit, in: round) {
            if let root = prepared(in: round) { return Step(round: round, word: .commit, root: root) }
        }
        return nil
    }

    private func preparation(of party: PartyName, _ view: View) -> Step? {
        if !says(party, .prepare, in: 0), let root = view.seen ?? backed(view) {
            return Step(round: 0, word: .prepare, root: root)
        }
        guard round > 0, !says(party, .prepare, in: round) else { return nil }
        // What nobody has here cannot be vouched for, whoever else has prepared it.
        guard let root = leader(of: round) == party ? inherited ?? view.candidate : proposal(in: round),
            view.known.contains(root)
        else { return nil }
        return Step(round: round, word: .prepare, root: root)
    }

    /// A block that others have seen first, for who has not.
    private func backed(_ view: View) -> Digest? {
        roots(.prepare, in: 0).filter { $0.parties.count >= view.backing && view.known.contains($0.root) }
            .map(\.root).min()
    }
}

extension Agreement.Saying {
    fileprivate init(_ statement: AgreementStatement) { self.init(word: statement.word, root: statement.root) }
}

extension Agreement: CustomStringConvertible {
    /// The round, and what was said in the rounds and by whom.
    package var description: String {
        let rounds = statements.keys.sorted().map { round in
            let said = (statements[round] ?? [:]).map { saying, own in
                "\(saying.word.rawValue) \(saying.root.map { String("\($0)".prefix(6)) } ?? "") by "
                    + own.keys.sorted().map(\.text).joined(separator: ", ")
            }
            return "\(round): \(said.sorted().joined(separator: "; "))"
        }
        return "round \(round) of height \(height): " + rounds.joined(separator: " | ")
    }
}
