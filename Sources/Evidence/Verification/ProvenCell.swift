import BlobStore
import Contracts
import Foundation
import Ledger
import Multiprecision
import Paillier
import SealedTables
import SharingModel

/// A cell of a sealed column that stands in a dataset which its owners published, under the owner's key for fields.
struct ProvenCell {
    let reference: SealedCellReference
    let dataset: DatasetName
    /// Whose key for fields it is under.
    let owner: PartyName
    let key: PublicKey
    /// Of the dataset.
    private let owners: [PartyName]
    /// Place of the publication in the ledger.
    let publishedAt: Int

    init(_ file: CellEvidence, _ ledger: ProvenLedger, _ findings: inout Findings) throws {
        let reference = file.content.cell
        let published = try ledger.one(PublishDataset.self, of: .dataset) { _, body in
            body.manifest == reference.manifest
        }
        try ledger.checkOwners(of: published)
        guard let sealed = published.body.sealed, sealed.columns.contains(reference.field),
            (0..<published.body.rows).contains(reference.row)
        else { throw EvidenceError.doesNotHold(.cell, "\(published.body.name) has no such sealed cell") }
        let owner = published.entry.by
        let registered = try ledger.one(RegisterFieldKey.self, of: .fieldKey) { entry, _ in entry.by == owner }
        do {
            key = try PublicKey(modulus: BigInteger(bigEndianBytes: Array(registered.body.modulus)))
            try key.verify(registered.body.keyProof)
        } catch {
            throw EvidenceError.doesNotHold(.fieldKey, "\(error)")
        }
        guard sealed.keyFingerprint.hex == key.fingerprint else {
            throw EvidenceError.doesNotHold(.fieldKey, "the dataset is sealed under another one")
        }
        self.reference = reference
        self.owner = owner
        dataset = published.body.name
        owners = published.body.owners
        publishedAt = published.entry.proven.index
        try check(published.body, file)
        findings.holds(
            "the cell in row \(reference.row), column \(reference.field) is one of \(dataset), which its owners "
                + "published, and is sealed under the \(key.bitCount)-bit key for fields of \(owner), whose proof holds"
        )
    }

    /// What a request for it has to be of.
    var claim: EscrowClaim {
        EscrowClaim(
            owner: owner, key: key, what: .cell(reference), dataset: dataset, owners: owners, after: publishedAt)
    }

    /// The manifest says what its publication said.
    private func check(_ published: PublishDataset, _ file: CellEvidence) throws {
        let manifest = try dataset(in: file).manifest
        guard manifest.name == published.name, Int64(manifest.rows) == published.rows,
            manifest.sealedKey?.fingerprint == key.fingerprint,
            manifest.schema.field(reference.field)?.hasCells == true
        else {
            throw EvidenceError.doesNotHold(.dataset, "the manifest of \(published.name) is not what was published")
        }
    }

    private func dataset(in file: CellEvidence) throws -> SealedDataset {
        do {
            return try SealedDataset(loading: reference.manifest, from: file.blocks)
        } catch {
            throw EvidenceError.doesNotHold(.dataset, "its manifest cannot be read: \(error)")
        }
    }

    /// The cell as it stands in the shard that the manifest links to.
    func sealed(in file: CellEvidence) throws -> SealedCell {
        let cell: SealedCell?
        do {
            cell = try dataset(in: file).sealedCell(
                row: Int(reference.row), field: reference.field, under: key, in: file.blocks)
        } catch {
            throw EvidenceError.doesNotHold(.cell, "\(error)")
        }
        guard let cell else { throw EvidenceError.doesNotHold(.cell, "the published shard has no value there") }
        return cell
    }

    /// What the cell says, by the key that was shown for it.
    func open(_ cell: SealedCell, key number: BigInteger) throws -> OpenedCell {
        do {
            return OpenedCell(
                dataset: dataset, row: reference.row, field: reference.field, value: try cell.open(key: number))
        } catch {
            throw EvidenceError.doesNotHold(.cell, "\(error)")
        }
    }
}
