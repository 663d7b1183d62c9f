import Foundation
import Ledger
import Logging
import SharingModel

/// What the node has to say, and asks for.
extension NodeService {
    /// Does what the node's outputs ask for, until it is cancelled.
    /// - Throws: ``NodeFailure`` of whatever was done, at once.
    func answerOutputs() async throws {
        let work = OutputWork()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in work.fetches.stream { try await fetch() }
            }
            group.addTask {
                for await (batch, height, offered) in work.writes.stream { await write(batch, height, offered) }
            }
            group.addTask { await take(work) }
            group.addTask {
                for await failure in work.failures.stream { throw failure }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Those fetches that may go on side by side end each by itself, and leave nothing behind.
    private func take(_ work: OutputWork) async {
        await withDiscardingTaskGroup { group in
            var offered: OfferedBatch?
            for await output in node.outputs {
                switch output {
                case .send(let message): send(.cosignature(message))
                case .agree(let message): send(.agreement(message))
                case .offer(let batch, let height): offered = offer(batch, height)
                case .propose(let batch, let height):
                    work.writes.continuation.yield((batch, height, offered))
                    // Who did not take it then is asked again the next time.
                    offered = nil
                case .fetchBatch(let digest, let holders):
                    group.addTask { await work.run { try await fetch(digest, holders) } }
                case .fetchBlock(let root, let parties):
                    group.addTask { await work.run { try await fetchBlock(root, from: parties) } }
                case .takeArrivals(let after):
                    group.addTask {
                        guard (try? await Task.sleep(for: after)) != nil else { return }
                        await work.run { try await NodeFailure.wrap { try await node.takeArrivals() } }
                    }
                case .fetch: work.fetches.continuation.yield()
                case .rewind: rewinds.call()
                case .readStanding(let request):
                    group.addTask { await work.run { try await readStanding(request) } }
                }
            }
            group.cancelAll()
        }
    }

    private func write(_ batch: Data, _ height: Int, _ offered: OfferedBatch?) async {
        do {
            try await log.write(try await inOrder(batch, height, offered: offered), height: height)
            health.orderAnswered()
        } catch {
            health.orderFailed("\(error)")
            logger.warning("batch \(height) could not be written and will be again: \(error)")
        }
    }
}

/// What outputs ask for and what waits for its turn.
private struct OutputWork {
    let fetches = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    /// While etcd does not answer, the newest proposal is what is written then.
    let writes = AsyncStream.makeStream(of: (Data, Int, OfferedBatch?).self, bufferingPolicy: .bufferingNewest(1))
    let failures = AsyncStream.makeStream(of: (any Error).self, bufferingPolicy: .bufferingOldest(1))

    func run(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            failures.continuation.yield(error)
        }
    }
}
