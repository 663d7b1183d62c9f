import Foundation
import Ledger
import Synchronization
import Testing

@Suite("Work in turns that are shared")
struct SharedTurnsTests {
    private struct Unlucky: Error {}

    private final class Counts: Sendable {
        let asked = Mutex(0)
        /// Questions of each turn.
        let turns = Mutex<[Int]>([])
    }

    @Test("Who asks while a turn is worked at shares the next, and everybody gets the answer to their own question")
    func shared() async throws {
        let askers = 100
        let counts = Counts()
        let squares = SharedTurns<Int, Int> { questions in
            counts.turns.withLock { $0.append(questions.count) }
            // The first turn lasts until all have come.
            while counts.asked.withLock({ $0 }) < askers { usleep(1_000) }
            return questions.map { $0 * $0 }
        }
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for number in 0..<askers {
                group.addTask {
                    counts.asked.withLock { $0 += 1 }
                    return (number, try await squares.answer(to: number))
                }
            }
            for try await (number, square) in group { #expect(square == number * number) }
        }
        let sizes = counts.turns.withLock { $0 }
        #expect(sizes.reduce(0, +) == askers && sizes.count < askers / 2)
    }

    @Test("What a turn throws is told to those who asked in it, and to nobody after it")
    func failing() async throws {
        let turns = SharedTurns<Int, Int> { questions in
            guard !questions.contains(13) else { throw Unlucky() }
            return questions
        }
        await #expect(throws: Unlucky.self) { try await turns.answer(to: 13) }
        let answer = try await turns.answer(to: 14)
        #expect(answer == 14)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    do {
                        let answer = try await turns.answer(to: number)
                        #expect(answer == number && number != 13)
                    } catch { #expect(error is Unlucky) }
                }
            }
        }
    }
}
