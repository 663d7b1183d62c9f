import BlobStore
package import Contracts
package import Foundation
import KeyVault
package import Ledger
import ObliviousPRF
import SealedTables
package import SharingModel

/// `pseudonym request`: a department asks the section's custodian for the pseudonyms of a table's values, without showing
/// it one of them. What was evaluated for it before is not asked for again.
///
/// Killed at any point, the command can be run again: values and blinds are in the vault before anybody sees an element,
/// and what was not yet asked for is asked for then.
package struct ObtainPseudonyms: Sendable {
    package let csv: URL
    package let schema: URL

    package init(csv: URL, schema: URL) {
        self.csv = csv
        self.schema = schema
    }

    package struct Obtained: Sendable {
        package let custodian: PartyName
        /// Distinct values of the table's pseudonym columns.
        package let values: Int
        /// Of them, those whose pseudonym is at hand.
        package let known: Int
        /// Of them, those that wait for the custodian.
        package let waiting: Int
        package let requests: [Asked]
        /// Requests that the custodian refused, found by this run; their values were asked for again.
        package let refused: [PseudonymRequest]
        /// Requests whose key was replaced before they were answered, found by this run; what the table needs of their
        /// values was asked for again, under the key in use.
        package let lapsed: [PseudonymRequest]
    }

    /// One request that this run made.
    package struct Asked: Sendable {
        package let receipt: Receipt
        package let count: Int
    }

    /// - Parameter progress: Values blinded, and values to be blinded.
    /// - Throws: ``GatewayError/refusedOnLedger(_:transaction:height:)`` above the policy's limit, which is recorded.
    package func run(
        as session: PartySession, progress: @escaping @Sendable (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) async throws -> Obtained {
        let rule = try session.pseudonymRule()
        let key = try session.pseudonymKey(rule)
        // Two runs at a time would ask for the same values twice.
        let lock = try await session.lock("pseudonyms")
        defer { withExtendedLifetime(lock) {} }
        let collected = try await CollectPseudonyms(session: session).run()
        let values = try TableSchema(file: schema).pseudonymInputs(FileByteSource(path: csv.plainPath))
        var requests = try await askAgain(under: key, session)
        let known = try session.vault.evaluatedPseudonyms(under: key.id)
        let asked = Set(try session.vault.askedBatches(under: key.id).flatMap { $0.inputs.map(\.input) })
        let missing = values.filter { !known.contains($0) }
        let unasked = missing.filter { !asked.contains($0) }
        var done = 0
        for values in ObtainPseudonyms.pieces(of: unasked) {
            let batch = try AskedBatch(drawing: values, under: key.id)
            requests.append(try await ask(batch, session))
            done += values.count
            progress(done, unasked.count)
        }
        return Obtained(
            custodian: rule.custodian, values: values.count, known: values.count - missing.count,
            waiting: missing.count, requests: requests, refused: collected.refused, lapsed: collected.lapsed)
    }

    /// What a killed run drew and did not ask for.
    private func askAgain(under key: PseudonymKeyRecord, _ session: PartySession) async throws -> [Asked] {
        let recorded = Set(try session.state { try $0.pseudonymRequests() }.map(\.terms.elements))
        var requests = [Asked]()
        for batch in try session.vault.askedBatches(under: key.id) {
            let block = try Block(batch.blinded().bytes, codec: .raw)
            if !recorded.contains(block.cid) { requests.append(try await ask(batch, session)) }
        }
        return requests
    }

    private func ask(_ batch: AskedBatch, _ session: PartySession) async throws -> Asked {
        let block = try Block(batch.blinded().bytes, codec: .raw)
        // A crash before this line leaves nothing; after it, the next run asks with these blinds.
        try session.vault.store(batch, block.cid)
        try session.blobs.put(block)
        let unfinished = try await UnfinishedTransaction(["pseudonym.request", block.cid.text], session)
        do {
            let receipt = try await unfinished.submit {
                RequestPseudonyms(key: batch.key, count: Int64(batch.inputs.count), elements: block.cid)
            }
            try unfinished.end()
            return Asked(receipt: receipt, count: batch.inputs.count)
        } catch let refusal as GatewayError {
            if case .refusedOnLedger = refusal { try session.vault.removeAsked(block.cid) }
            throw refusal
        }
    }

    /// As many values to a request as a block takes.
    private static func pieces(of values: [Data]) -> [[Data]] {
        var (pieces, bytes) = ([[Data]](), Int.max)
        for value in values {
            bytes = bytes == .max ? .max : bytes + value.count + BlindedInput.blindByteCount + 4
            if bytes > AskedBatch.byteLimit || pieces.last?.count == BlindedBatch.mostElements {
                pieces.append([])
                bytes = value.count + BlindedInput.blindByteCount + 4
            }
            pieces[pieces.count - 1].append(value)
        }
        return pieces
    }
}
