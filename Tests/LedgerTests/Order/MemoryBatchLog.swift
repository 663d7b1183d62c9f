import Foundation
import Ledger
import SharingModel
import Synchronization

extension [BatchEvent] {
    /// What an order that was compacted at `position` still has: of what happened up to there the newest write of each
    /// key that stood then, and all that happened later.
    func compacted(at position: Int64) -> [BatchEvent] {
        var standing: [String: BatchEvent] = [:]
        for event in self where event.position <= position {
            standing["\(event.department)/\(event.height)"] = event.change == .deleted ? nil : event
        }
        return standing.values.sorted { $0.position < $1.position } + filter { $0.position > position }
    }

    /// What an order in which this happened answers.
    func standing(_ request: StandingRequest) -> StandingBatches {
        var batches: [PartyName: StandingBatches.Batch] = [:]
        for event in self where event.height == request.height && request.departments.contains(event.department) {
            batches[event.department] = event.batch.map { batch in
                StandingBatches.Batch(
                    created: batches[event.department]?.created ?? event.position, newest: event.position,
                    digest: request.contents.contains(event.department) ? .sha256(batch) : nil)
            }
        }
        return StandingBatches(position: last?.position ?? 0, batches: batches)
    }
}

/// An order in memory. Each department writes through a log of its own.
final class MemoryOrder: Sendable {
    private struct State {
        var events: [BatchEvent] = []
        var compactedAt: Int64 = 0
        var joined: [PartyName: String] = [:]
        var readers: [Int: AsyncThrowingStream<BatchLogItem, any Error>.Continuation] = [:]
    }

    private let state = Mutex(State())

    func log(of department: PartyName) -> MemoryBatchLog { MemoryBatchLog(order: self, department: department) }

    var position: Int64 { state.withLock { $0.events.last?.position ?? 0 } }

    /// - Parameter batch: `nil` deletes.
    /// - Parameter isNew: Writes only where nothing stands.
    func put(_ batch: Data?, height: Int, as department: PartyName, isNew: Bool) {
        state.withLock { state in
            let last = state.events.last { $0.department == department && $0.height == height }
            let stands = last.map { $0.change != .deleted } ?? false
            guard !isNew || !stands, batch != nil || stands else { return }
            let change: BatchEvent.Change =
                if let batch { stands ? .rewritten(batch) : .written(batch) } else { .deleted }
            let event = BatchEvent(
                position: (state.events.last?.position ?? 0) + 1, department: department, height: height,
                change: change)
            state.events.append(event)
            for reader in state.readers.values { reader.yield(.event(event)) }
        }
    }

    func standing(_ request: StandingRequest) -> StandingBatches { state.withLock { $0.events }.standing(request) }

    func compact() { state.withLock { $0.compactedAt = $0.events.last?.position ?? 0 } }

    func heights(of department: PartyName) -> [Int] {
        state.withLock { $0.events }.compacted(at: .max).filter { $0.department == department }.map(\.height)
    }

    fileprivate func join(_ department: PartyName) {
        state.withLock { $0.joined[department] = $0.joined[department] ?? "\(UInt64.random(in: .min ... .max))" }
    }

    fileprivate func mark(of department: PartyName) -> String? { state.withLock { $0.joined[department] } }

    fileprivate func events(after position: Int64, from height: Int) -> AsyncThrowingStream<BatchLogItem, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: BatchLogItem.self)
        state.withLock { state in
            let compactedAt = state.compactedAt
            var events = state.events
            if position + 1 < compactedAt {
                continuation.yield(.gap(through: compactedAt - 1))
                events = events.compacted(at: compactedAt).filter { $0.position > compactedAt || $0.height >= height }
            }
            for event in events where event.position > position { continuation.yield(.event(event)) }
            let number = state.readers.count
            state.readers[number] = continuation
        }
        return stream
    }
}

struct MemoryBatchLog: BatchLog {
    let order: MemoryOrder
    let department: PartyName

    func write(_ batch: Data, height: Int) async throws {
        order.put(batch, height: height, as: department, isNew: true)
    }

    func events(after position: Int64, from height: Int) -> AsyncThrowingStream<BatchLogItem, any Error> {
        order.events(after: position, from: height)
    }

    func standing(_ request: StandingRequest) async throws -> StandingBatches { order.standing(request) }

    func newest() async throws -> OrderPlace {
        OrderPlace(order: "memory", mark: order.mark(of: department), position: order.position)
    }

    func hasJoined() async throws -> Bool { order.mark(of: department) != nil }

    func join() async throws { order.join(department) }

    func forget(below height: Int) async throws {
        for old in order.heights(of: department) where old < height {
            order.put(nil, height: old, as: department, isNew: false)
        }
    }
}
