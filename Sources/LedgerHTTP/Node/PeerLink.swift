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
        var waiting = Data()
        var address: String?
    }

    private let state = Mutex(State())
    private let calls: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let http: HTTPClient
    /// How long what comes soon after something was sent waits for more.
    private let gathering: Duration

    /// More is not kept.
    private static let mostWaiting = 2 << 20

    init(http: HTTPClient, gathering: Duration = .zero) {
        (self.http, self.gathering) = (http, gathering)
        (calls, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    var address: String? {
        get { state.withLock { $0.address } }
        set { state.withLock { $0.address = newValue } }
    }

    func send(_ frame: Data) {
        state.withLock { state in
            if state.waiting.count < PeerLink.mostWaiting { state.waiting.append(frame) }
        }
        wake.yield()
    }

    /// Ends ``run()``.
    func close() { wake.finish() }

    /// Runs until it is cancelled or closed.
    func run() async {
        var lastSent = ContinuousClock.Instant?.none
        for await _ in calls {
            // A request costs either side more than what is in it: a busy link carries several messages in each.
            if let lastSent, ContinuousClock.now - lastSent < gathering * 2 { try? await Task.sleep(for: gathering) }
            lastSent = .now
            let (address, frames) = state.withLock { state in
                defer { state.waiting = Data() }
                return (state.address, state.waiting)
            }
            guard let address, !frames.isEmpty else { continue }
            var request = HTTPClientRequest(url: address + "/v1/messages")
            request.method = .POST
            request.body = .bytes(ByteBuffer(data: frames))
            do {
                let response = try await http.execute(request, timeout: .seconds(2))
                _ = try await response.body.collect(upTo: 1 << 16)
            } catch {
                // See above: whatever was lost comes again by another way.
            }
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
