import BlobStore
package import Contracts
import Foundation
import KeyVault
package import Ledger
import Multiprecision
import ObliviousPRF
import SharingModel

/// `pseudonym evaluate`: the custodian multiplies every blinded element of a request by the section's key, proves it, and
/// says so on the ledger. It learns how many values there were, and nothing of them.
package struct EvaluateRequest: Sendable {
    /// Any beginning of the request's id; `nil` for all that wait.
    package let request: String?

    package init(_ request: String?) {
        self.request = request
    }

    package struct Evaluated: Sendable {
        package let request: PseudonymRequest
        package let receipt: Receipt
        /// Why it was refused; `nil` where it was evaluated.
        package let refusal: String?
    }

    /// - Parameter progress: Elements evaluated, and elements of the request; called from several threads.
    /// - Returns: One for each request; none where nothing waits.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where another party is the custodian;
    ///   or no key is made yet; `KeyVaultError.secretMissing` for a custodian whose vault has lost it.
    package func run(
        as session: PartySession, progress: @escaping @Sendable (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) async throws -> [Evaluated] {
        let rule = try session.pseudonymRule()
        guard rule.custodian == session.party else {
            throw GatewayError.notAllowed(
                reason: "\(session.party) does not keep the key for pseudonyms of section \(session.section)",
                wayOn: "only \(rule.custodian) evaluates")
        }
        let record = try session.pseudonymKey(rule)
        let key = try session.vault.pseudonymFunction(record, of: session.section)
        // Of a run that was killed after the ledger had the answer.
        try handOut(session)
        var answers = [Evaluated]()
        for request in try requests(under: record.id, session) {
            answers.append(try await answer(request, key, session, progress))
        }
        return answers
    }

    private func requests(under key: Digest, _ session: PartySession) throws -> [PseudonymRequest] {
        let all = try session.state { try $0.pseudonymRequests() }
        guard let text = request else {
            return all.filter { $0.status(under: key) == .waiting }.sorted { $0.at < $1.at }
        }
        let id = try Reference.resolve("pseudonym", text, among: all.map(\.id))
        return all.filter { $0.id == id }
    }

    private func answer(
        _ request: PseudonymRequest, _ key: PRFKey, _ session: PartySession,
        _ progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> Evaluated {
        let unfinished = try await UnfinishedTransaction(["pseudonym.evaluate", request.id.hex], session)
        do {
            let receipt = try await unfinished.submit { try evaluate(request, key, session, progress) }
            // A crash before this line leaves an answer that only this home has: the next run hands it out.
            try handOut(session)
            try unfinished.end()
            return Evaluated(request: request, receipt: receipt, refusal: nil)
        } catch let fault as ElementsFault {
            try unfinished.end()
            let receipt = try await session.submit(RefusePseudonyms(request: request.id, reason: fault.sentence))
            return Evaluated(request: request, receipt: receipt, refusal: fault.sentence)
        }
    }

    private func evaluate(
        _ request: PseudonymRequest, _ key: PRFKey, _ session: PartySession,
        _ progress: @escaping @Sendable (Int, Int) -> Void
    ) throws -> EvaluatePseudonyms {
        let elements = try elements(of: request, key, session)
        let workers = ProcessInfo.processInfo.activeProcessorCount
        let width = 64
        let pieces = try concurrentMap((elements.count + width - 1) / width, workers: workers) { piece in
            let range = piece * width..<min(elements.count, (piece + 1) * width)
            defer { progress(range.upperBound, elements.count) }
            return try elements[range].map { try key.evaluate($0) }
        }
        let batch = EvaluatedBatch(request: request.id, evaluations: pieces.flatMap(\.self))
        let block = try Block(batch.bytes, codec: .raw)
        try pending(request, session).keep(block.data, as: block.cid)
        return EvaluatePseudonyms(request: request.id, count: Int64(elements.count), evaluated: block.cid)
    }

    /// Puts evaluations into the blob store whose answer is on the ledger, and removes those that nobody needs: nothing
    /// is to be had that was not counted.
    private func handOut(_ session: PartySession) throws {
        for request in try session.state({ try $0.pseudonymRequests() }) {
            let kept = pending(request, session)
            guard let answer = request.answer, try !kept.isEmpty else { continue }
            if let cid = answer.evaluated, let bytes = try kept.bytes(of: cid) {
                try session.blobs.put(Block(bytes, codec: .raw))
            }
            try kept.clear()
        }
    }

    private func pending(_ request: PseudonymRequest, _ session: PartySession) -> PendingBytes {
        PendingBytes(home: session.home, purpose: "evaluated-\(request.id.hex)")
    }

    /// What the ledger says was asked for, and nothing else: a block with more elements than were counted is refused.
    private func elements(
        of request: PseudonymRequest, _ key: PRFKey, _ session: PartySession
    ) throws -> [BlindedElement] {
        let block = try session.blobs.get(request.terms.elements)
        let batch: BlindedBatch
        do {
            batch = try BlindedBatch(bytes: block.data)
        } catch {
            guard case .element(let index, _) = error else { throw ElementsFault.notABatch }
            throw ElementsFault.notAPoint(index: index)
        }
        guard Int64(batch.elements.count) == request.terms.count else {
            throw ElementsFault.count(found: batch.elements.count, asked: Int(request.terms.count))
        }
        guard batch.key == key.publicKey.id else { throw ElementsFault.otherKey }
        return batch.elements
    }
}

/// Why a custodian evaluates nothing of a request. The sentences stand on the ledger.
private enum ElementsFault: Error {
    case notABatch
    case notAPoint(index: Int)
    case count(found: Int, asked: Int)
    case otherKey

    var sentence: String {
        switch self {
        case .notABatch: "the block named is no batch of elements"
        case .notAPoint(let index): "element \(index) is no point"
        case .count(let found, let asked): "the block has \(found) elements, and the request counts \(asked)"
        case .otherKey: "the elements are for another key"
        }
    }
}
