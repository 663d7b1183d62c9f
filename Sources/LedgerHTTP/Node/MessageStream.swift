import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// One request to `/v1/messages`, whose body goes on for as long as it is open. What it has not sent when it fails is
/// lost, as messages may be.
struct MessageStream: Sendable {
    let address: String
    private let pieces: AsyncStream<ByteBuffer>
    private let more: AsyncStream<ByteBuffer>.Continuation

    /// Short, so that a node that is gone without a word is noticed, and one that stops waits for nobody long.
    private static let lifetime = Duration.seconds(1)
    /// Pieces that wait for a node that does not read; more are dropped. On a busy link half a second's, for a connection
    /// takes its time on a busy machine.
    private static let mostWaiting = 64

    init(to address: String) {
        self.address = address
        (pieces, more) = AsyncStream.makeStream(
            of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(MessageStream.mostWaiting))
    }

    /// - Returns: Whether it was open still.
    func send(_ piece: ByteBuffer) -> Bool {
        if case .terminated = more.yield(piece) { false } else { true }
    }

    /// Sends until its time is over, or the other node has enough.
    /// - Parameter report: Told when the node turns the messages away.
    /// - Returns: Whether the node was there. Whatever was lost comes again by another way.
    func post(over http: HTTPClient, _ report: @Sendable (String) -> Void) async -> Bool {
        let end = Task {
            try? await Task.sleep(for: MessageStream.lifetime)
            more.finish()
        }
        defer {
            end.cancel()
            more.finish()
        }
        var request = HTTPClientRequest(url: address + "/v1/messages")
        request.method = .POST
        request.body = .stream(pieces, length: .unknown)
        do {
            let response = try await http.execute(request, timeout: .seconds(3))
            more.finish()
            let answer = try await response.body.collect(upTo: 1 << 16)
            if response.status != .noContent {
                report("\(address) answers \(response.status.code) to messages: \(String(buffer: answer))")
            }
            return true
        } catch {
            return false
        }
    }
}

extension ByteBuffer {
    init(_ pieces: [Data]) {
        self.init()
        reserveCapacity(pieces.reduce(0) { $0 + $1.count })
        for piece in pieces { writeBytes(piece) }
    }
}
