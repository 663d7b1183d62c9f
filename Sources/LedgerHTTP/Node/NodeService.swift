package import AsyncHTTPClient
import CanonicalJSON
import Contracts
import Foundation
package import Ledger
package import Logging
import ServiceLifecycle
package import SharingModel
import SignedEnvelopes
import Synchronization

/// Runs a department's node: joins it to the order and to the other nodes.
package struct NodeService: Service {
    let node: DepartmentNode
    let pool: TransactionPool
    let log: any BatchLog
    /// Where the other nodes answer, as known now.
    let addresses: @Sendable () async throws -> [PartyName: String]
    let logger: Logger
    let health: NodeHealth
    let blocks: PeerBlocks
    let links: PeerLinks
    /// How many heights below the final one this department's batches stay in the order.
    let keptBatches: Int
    /// The order that may take the place of the one that was followed.
    let acceptedOrder: String?
    let rewinds = RewindCalls()

    /// Longest wait of a submitter for finality.
    private static let patience = Duration.seconds(60)

    package init(
        node: DepartmentNode, pool: TransactionPool, log: any BatchLog, http: HTTPClient, health: NodeHealth,
        logger: Logger, blocks: PeerBlocks, keptBatches: Int, acceptedOrder: String? = nil,
        addresses: @escaping @Sendable () async throws -> [PartyName: String]
    ) {
        (self.keptBatches, self.acceptedOrder) = (keptBatches, acceptedOrder)
        (self.node, self.pool, self.log, self.addresses) = (node, pool, log, addresses)
        (self.health, self.logger, self.blocks) = (health, logger, blocks)
        links = PeerLinks(http: http) { logger.warning("\($0)") }
    }

    /// Runs until shutdown is asked for, or the node's own disk fails: then this throws, and starting again is safe.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await runAll() }
        } catch is CancellationError {
            // Told to stop: what is durable is whole, and the rest is sent again after the next start.
        }
    }

    /// Has it looked up soon where the other nodes answer.
    package func findOthersAnew() { links.lookUp() }

    func send(_ message: NodeMessage) {
        // What this node made or took has a canonical form.
        guard let frame = try? message.frame() else { return }
        for pair in links.all.values { pair.votes.send(frame) }
    }

    private func runAll() async throws {
        // A block waits for nothing but these: they do not queue with the rest.
        node.messages.handle { output in
            switch output {
            case .send(let message): send(.cosignature(message))
            case .agree(let message): send(.agreement(message))
            default: break
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await links.run() }
            group.addTask { try await confirm() }
            group.addTask { try await follow() }
            group.addTask { try await answerOutputs() }
            group.addTask { try await relay() }
            group.addTask { try await tick() }
            group.addTask { try await findOthers() }
            group.addTask { try await forgetOldBatches() }
            // The first to end is one that failed, or all are cancelled.
            _ = try await group.next()
            group.cancelAll()
        }
    }

    /// Asks the others what they have of this department, until a quorum has answered; before that it cosigns nothing.
    private func confirm() async throws {
        while await !node.isConfirmed {
            for (party, link) in links.all.mapValues(\.transfers) {
                guard let bytes = await link.get("/v1/cosignatures/\(node.party)", limit: 1 << 16),
                    let answer = try? CanonicalJSON.decode(NewestWords.self, from: bytes)
                else { continue }
                let statement = answer.statement.flatMap { try? AgreementMessage(reading: $0) }
                try await NodeFailure.wrap {
                    try await node.hear(answer.cosignature, said: statement, from: party)
                }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        while await node.hasNoJournal {
            do {
                // Who has never joined the order has no earlier life to be silent for: else departments that start for
                // the first time behind the first batch would all be silent for it, and no other may follow.
                let hasLived = try await log.hasJoined()
                try await meetOrder()
                try await log.join()
                let newest = try await log.newest()
                try await NodeFailure.wrap {
                    try await node.begin(silentThrough: hasLived ? newest.position : 0, in: newest)
                }
            } catch let failure as NodeFailure {
                throw failure
            } catch {
                health.orderFailed("\(error)")
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        try await NodeFailure.wrap { try await node.settleKept() }
        // It ends with the others only.
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3_600)) }
    }

    private func follow() async throws {
        while !Task.isCancelled {
            do {
                // Linearizable, so it tells too whether etcd has a quorum: a watch hears nothing either way.
                try await meetOrder()
                health.orderAnswered()
                try await readOrder()
            } catch let failure as NodeFailure {
                throw failure
            } catch {
                health.orderFailed("\(error)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Reads until the stream ends, or the node asks for it to be read again from an earlier place.
    private func readOrder() async throws {
        // Made first: a call that comes from now on is heard, and one that came before is in the start position.
        let calls = rewinds.listen()
        let (start, height) = (await node.startPosition(), await node.status.height + 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await item in log.events(after: start, from: height) {
                    health.orderAnswered()
                    switch item {
                    case .event(let event): try await NodeFailure.wrap { try await node.take(event) }
                    case .gap(let lost): await node.passOverGap(through: lost)
                    }
                }
            }
            group.addTask {
                for await _ in calls { return }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Passes on what was submitted here, and has the node propose.
    private func relay() async throws {
        for await _ in pool.arrivals {
            let frames = pool.takeSubmitted().map { NodeMessage.frame(of: $0) }
            if !frames.isEmpty {
                for pair in links.all.values { pair.transfers.send(frames) }
            }
            try await NodeFailure.wrap { try await node.takeArrivals() }
        }
    }

    private func tick() async throws {
        var count = 0
        while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(50))
            try await NodeFailure.wrap { try await node.tick() }
            count += 1
            // One clock for all who wait: a timer for each costs as much as the rest of its request.
            if count % 20 == 0 {
                pool.answerWaiting(longerThan: NodeService.patience)
                pool.dropExpired(at: await node.status.time)
            }
            // A message that was lost shows by nothing; so the others are asked from time to time.
            if count % 20 == 0 { try await fetch() }
            if count % 40 == 0 { links.lookUp() }
        }
    }

    /// Looks up where the others answer whenever it is called for, a few times a second at most.
    private func findOthers() async throws {
        for await _ in links.lookups {
            var isComplete = false
            if let found = try? await addresses() {
                blocks.know(found.filter { $0.key != node.party })
                isComplete = links.keep(await node.companions, at: found)
            }
            if !isComplete { links.lookUp() }
            try await Task.sleep(for: .milliseconds(isComplete ? 250 : 100))
        }
    }

    /// Takes blocks from the others for as long as one has the next.
    func fetch() async throws {
        for (party, link) in links.all.mapValues(\.transfers).shuffled() {
            while !Task.isCancelled {
                let next = await node.status.height + 1
                guard let bytes = await link.get("/v1/blocks/\(next)", limit: 64 << 20),
                    let block = try? CanonicalJSON.decode(
                        ExportedBlock.self, from: bytes, maximumByteCount: 64 << 20)
                else { break }
                guard try await NodeFailure.wrap({ try await node.take(block, from: party) }) else { break }
            }
        }
    }
}

/// Ends the reading of the order that goes on now, so that it is begun anew.
final class RewindCalls: Sendable {
    private let listener = Mutex<AsyncStream<Void>.Continuation?>(nil)

    func listen() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        listener.withLock { $0 = continuation }
        return stream
    }

    func call() { listener.withLock { _ = $0?.yield() } }
}

/// The node itself failed: its disk, or its ledger. Everything else is tried again.
package struct NodeFailure: Error, CustomStringConvertible {
    package let cause: any Error

    static func wrap<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            throw NodeFailure(cause: error)
        }
    }

    package var description: String { "\(cause)" }
}
