import BlobStore
import Contracts
import Foundation
import KeyVault
import Ledger
import Multiprecision
import ObliviousPRF
import SealedTables
import SharingModel

/// Takes in what the custodian has answered: every proof is checked, every value unblinded, the pseudonyms kept in the
/// vault, and the blinds thrown away. What was answered under a key that has been replaced since is kept too: datasets
/// are published under it.
///
/// Killed at any point, the next run begins with the batches that are still there.
struct CollectPseudonyms {
    let session: PartySession

    /// What became of requests, beside those that were taken in and those that wait.
    struct Collected {
        /// Those that the custodian refused, with its reasons.
        var refused: [PseudonymRequest] = []
        /// Those whose key was replaced before they were answered.
        var lapsed: [PseudonymRequest] = []
    }

    /// Requests by the block of their elements: of this department, whatever became of them.
    private func requests() throws -> [CID: PseudonymRequest] {
        let own = try session.state { try $0.pseudonymRequests() }.filter { $0.department == session.party }
        return Dictionary(own.map { ($0.terms.elements, $0) }) { first, _ in first }
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` naming a custodian whose answer is wrong, after the complaint
    ///   is on the ledger.
    @discardableResult
    func run() async throws -> Collected {
        let requests = try requests()
        let keys = try session.state { try $0.pseudonymKeys() }
        var collected = Collected()
        for batch in try session.vault.askedBatches() {
            guard let key = keys.first(where: { $0.id == batch.key }) else { continue }
            let elements = try Block(batch.blinded().bytes, codec: .raw).cid
            switch requests[elements]?.status(under: keys.last?.id) {
            // Drawn by a run that was killed before it asked; under a replaced key nobody will.
            case nil: if key.until == nil { continue }
            case .waiting: continue
            case .lapsed: collected.lapsed += requests[elements].map { [$0] } ?? []
            case .refused: collected.refused += requests[elements].map { [$0] } ?? []
            case .disputed: break
            case .evaluated: if let request = requests[elements] { try await take(batch, request, key, elements) }
            }
            // Known before it is forgotten what was asked.
            try session.vault.removeAsked(elements)
        }
        return collected
    }

    /// Keeps what an answer gives, or complains of it.
    private func take(
        _ batch: AskedBatch, _ request: PseudonymRequest, _ key: PseudonymKeyRecord, _ elements: CID
    ) async throws {
        do {
            try session.vault.store(known(batch, request, key), elements)
        } catch let fault as EvaluationFault {
            _ = try await session.submit(ComplainOfPseudonyms(request: request.id, reason: fault.rawValue))
            throw GatewayError.notAllowed(
                reason:
                    "the evaluations of \(key.custodian) for request \(request.id.hex.prefix(12)) are wrong:"
                    + " \(fault.rawValue); the complaint is on the ledger, and nothing of them was taken",
                wayOn: "ask again with `chancery pseudonym request`, once \(key.custodian) has explained itself")
        }
    }

    private func known(
        _ batch: AskedBatch, _ request: PseudonymRequest, _ key: PseudonymKeyRecord
    ) throws -> KnownBatch {
        guard let cid = request.answer?.evaluated else { throw EvaluationFault.notABatch }
        let answer: EvaluatedBatch
        do {
            answer = try EvaluatedBatch(bytes: session.blobs.get(cid).data)
        } catch is BatchError {
            throw EvaluationFault.notABatch
        }
        guard answer.request == request.id else { throw EvaluationFault.otherRequest }
        guard answer.evaluations.count == batch.inputs.count else { throw EvaluationFault.count }
        let publicKey = try PRFPublicKey(bytes: key.publicKey)
        let outputs = try concurrentMap(
            batch.inputs.count, workers: ProcessInfo.processInfo.activeProcessorCount
        ) { index in
            do {
                return try batch.inputs[index].output(answer.evaluations[index], under: publicKey)
            } catch is ObliviousPRFError {
                throw EvaluationFault.proof
            }
        }
        var pseudonyms: [Digest: Pseudonym] = [:]
        for (input, output) in zip(batch.inputs, outputs) {
            pseudonyms[EvaluatedPseudonyms.name(of: input.input)] = Pseudonym(evaluated: output)
        }
        return KnownBatch(key: batch.key, pseudonyms)
    }
}

/// Why a department takes nothing of an answer. The texts stand on the ledger.
private enum EvaluationFault: String, Error {
    case notABatch = "the block named is no batch of evaluations"
    case otherRequest = "the evaluations are of another request"
    case count = "there are not as many evaluations as elements"
    case proof = "an evaluation is not that of its element under the registered key"
}

extension PartySession {
    /// What gives a table its pseudonyms: in a section with a custodian the values that it has evaluated, of which none
    /// may be missing; elsewhere the department's own key.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` that says what to do.
    func pseudonyms(for schema: TableSchema, csv: URL, schemaFile: URL) async throws -> (any PseudonymSource)? {
        guard !schema.pseudonymFields.isEmpty else { return nil }
        guard let rule = try state({ try $0.pseudonymRule(for: section) }) else { return try vault.pseudonymKey() }
        let key = try pseudonymKey(rule)
        try await CollectPseudonyms(session: self).run()
        let known = try vault.evaluatedPseudonyms(under: key.id)
        let values = try schema.pseudonymInputs(FileByteSource(path: csv.plainPath))
        let missing = values.filter { !known.contains($0) }
        guard !missing.isEmpty else { return known }
        let asked = Set(try vault.askedBatches(under: key.id).flatMap { $0.inputs.map(\.input) })
        let unasked = missing.count { !asked.contains($0) }
        let command =
            "`chancery pseudonym request \(csv.relativePath) --schema \(schemaFile.relativePath) --as \(party)`"
        throw GatewayError.notAllowed(
            reason: "\(missing.count) of \(values.count) values have no pseudonym of section \(section) yet",
            wayOn: unasked > 0
                ? "ask \(rule.custodian) for them with \(command), and publish again when it has answered"
                : "\(rule.custodian) was asked for them; publish again when it has run `chancery pseudonym evaluate`")
    }
}
