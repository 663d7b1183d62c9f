import Contracts
import Foundation
package import SharingModel
import SignedEnvelopes

/// What a department knows of the height after its newest final block, while nothing is final there.
struct OpenHeight {
    var agreement: Agreement
    /// Valid blocks by their roots: what the order has, and what others have shown.
    var found: [Digest: DepartmentNode.Candidate] = [:]
    /// Since when this department is in the agreement's round; `nil` while there is nothing to agree on.
    var roundBegan: ContinuousClock.Instant?
    /// How often statements were sent again.
    var resent = 0
    /// Since when blocks are wanted that are not here.
    var wantedSince: ContinuousClock.Instant?
    /// When others were last asked for them.
    var asked: ContinuousClock.Instant?
    /// Who was named for contradicting itself: once a height, however often it does.
    var contradictors: Set<PartyName> = []
    /// Signing keys at this height, as far as they were looked up.
    var signingKeys: [PartyName: Data] = [:]
    /// Whether the batches that are held here were looked through for blocks that are wanted.
    var hasLookedAtHeld = false

    init(_ height: Int, _ policy: CheckpointPolicy) {
        agreement = Agreement(height: height, members: policy.parties, needed: policy.needed)
    }

    /// What stood in an order that has been found to be another stands nowhere now.
    mutating func unplace() {
        for root in found.keys { found[root]?.isPlaced = false }
    }
}

extension DepartmentNode {
    /// The block of the next height, where no other can become final: a quorum has committed it, or so many others have
    /// cosigned it that one of them is honest. Where nothing is final without this department, it takes their word only if
    /// the order cannot show it the batch any more: then nobody has to believe another department about the order.
    var outcome: Digest? {
        if let committed = open.agreement.committed { return committed }
        guard !isInEveryQuorum || gapEnd != nil else { return nil }
        let policy = memberships.policy(at: head.height + 1)
        return votes.nearestTrees.first { tree in
            tree.value.count { $0 != party && policy.parties.contains($0) } >= backing(of: policy)
        }?.key
    }

    /// Whether the department's own cosignature is in every quorum, so that with it no other block can become final.
    private var isInEveryQuorum: Bool {
        let policy = memberships.policy(at: head.height + 1)
        return policy.needed == policy.parties.count && policy.parties.contains(party)
    }

    /// Whether no other block than the candidate can become final once this department has cosigned it, so that it needs
    /// no agreement: without this department there is no quorum, and it has said nothing else.
    func decidesAlone(_ candidate: Candidate) -> Bool {
        guard isInEveryQuorum, isSeen(candidate) else { return false }
        let said = open.agreement.messages(of: party).map(\.statement)
        return said.allSatisfy { $0.word != .skip && $0.root == candidate.block.root }
    }

    /// Whether the candidate is the first valid batch of its height, as certainly as it can be known.
    private func isSeen(_ candidate: Candidate) -> Bool {
        !candidate.isBehindGap && candidate.isPlaced && candidate.event.position > silentThrough && isFirst(candidate)
    }

    /// Whether this department may say anything at the next height. In a rebuilt home it may have said something else in
    /// its earlier life, where a batch of the height stood in the order then or may have.
    private var takesPart: Bool {
        let height = head.height + 1
        guard isConfirmed, !hasNoJournal, height > silentThroughHeight,
            memberships.policy(at: height).parties.contains(party)
        else { return false }
        guard silentThrough > 0, (newestVote?.position ?? 0) <= silentThrough else { return true }
        return candidate.map { !$0.isBehindGap && $0.event.position > silentThrough } ?? false
    }

    /// Says what is to be said, and puts the outcome in the candidate's place once there is one.
    func agree() throws {
        if let candidate, open.found[candidate.block.root]?.isPlaced != true {
            open.found[candidate.block.root] = candidate
        }
        // What was settled by hand is agreed on, and so is what this department has cosigned.
        guard settlements[head.height + 1] == nil, given.map({ $0.height <= head.height }) ?? true else { return }
        beginRound()
        if let candidate, decidesAlone(candidate) { return }
        if takesPart {
            while try sayNext() {}
        }
        if let outcome, candidate?.block.root != outcome, let block = open.found[outcome] { candidate = block }
        try askForBlocks()
    }

    /// Once there is a block, or an honest department has one, the time of the first round begins.
    private func beginRound() {
        guard open.roundBegan == nil else { return }
        let (others, policy) = (open.agreement.speakers.subtracting([party]), memberships.policy(at: head.height + 1))
        if candidate != nil || others.count >= backing(of: policy) { open.roundBegan = now() }
    }

