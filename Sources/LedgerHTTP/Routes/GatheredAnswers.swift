import Ledger
import Synchronization

/// Answers to the submissions of one request, kept until the writer of its response comes for them: those of one block
/// are there at once, and go in one piece.
final class GatheredAnswers: Sendable {
    typealias Answer = (place: Int, result: Result<Receipt, any Error>)

    private struct State {
        var answers: [Answer] = []
        var missing: Int
    }

    private let state: Mutex<State>
    private let call: AsyncStream<Void>.Continuation
    /// A call to ``take()``; ends when there is nothing more to come.
    let calls: AsyncStream<Void>

    init(count: Int) {
        state = Mutex(State(missing: count))
        (calls, call) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func put(_ place: Int, _ result: Result<Receipt, any Error>) {
        let isLast = state.withLock { state in
            state.answers.append((place, result))
            state.missing -= 1
            return state.missing == 0
        }
        call.yield()
        if isLast { call.finish() }
    }

    func take() -> [Answer] {
        state.withLock { state in
            defer { state.answers = [] }
            return state.answers
        }
    }
}
