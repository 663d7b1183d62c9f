import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Synchronization

/// Sends to one other node, in requests that stay open for a while: a message that follows another needs no request of
/// its own.
///
/// Nothing is kept for a node that does not answer: cosignatures are sent again while their height is open, blocks
/// are fetched, and a transaction is proposed by the node that has it.
final class PeerLink: Sendable {
    private struct State {
        var waiting: [Data] = []
        var byteCount = 0
        var address: String?
    }

    private let state = Mutex(State())
    private let calls: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let http: HTTPClient
    /// How long a link that is busy waits for more to go with what has come.
    private let gathering: Duration
    private let report: @Sendable (String) -> Void
    private let failed: @Sendable () -> Void

    /// More is not kept.
    private static let mostWaiting = 2 << 20
    private static let mostAtOnce = 1 << 16

    /// - Parameters:
    ///   - report: Told when the node turns messages away.
    ///   - failed: Called when a request with messages does not come through.
    init(
        http: HTTPClient, gathering: Duration = .zero, report: @escaping @Sendable (String) -> Void,
        failed: @escaping @Sendable () -> Void
    ) {
        (self.http, self.gathering, self.report, self.failed) = (http, gathering, report, failed)
        (calls, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    var address: String? {
        get { state.withLock { $0.address } }
        set { state.withLock { $0.address = newValue } }
    }

    func send(_ frame: Data) { send([frame]) }

    func send(_ frames: [Data]) {
        state.withLock { state in
            for frame in frames where state.byteCount < PeerLink.mostWaiting {
                state.waiting.append(frame)
                state.byteCount += frame.count
            }
        }
        wake.yield()
    }

    /// Ends ``run()``.
    func close() { wake.finish() }

    /// Runs until it is cancelled or closed.
    func run() async {
        await withDiscardingTaskGroup { group in
            var last: (start: ContinuousClock.Instant, count: Int) = (.now, 0)
            var stream: MessageStream?
            for await _ in calls {
                // A message costs either side less with others than alone: a busy link carries several at a time. One
                // that carries single messages is not busy, however fast they follow each other.
                if last.count > 1, ContinuousClock.now - last.start < gathering * 2 {
                    try? await Task.sleep(for: gathering)
                }
                last = (.now, 0)
                while let (address, frames) = next() {
                    last.count += frames.count
                    let bytes = ByteBuffer(frames)
                    if let stream, stream.address == address, stream.send(bytes) { continue }
                    let begun = MessageStream(to: address)
                    _ = begun.send(bytes)
                    group.addTask {
                        if await !begun.post(over: self.http, self.report) { self.failed() }
                    }
                    stream = begun
                }
            }
            group.cancelAll()
        }
    }

    /// What goes next; `nil` when nothing waits, or there is no address to send it to.
    private func next() -> (address: String, frames: [Data])? {
        state.withLock { state in
            guard let address = state.address, !state.waiting.isEmpty else {
                (state.waiting, state.byteCount) = ([], 0)
                return nil
            }
            var (count, bytes) = (0, 0)
            while count < state.waiting.count {
                bytes += state.waiting[count].count
                if count > 0, bytes > PeerLink.mostAtOnce { break }
                count += 1
            }
            let frames = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            state.byteCount -= frames.reduce(0) { $0 + $1.count }
            return (address, frames)
        }
    }

    /// Asks for a document of the other node.
    /// - Returns: `nil` if it does not answer or has none.
    func get(_ path: String, limit: Int) async -> Data? {
        guard let address else { return nil }
        do {
            let response = try await http.execute(HTTPClientRequest(url: address + path), timeout: .seconds(5))
            let body = try await response.body.collect(upTo: limit)
            return response.status.code == 200 ? Data(buffer: body) : nil
        } catch {
            return nil
        }
    }

    /// Gives the other node a document.
    /// - Returns: Its answer; `nil` if it does not answer, or says no.
    func post(_ path: String, _ body: Data, limit: Int) async -> Data? {
        guard let address else { return nil }
        var request = HTTPClientRequest(url: address + path)
        request.method = .POST
        request.body = .bytes(ByteBuffer(data: body))
        do {
            let response = try await http.execute(request, timeout: .seconds(2))
            let answer = try await response.body.collect(upTo: limit)
            return response.status.code == 200 ? Data(buffer: answer) : nil
        } catch {
            return nil
        }
    }
}
