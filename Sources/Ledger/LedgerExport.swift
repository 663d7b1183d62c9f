import CanonicalJSON
import Contracts
package import Foundation
package import SharingModel
package import SignedEnvelopes

extension Ledger {
    /// Writes the whole ledger for auditors, as lines of canonical JSON.
    ///
    /// The first line is `{"format":"chancery-ledger","founding":…,"section":…,"version":1}` with the founding record.
    /// Then one line a block, by height:
    /// `{"checkpoint":…,"envelopes":[…],"outcomes":[…],"record":…,"root":…,"size":…}`, the checkpoint being the
    /// signed note with the cosignatures known now. The envelopes' canonical JSON and then the record's are the leaves
    /// of the tree, in this order; the outcomes' canonical JSON are the leaves of the block's outcomes' tree. All of
    /// it is one snapshot.
    /// - Parameter write: Receives each line with its line feed.
    package func export(to write: (Data) throws -> Void) throws {
        let head = ExportHead(format: "chancery-ledger", founding: founding, section: identity.section, version: 1)
        try write(try CanonicalJSON.encode(head) + Data("\n".utf8))
        try storage.read { reader in
            guard let last = try reader.head() else { return }
            for height in 0...last.height {
                let line = try exportedBlock(at: height, in: reader)
                try write(try CanonicalJSON.encode(line) + Data("\n".utf8))
            }
        }
    }

    /// A block as it lies here, with the cosignatures known now.
    /// - Throws: ``LedgerError/unknownHeight(_:)``.
    package func exportedBlock(at height: Int) throws -> ExportedBlock {
        try storage.read { try exportedBlock(at: height, in: $0) }
    }

    /// A block of this ledger as it lies in some storage.
    func exportedBlock(at height: Int, in reader: any LedgerReader) throws -> ExportedBlock {
        let shown = try reader.unverifiedBlock(at: height)
        let policy = try membership.history(reader).policy(at: height)
        return ExportedBlock(
            checkpoint: try policy.note(try policy.checkpoint(shown.stored), reader.cosignatures(height: height)),
            envelopes: shown.entries.map(\.envelope), outcomes: try reader.outcomeLeaves(of: shown.stored),
            record: shown.stored.record, root: shown.stored.root, size: shown.stored.size)
    }
}

private struct ExportHead: Encodable {
    let format: String
    let founding: FoundingRecord
    let section: SectionName
    let version: Int
}

/// One line of an export, see ``Ledger/export(to:)``.
package struct ExportedBlock: Codable, Hashable, Sendable {
    package let checkpoint: String
    package let envelopes: [Envelope]
    package let outcomes: [OutcomeLeaf]
    package let record: BlockRecord
    package let root: Digest
    package let size: Int
}
