package import Contracts
package import SharingModel

/// What a submitter gets back once its transaction is durable: where it stands and what came of it.
///
/// A refused transaction has a receipt too: the refusal is recorded. Submitting the same envelope again gives the
/// same receipt, whenever, by whatever process.
package struct Receipt: Hashable, Codable, Sendable {
    /// The transaction's id.
    package let transaction: Digest
    package let section: SectionName
    /// Height of the block that holds it.
    package let height: Int
    /// Leaf index in the ledger's tree.
    package let index: Int
    /// The block's time, by which the contracts judged.
    package let time: Timestamp
    /// Why the contracts refused it; `nil` if it was accepted.
    package let refusal: Refusal?

    package var isAccepted: Bool { refusal == nil }
}

extension LedgerReader {
    /// The receipt of a transaction that is in the ledger; `nil` if it is not.
    package func receipt(of id: Digest) throws -> Receipt? {
        guard let entry = try entry(id: id) else { return nil }
        guard let block = try block(holding: entry.index), let outcome = try outcome(at: entry.index),
            let identity = try identity()
        else { throw LedgerError.malformedRow(table: "entries", key: "\(entry.index)") }
        return Receipt(
            transaction: id, section: identity.section, height: block.height, index: entry.index,
            time: block.record.time, refusal: outcome.refusal)
    }
}