    /// A later round has more time: the departments may have needed longer for the one before.
    private var isLate: Bool {
        guard let began = open.roundBegan else { return false }
        return now() - began > roundPatience * min(open.agreement.round + 1, 24)
    }

    private func sayNext() throws -> Bool {
        while open.agreement.advance(isLate: isLate) { open.roundBegan = now() }
        let view = Agreement.View(
            seen: candidate.flatMap { isSeen($0) ? $0.block.root : nil },
            candidate: candidate?.block.root,
            backing: backing(of: memberships.policy(at: head.height + 1)), isLate: isLate,
            known: Set(open.found.keys))
        guard let step = open.agreement.next(of: party, view) else { return false }
        return try say(step)
    }

    /// - Returns: Whether it could be said: none of the department's keys may count at this height.
    private func say(_ step: Agreement.Step) throws -> Bool {
        let counting = try signingKey(of: party)
        guard let key = keys.first(where: { $0.verificationKey.rawRepresentation == counting }) else { return false }
        let message = try AgreementMessage(
            AgreementStatement(
                by: party, height: head.height + 1, ledger: ledger.identity, parent: head.root, root: step.root,
                round: step.round, word: step.word),
            key: key)
        // What is prepared can be had from here until the height is final, whatever becomes of the order.
        if let block = step.root.flatMap({ open.found[$0] }) { try keep(block) }
        // Stored before it is sent, so that nothing else is said after a crash.
        let own = open.agreement.messages(of: party) + [message]
        try store(newestVote, own.map(\.envelope))
        _ = open.agreement.add(message)
        emit(.agree(message))
        return true
    }

    private func keep(_ block: Candidate) throws {
        let place = HeldPlace(
            batch: .sha256(block.batch), height: block.block.record.height, proposer: block.event.department)
        guard !held.contains(place) else { return }
        try batches.store(block.batch, at: place)
        held.insert(place)
    }

    /// Takes a statement that some node sends. One that is not valid is passed over.
    ///
    /// Nodes send each other's statements on, so this department's own may come too.
    package func take(_ message: AgreementMessage) throws {
        let statement = message.statement
        guard statement.ledger == ledger.identity, statement.height > head.height else { return }
        guard statement.height <= head.height + 2 else { return emit(.fetch(height: head.height + 1)) }
        guard statement.height == head.height + 1 else { return try keepEarly(message) }
        guard statement.parent == head.root, !open.agreement.holds(message), try isSigned(message) else { return }
        guard statement.by != party else { return noteForgotten(height: statement.height, from: party) }
        if open.agreement.add(message) == .contradiction, open.contradictors.insert(statement.by).inserted {
            report(.contradicted(height: statement.height, by: statement.by))
        }
        try vote()
        try finish()
    }

    func isSigned(_ message: AgreementMessage) throws -> Bool {
        try signingKey(of: message.statement.by).map { message.isSigned(by: $0) } ?? false
    }

    private func signingKey(of party: PartyName) throws -> Data? {
        if let known = open.signingKeys[party] { return known }
        let key = try execution.signingKey(of: party, after: head)
        open.signingKeys[party] = key
        return key
    }

    /// Others may have made the next block final a little earlier. Each department fills its own room only.
    private func keepEarly(_ message: AgreementMessage) throws {
        guard early.count(where: { $0.statement.by == message.statement.by }) < 4, !early.contains(message),
            try isSigned(message)
        else { return }
        early.append(message)
    }

    /// Begins the height after a block that has just become final.
    func openNextHeight() throws {
        let height = head.height + 1
        open = OpenHeight(height, memberships.policy(at: height))
        let arrived = early.filter { $0.statement.height == height && $0.statement.parent == head.root }
        early.removeAll { $0.statement.height <= height }
        // A key may have changed with the block.
        for message in try arrived.filter(isSigned) where message.statement.by != party {
            _ = open.agreement.add(message)
        }
    }

    /// This department has said something of which the journal knows nothing: the home is an old copy, and it is silent
    /// at that height.
    func noteForgotten(height: Int, from sender: PartyName) {
        guard height > silentThroughHeight else { return }
        silentThroughHeight = height
        report(.outdatedJournal(height: height, from: sender))
    }

    /// The statement of `party` at the open height that was said last; for a department that starts again.
    package func newestStatement(of party: PartyName) -> AgreementMessage? { open.agreement.messages(of: party).last }
}
