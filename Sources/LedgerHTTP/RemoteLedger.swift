package import AsyncHTTPClient
package import BlobStore
import CanonicalJSON
package import Foundation
package import Ledger
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
package import SharingModel
package import SignedEnvelopes
package import TransparencyLog

/// A department's node over HTTP.
package final class RemoteLedger: NodeConnection, LedgerBlockSource {
    let address: String
    let http: HTTPClient
    private let submissions: GatheredSubmissions

    /// Whether the node knows who asks, so that blocks may go to it and come from it.
    package let isAuthenticated: Bool

    /// - Parameters:
    ///   - address: `https://HOST:PORT`, or `http://…`, where nobody proves who he is and no blocks are given out.
    ///   - isAuthenticated: Whether `http` shows a party's certificate.
    /// - Throws: ``RemoteLedgerError/malformedAddress(_:)``.
    package init(address: String, http: HTTPClient, isAuthenticated: Bool) throws(RemoteLedgerError) {
        guard let url = URLComponents(string: address), url.scheme == "http" || url.scheme == "https",
            url.host?.isEmpty == false, url.path.isEmpty || url.path == "/"
        else { throw .malformedAddress(address) }
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.http = http
        submissions = GatheredSubmissions(address: self.address, http: http)
        self.isAuthenticated = isAuthenticated && url.scheme == "https"
    }

    deinit {
        // What is under way was waited for.
        http.shutdown { _ in }
    }

    /// Submits through the node, and returns when the transaction is final.
    package func submit(_ transaction: AdmittedTransaction) async throws -> Receipt {
        try await submissions.submit(transaction.envelope.bytes)
    }

    package func submit(_ envelope: Envelope) async throws -> Receipt {
        try await submissions.submit(envelope.canonicalBytes())
    }

    package func submit(_ transactions: [AdmittedTransaction], answer: @escaping SubmissionAnswer) {
        // They meet again in as few requests as may be.
        for (place, transaction) in transactions.enumerated() {
            Task {
                do {
                    answer(place, .success(try await submit(transaction)))
                } catch {
                    answer(place, .failure(error))
                }
            }
        }
    }

    package func isReady() async throws -> Bool {
        do {
            let response = try await http.execute(HTTPClientRequest(url: address + "/ready"), timeout: .seconds(10))
            _ = try await response.body.collect(upTo: 1 << 16)
            return response.status == .ok
        } catch {
            throw RemoteLedgerError.unavailable(address: address, detail: "\(error)")
        }
    }

    /// Takes over every final block that the node has and `ledger` does not. Blocks its thread.
    package func catchUp(_ ledger: Ledger) throws {
        var next = try ledger.head().map { $0.height + 1 } ?? 0
        // Heights from before the departments ordered together may be final only by a later one.
        var shown: [ExportedBlock] = []
        while let block = try block(at: next) {
            // One that is here would be passed over, and asked for again at the next height, without an end.
            guard block.record.height == next else { throw RemoteLedgerError.malformedAnswer(address: address) }
            shown.append(block)
            next += 1
            if ledger.isFinal(block) {
                try ledger.take(shown)
                shown = []
            }
        }
    }

    private static let largestBlock = 64 << 20

    package var name: String { address }

    package func block(at height: Int) throws -> ExportedBlock? {
        guard let body = try get("/v1/blocks/\(height)") else { return nil }
        do {
            return try CanonicalJSON.decode(
                ExportedBlock.self, from: body, maximumByteCount: RemoteLedger.largestBlock)
        } catch {
            throw RemoteLedgerError.malformedAnswer(address: address)
        }
    }
}

extension RemoteLedger {
    /// The content of a block of the store, unchecked.
    /// - Returns: `nil` where the node has none.
    /// - Throws: ``RemoteLedgerError/refused(address:detail:)`` for what it gives to members only.
    package func blob(_ cid: CID) throws -> Data? { try get("/ipfs/\(cid)?format=raw") }
}

extension RemoteLedger: LogSource {
    package func newest(known: Int) throws -> Data {
        guard let document = try get("/v1/memberships?known=\(known)") else { throw LedgerError.notFinal }
        return document
    }

    package func tile(_ path: TilePath) throws -> Data {
        guard let tile = try get(path.text) else { throw RemoteLedgerError.malformedAnswer(address: address) }
        return tile
    }

    package func transaction(_ id: Digest) throws -> Data {
        guard let proof = try get("/v1/transactions/\(id)") else { throw LedgerError.unknownTransaction(id) }
        return proof
    }

    /// Blocks its thread.
    /// - Returns: `nil` where the node has no such document.
    fileprivate func get(_ path: String) throws -> Data? {
        let response: HTTPClient.Response
        do {
            let request = try HTTPClient.Request(url: address + path)
            response = try http.execute(
                request: request,
                delegate: ResponseAccumulator(request: request, maxBodySize: RemoteLedger.largestBlock),
                deadline: .now() + .seconds(30)
            ).wait()
        } catch {
            throw RemoteLedgerError.unavailable(address: address, detail: "\(error)")
        }
        if response.status == .notFound { return nil }
        let body = response.body.map { Data(buffer: $0) } ?? Data()
        guard response.status == .ok else { throw RemoteLedgerError(address, response.status.code, body) }
        return body
    }
}

/// What can go wrong with a node that is used from elsewhere.
package enum RemoteLedgerError: Error, Hashable, Sendable {
    case malformedAddress(String)
    /// It does not answer, or says itself that it cannot now. Trying again is safe.
    case unavailable(address: String, detail: String)
    /// It says no, in its words.
    case refused(address: String, detail: String)
    case malformedAnswer(address: String)

    init(_ address: String, _ status: UInt, _ body: Data) {
        let problem = try? CanonicalJSON.parse(body)
        self.init(address, status, problem?["detail"]?.stringValue ?? "status \(status)")
    }

    init(_ address: String, _ status: UInt, _ detail: String) {
        self =
            status >= 500
            ? .unavailable(address: address, detail: detail) : .refused(address: address, detail: detail)
    }
}

extension RemoteLedgerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedAddress(let text):
            "\(text) is no address of a node. Write https://HOST:PORT, or http://HOST:PORT."
        case .unavailable(let address, let detail):
            "The node at \(address) does not answer, or cannot now: \(detail). Nothing was lost; try again."
        case .refused(let address, let detail): "The node at \(address) refuses: \(detail)"
        case .malformedAnswer(let address):
            "What \(address) answers is not a node's answer of this version. Is it the address of a node?"
        }
    }
}
