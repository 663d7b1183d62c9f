import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import Logging
import NIOCore
import NIOFoundationCompat
import SignedEnvelopes

/// RFC 9457 problem details: the one place where HTTP statuses are chosen.
struct Problem: Error {
    let status: HTTPResponse.Status
    let title: String
    let detail: String

    static let notFound = Problem(status: .notFound, title: "Not found", detail: "There is no such thing here.")
    static let membersOnly = Problem(
        status: .forbidden, title: "Members only",
        detail: "Raw blocks (shards, results, openings) are served to members and to holders of active tokens on "
            + "the dataset that holds them, over TLS with a party's certificate.")
    static let departmentsOnly = Problem(
        status: .forbidden, title: "Departments only", detail: "This is for the nodes of departments, which show it.")
    static let partiesOnly = Problem(
        status: .forbidden, title: "Parties only",
        detail: "Blocks are taken from parties of the consortium, over TLS with a party's certificate.")
    static let notHeld = Problem(
        status: .conflict, title: "Not held",
        detail: "That is no batch by this department for a coming height, or it has given too many for it.")
    static let overQuota = Problem(
        status: .tooManyRequests, title: "Too much at once",
        detail: "This party has given more blocks within the hour than the node takes. Nothing was lost; try later.")
    static let unknownFormat = Problem(
        status: .badRequest, title: "Unknown format",
        detail: "Blocks are given as format=raw or format=car, with dag-scope=block, entity or all.")

    static let tooManyEnvelopes = Problem(
        status: .badRequest, title: "Too many envelopes",
        detail: "One request takes 1 to \(SubmissionLines.mostEnvelopes) envelopes, one a line.")

    static func notReady(_ what: String) -> Problem {
        Problem(status: .serviceUnavailable, title: "Not ready", detail: what)
    }

    init(status: HTTPResponse.Status, title: String, detail: String) {
        (self.status, self.title, self.detail) = (status, title, detail)
    }

    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as AdmissionError:
            self.init(status: .unprocessableContent, title: "Turned away", detail: "\(error)")
        case let error as EnvelopeError:
            self.init(status: .badRequest, title: "Not an envelope", detail: "\(error)")
        case BlobStoreError.blockMissing: self = .notFound
        case let error as BlobStoreError:
            self.init(status: .badRequest, title: "Not that block", detail: "\(error)")
        case let error as CanonicalJSONError:
            self.init(status: .badRequest, title: "Not canonical JSON", detail: "\(error)")
        case is MessageError: self.init(status: .badRequest, title: "Malformed message", detail: "Not whole messages.")
        case LedgerError.unknownTransaction, LedgerError.unknownHeight, LedgerError.notFinal, LedgerError.notYetIn:
            self = .notFound
        case LedgerError.notFinalWithin(let seconds):
            self.init(
                status: .gatewayTimeout, title: "Not final yet",
                detail: "No quorum within \(seconds) s. Submitting the same envelope again is safe.")
        case LedgerError.overloaded(let waiting):
            self.init(
                status: .serviceUnavailable, title: "Queue full",
                detail: "\(waiting) transactions wait already. Nothing was done; try again.")
        case let error as any HTTPResponseError:
            self.init(status: error.status, title: error.status.reasonPhrase, detail: "\(error)")
        default:
            // What went wrong inside is for the log of the node, not for whoever asks.
            self.init(status: .internalServerError, title: "Failed here", detail: "The node's log says more.")
        }
    }

    var document: ProblemDocument { ProblemDocument(detail: detail, status: status.code, title: title) }

    var response: Response {
        let bytes = (try? CanonicalJSON.encode(document)) ?? Data()
        return Response(
            status: status, headers: [.contentType: "application/problem+json"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// Turns what a handler throws into a problem document.
struct ProblemMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: LedgerRequestContext,
        next: (Request, LedgerRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            if case .failed = Problem(error).kind { context.logger.error("\(request.uri.path): \(error)") }
            return Problem(error).response
        }
    }
}

extension Problem {
    fileprivate enum Kind { case failed, refused }
    fileprivate var kind: Kind { status == .internalServerError ? .failed : .refused }
}
