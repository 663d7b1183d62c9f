import Contracts
import Foundation
import Ledger
import SharingModel
import TestSupport

// What a department with keys and bad intentions says in the agreement.
extension SimulatedCluster {
    /// Says this of the open height to some departments, in the name of one whose keys are here.
    func say(
        _ word: AgreementStatement.Word, _ root: Digest?, round: Int, as name: String, to targets: [SimulatedDepartment]
    ) async throws {
        for target in targets where !target.isDown {
            let message = try statement(word, root, round: round, as: name, before: target)
            try await call(target) { try await $0.take(message) }
        }
    }

    private func statement(
        _ word: AgreementStatement.Word, _ root: Digest?, round: Int, as name: String,
        before target: SimulatedDepartment
    ) throws -> AgreementMessage {
        guard let head = try target.ledger.head() else { throw MissingKey() }
        let statement = AgreementStatement(
            by: try Name(text: name), height: head.height + 1, ledger: target.ledger.identity, parent: head.root,
            root: word == .skip ? nil : root, round: round, word: word)
        return try AgreementMessage(statement, key: consortium.key(name))
    }

    /// What the departments have said of the height that is open at each.
    private func heard() throws -> Set<AgreementStatement> {
        var heard: Set<AgreementStatement> = []
        for department in departments where !department.isDown {
            let said = try (department.journal.load()?.statements ?? []).map { try AgreementMessage(reading: $0) }
            heard.formUnion(said.map(\.statement))
        }
        return heard
    }

    /// Repeats to everybody who can be reached whatever the others say, in its own name: it goes along with all of it, but
    /// for what is about one block.
    func echo(as name: String, except root: Digest? = nil) async throws {
        for said in try heard() where said.root == nil || said.root != root {
            let reached = departments.filter { !cut.contains($0.name) }
            try await say(said.word, said.root, round: said.round, as: name, to: reached)
        }
    }

    /// Some statement about some block that was heard of, or about none, of some round.
    func sayAnything(as name: String, to targets: [SimulatedDepartment]) async throws {
        guard let target = targets.randomElement(using: &generator), !target.isDown else { return }
        let heard = try heard()
        let roots = Set(heard.compactMap(\.root)).sorted() + [.sha256(Data("nonsense".utf8))]
        let rounds = Set(heard.map(\.round)).sorted()
        let round = (rounds.randomElement(using: &generator) ?? 0) + Int.random(in: 0...1, using: &generator)
        let words: [AgreementStatement.Word] = [.prepare, .commit, .skip]
        try await say(
            words.randomElement(using: &generator) ?? .skip, roots.randomElement(using: &generator), round: round,
            as: name, to: [target])
    }
}
