import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Synchronization

/// Sends to one other node, in order, one request at a time; what gathers meanwhile goes together in the next.
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

    /// More is not kept.
    private static let mostWaiting = 2 << 20
    private static let mostInRequest = 1 << 20

    init(http: HTTPClient, gathering: Duration = .zero, report: @escaping @Sendable (String) -> Void) {
        (self.http, self.gathering, self.report) = (http, gathering, report)
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
        var last: (start: ContinuousClock.Instant, count: Int) = (.now, 0)
        for await _ in calls {
            // A request costs either side more than what is in it: a busy link carries several messages in each. One
            // that carries single messages is not busy, however fast they follow each other.
            if last.count > 1, ContinuousClock.now - last.start < gathering * 2 {
                try? await Task.sleep(for: gathering)
            }
            last = (.now, 0)
            while let (address, frames) = next() {
                last.count += frames.count
                await post(frames, to: address)
            }
        }
    }

    /// What goes in the next request; `nil` when nothing waits, or there is no address to send it to.
    private func next() -> (address: String, frames: [Data])? {
        state.withLock { state in
            guard let address = state.address, !state.waiting.isEmpty else {
                (state.waiting, state.byteCount) = ([], 0)
                return nil
            }
            var (count, bytes) = (0, 0)
            while count < state.waiting.count {
                bytes += state.waiting[count].count
                if count > 0, bytes > PeerLink.mostInRequest { break }
                count += 1
            }
            let frames = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            state.byteCount -= frames.reduce(0) { $0 + $1.count }
            return (address, frames)
        }
    }

    private func post(_ frames: [Data], to address: String) async {
        var request = HTTPClientRequest(url: address + "/v1/messages")
        request.method = .POST
        var body = ByteBuffer()
        for frame in frames { body.writeBytes(frame) }
        request.body = .bytes(body)
        do {
            let response = try await http.execute(request, timeout: .seconds(2))
            let answer = try await response.body.collect(upTo: 1 << 16)
            guard response.status != .noContent else { return }
            report("\(address) answers \(response.status.code) to \(frames.count) messages: \(String(buffer: answer))")
        } catch {
            // See above: whatever was lost comes again by another way.
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
