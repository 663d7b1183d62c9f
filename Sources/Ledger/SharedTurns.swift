import Synchronization

/// Work that several tasks ask for at the same time, done for all of them in one turn.
///
/// While one turn is worked at, those who come wait for the next. What a turn costs is so shared by as many as there
/// are, and who comes alone waits for nobody.
package final class SharedTurns<Question: Sendable, Answer: Sendable>: Sendable {
    /// One answer for each question, in order. What it throws, everybody who asked in this turn is told.
    package typealias Work = @Sendable (_ questions: [Question]) throws -> [Answer]

    private struct Asker: Sendable {
        let question: Question
        let continuation: CheckedContinuation<Answer, any Error>
    }

    private struct State: Sendable {
        var waiting: [Asker] = []
        var isWorking = false
    }

    private let state = Mutex(State())
    private let work: Work

    package init(_ work: @escaping Work) { self.work = work }

    /// - Throws: What the work of the turn throws.
    package func answer(to question: Question) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let isFirst = state.withLock { state in
                state.waiting.append(Asker(question: question, continuation: continuation))
                defer { state.isWorking = true }
                return !state.isWorking
            }
            // In a task of its own, which stands behind all that can run now: they may have questions too.
            if isFirst { Task { await workUntilNobodyWaits() } }
        }
    }

    private func workUntilNobodyWaits() async {
        while let askers = next() {
            do {
                let answers = try work(askers.map(\.question))
                precondition(answers.count == askers.count, "one answer for each question")
                for (asker, answer) in zip(askers, answers) { asker.continuation.resume(returning: answer) }
            } catch {
                for asker in askers { asker.continuation.resume(throwing: error) }
            }
            await Task.yield()
        }
    }

    /// Who asks in the next turn; `nil` when nobody waits, and then the next asker begins anew.
    private func next() -> [Asker]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isWorking = false
                return nil
            }
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
