import CanonicalJSON
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import NIOCore
import NIOFoundationCompat
import SignedEnvelopes

extension LedgerRoutes {
    /// One envelope, answered with its receipt; or several, an envelope a line, each answered with a line of its own as
    /// soon as it is final or turned away.
    func addSubmission(to router: Router<LedgerRequestContext>) {
        router.post("/v1/transactions") { request, _ in
            guard request.headers[.contentType] == SubmissionLines.mediaType else {
                let body = try await request.body.collect(upTo: Envelope.largestByteCount)
                let envelope = try Envelope(canonicalBytes: Data(buffer: body))
                return try json(try await ledger.submit(envelope))
            }
            let body = try await request.body.collect(upTo: SubmissionLines.largestByteCount)
            return try submit(SubmissionLines.envelopes(Data(buffer: body)))
        }
    }

    private func submit(_ lines: [Data]) throws -> Response {
        guard (1...SubmissionLines.mostEnvelopes).contains(lines.count) else { throw Problem.tooManyEnvelopes }
        let answers = GatheredAnswers(count: lines.count)
        var (places, envelopes): ([Int], [Envelope]) = ([], [])
        for (place, line) in lines.enumerated() {
            do throws(EnvelopeError) {
                envelopes.append(try Envelope(canonicalBytes: line))
                places.append(place)
            } catch {
                answers.put(place, .failure(error))
            }
        }
        try ledger.submit(envelopes) { [places] in answers.put(places[$0], $1) }
        return Response(
            status: .ok, headers: [.contentType: SubmissionLines.mediaType],
            body: ResponseBody { writer in
                for await _ in answers.calls {
                    var lines = ByteBuffer()
                    for (place, result) in answers.take() { lines.writeBytes(try line(place, result)) }
                    if lines.readableBytes > 0 { try await writer.write(lines) }
                }
                try await writer.finish(nil)
            })
    }

    private func line(_ place: Int, _ result: Result<Receipt, any Error>) throws -> Data {
        let answer =
            switch result {
            case .success(let receipt): SubmissionLines.Answer(place: place, receipt: receipt, problem: nil)
            case .failure(let error):
                SubmissionLines.Answer(place: place, receipt: nil, problem: Problem(error).document)
            }
        return try CanonicalJSON.encode(answer) + [UInt8(ascii: "\n")]
    }
}
