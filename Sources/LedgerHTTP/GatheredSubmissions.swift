import AsyncHTTPClient
import CanonicalJSON
import Foundation
import Ledger
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Synchronization

/// Brings what many submit to one node at the same time there in few requests: a request costs either side more than
/// what is in it. Who submits alone waits for nothing.
final class GatheredSubmissions: Sendable {
    private typealias Waiting = (envelope: Data, continuation: CheckedContinuation<Receipt, any Error>)

    private struct State {
        var unanswered = 0
        var waiting: [Waiting] = []
    }

    private let state = Mutex(State())
    private let address: String
    private let http: HTTPClient

    /// With fewer that wait for an answer each goes by itself.
    private static let fewest = 6
    private static let gathering = Duration.milliseconds(3)

    init(address: String, http: HTTPClient) {
        (self.address, self.http) = (address, http)
    }

    /// - Parameter envelope: Its canonical bytes.
    func submit(_ envelope: Data) async throws -> Receipt {
        let isAlone = state.withLock { state in
            state.unanswered += 1
            return state.unanswered < GatheredSubmissions.fewest
        }
        defer { state.withLock { $0.unanswered -= 1 } }
        return isAlone ? try await post(envelope) : try await gather(envelope)
    }

    private func post(_ envelope: Data) async throws -> Receipt {
        let response = try await execute(envelope, as: "application/json")
        do {
            return try CanonicalJSON.decode(
                Receipt.self, from: Data(buffer: try await response.body.collect(upTo: 1 << 20)))
        } catch is CanonicalJSONError {
            throw RemoteLedgerError.malformedAnswer(address: address)
        } catch {
            throw RemoteLedgerError.unavailable(address: address, detail: "\(error)")
        }
    }

    private func gather(_ envelope: Data) async throws -> Receipt {
        try await withCheckedThrowingContinuation { continuation in
            let isFirst = state.withLock { state in
                state.waiting.append((envelope, continuation))
                return state.waiting.count == 1
            }
            // The request is nobody's alone: who is cancelled takes no other's answer with him.
            guard isFirst else { return }
            Task {
                try? await Task.sleep(for: GatheredSubmissions.gathering)
                for batch in takeBatches() { Task { await post(batch) } }
            }
        }
    }

    private func takeBatches() -> [[Waiting]] {
        let all = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        var (batches, bytes): ([[Waiting]], Int) = ([[]], 0)
        for waiting in all {
            bytes += waiting.envelope.count + 1
            let isFull = batches[batches.count - 1].count == SubmissionLines.mostEnvelopes
            if isFull || bytes > SubmissionLines.largestByteCount {
                batches.append([])
                bytes = waiting.envelope.count + 1
            }
            batches[batches.count - 1].append(waiting)
        }
        return batches
    }

    /// Submits a batch, and answers each that waits for it, once.
    private func post(_ batch: [Waiting]) async {
        var open = Dictionary(uniqueKeysWithValues: batch.enumerated().map { ($0.offset, $0.element.continuation) })
        var failure: any Error = RemoteLedgerError.malformedAnswer(address: address)
        do {
            let lines = batch.reduce(into: Data()) { lines, waiting in
                lines += waiting.envelope
                lines.append(UInt8(ascii: "\n"))
            }
            var buffer = ByteBuffer()
            for try await chunk in try await execute(lines, as: SubmissionLines.mediaType).body {
                buffer.writeImmutableBuffer(chunk)
                for answer in try SubmissionLines.takeAnswers(&buffer) {
                    open.removeValue(forKey: answer.place)?.resume(with: result(answer))
                }
            }
        } catch let error as RemoteLedgerError {
            failure = error
        } catch is CanonicalJSONError {
            // As it was.
        } catch {
            failure = RemoteLedgerError.unavailable(address: address, detail: "\(error)")
        }
        for continuation in open.values { continuation.resume(throwing: failure) }
    }

    private func result(_ answer: SubmissionLines.Answer) -> Result<Receipt, any Error> {
        if let receipt = answer.receipt { return .success(receipt) }
        guard let problem = answer.problem else {
            return .failure(RemoteLedgerError.malformedAnswer(address: address))
        }
        return .failure(RemoteLedgerError(address, UInt(clamping: problem.status), problem.detail))
    }

    private func execute(_ body: Data, as type: String) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address + "/v1/transactions")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: type)
        request.body = .bytes(ByteBuffer(data: body))
        do {
            let response = try await http.execute(request, timeout: .seconds(90))
            guard response.status.code != 200 else { return response }
            let body = Data(buffer: try await response.body.collect(upTo: 1 << 20))
            throw RemoteLedgerError(address, response.status.code, body)
        } catch let error as RemoteLedgerError {
            throw error
        } catch {
            throw RemoteLedgerError.unavailable(address: address, detail: "\(error)")
        }
    }
}
