import BlobStore
import Contracts
package import Foundation
package import Ledger
import Paillier
import SealedTables
package import SharingModel

/// `publish`: seals a table under the pool's key, puts the ciphertext into the blob store, and its manifest's CID onto
/// the ledger.
///
/// A command that was killed can be run again: before the ledger is told, the home notes what was sealed from which
/// file, and a run that finds its own note seals nothing twice and publishes nothing twice.
package struct PublishTable: Sendable {
    package let csv: URL
    package let schema: URL
    package let pool: PoolName
    package let dataset: DatasetName
    /// Joint owners, this party among them; the others add `dataset approve`. Empty: this party alone.
    package let owners: [PartyName]
    /// How many owners must approve a token; `nil` for all.
    package let approvals: Int?
    package let validUntil: Timestamp?
    /// Whether a dataset of this name that is there already gets a new version.
    package let replacing: Bool

    package init(
        csv: URL, schema: URL, pool: PoolName, dataset: DatasetName, owners: [PartyName] = [], approvals: Int? = nil,
        validUntil: Timestamp? = nil, replacing: Bool = false
    ) {
        self.csv = csv
        self.schema = schema
        self.pool = pool
        self.dataset = dataset
        self.owners = owners
        self.approvals = approvals
        self.validUntil = validUntil
        self.replacing = replacing
    }

    /// What was published.
    package struct Published: Sendable {
        package let receipt: Receipt
        package let sealed: SealedNote
        /// Whether an earlier run of the same command had published it; nothing was written.
        package let wasThere: Bool
    }

    /// - Parameter progress: Rows sealed and rows in all; called from several threads, never twice at a time.
    /// - Throws: `SealedTableError` naming row and column, ``GatewayError``.
    package func run(
        as session: PartySession, progress: @escaping @Sendable (_ done: Int, _ rows: Int) -> Void = { _, _ in }
    ) async throws -> Published {
        let pool = try session.state { try $0.knownPool(self.pool) }
        let source = try SealedNote.sourceDigest(csv: csv, schema: schema, pool: pool)
        let note = try SealedNote.read(dataset, in: session.home).flatMap { $0.source == source ? $0 : nil }
        // A new version of the same table is asked for where the section's key for pseudonyms was replaced.
        if let note, let receipt = try publication(of: note, session), try !replacing || isUnderKeyInUse(note, session)
        {
            return Published(receipt: receipt, sealed: note, wasThere: true)
        }
        try checkName(session)
        let sealed: SealedNote
        if let note, try isWhole(note, session), try isUnderKeyInUse(note, session) {
            sealed = note
        } else {
            sealed = try await seal(under: pool, source: source, session, progress)
            // A crash before this line leaves blocks that nothing refers to; after it, the next run submits them.
            try sealed.write(dataset, in: session.home)
        }
        return Published(
            receipt: try await session.submit(body(sealed, pool, session)), sealed: sealed, wasThere: false)
    }

    private func checkName(_ session: PartySession) throws {
        guard !replacing, try session.state({ try $0.dataset(dataset) }) != nil else { return }
        throw GatewayError.notAllowed(
            reason: "there is a dataset \(dataset) already",
            wayOn: "choose another --name, or give --replace to publish a new version of it")
    }

    /// Whether all blocks of what an earlier run sealed are still there: what others cannot fetch is not published.
    private func isWhole(_ note: SealedNote, _ session: PartySession) throws -> Bool {
        do {
            return try SealedDataset(loading: note.manifest, from: session.blobs).shards
                .allSatisfy { try session.blobs.contains($0.cid) }
        } catch is BlobStoreError {
            return false
        }
    }

    /// Whether the pseudonyms of what an earlier run sealed can still be published, or none are in it.
    private func isUnderKeyInUse(_ note: SealedNote, _ session: PartySession) throws -> Bool {
        guard try session.state({ try $0.pseudonymRule(for: session.section) }) != nil else { return true }
        guard let block = try? session.blobs.get(note.manifest), let manifest = try? Manifest(block) else {
            return false
        }
        return try manifest.pseudonymKey == nil
            || session.state { try $0.pseudonymKey()?.id == manifest.pseudonymKey }
    }

    /// The receipt of the transaction that published what `note` describes, if there is one.
    private func publication(of note: SealedNote, _ session: PartySession) throws -> Receipt? {
        let transaction = try session.state { state -> Digest? in
            if let record = try state.dataset(manifest: note.manifest) { return record.publication }
            guard let proposal = try state.proposal(dataset), proposal.terms.manifest == note.manifest else {
                return nil
            }
            return proposal.id
        }
        return try transaction.flatMap { id in try session.ledger.read { try $0.receipt(of: id) } }
    }

    private func seal(
        under pool: PoolRecord, source: Digest, _ session: PartySession,
        _ progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> SealedNote {
        let schema = try published(TableSchema(file: schema), session)
        // Every error that sealing would meet, found before the first encryption.
        let summary = try schema.check(FileByteSource(path: csv.plainPath))
        let encryptor = try Encryptor(
            key: pool.publicKey(), randomness: pool.encryptionRandomness,
            expectedCount: summary.rows * max(schema.packs.count, 1), tableMemoryLimit: 256 << 20)
        let sealer = try TableSealer(
            name: dataset, schema: schema, encryptor: encryptor, weightCapacityBits: pool.weightCapacityBits,
            pseudonymKey: await session.pseudonyms(for: schema, csv: csv, schemaFile: self.schema),
            fieldEncryptor: fieldEncryptor(schema, summary.rows, session),
            store: session.blobs,
            limits: TableSealer.Limits(workers: ProcessInfo.processInfo.activeProcessorCount))
        let report = try await sealer.seal(FileByteSource(path: csv.plainPath)) { progress($0.rows, summary.rows) }
        return SealedNote(report, source: source)
    }

    /// The schema as it is published: where escrow is kept of a department, it can open pseudonyms too.
    private func published(_ schema: TableSchema, _ session: PartySession) throws -> TableSchema {
        let rule = try session.state { try $0.escrowRule(for: session.party) }
        return rule == nil ? schema : schema.escrowingPseudonyms
    }

    /// - Returns: `nil` where no column has sealed cells.
    private func fieldEncryptor(_ schema: TableSchema, _ rows: Int, _ session: PartySession) throws -> Encryptor? {
        guard let field = schema.cellFields.first else { return nil }
        guard let record = try session.state({ try $0.fieldKey(of: session.party) }) else {
            throw SealedTableError.fieldKeyNeeded(field: field.name)
        }
        // The owner's own key, in half the time; what others could not open is not published.
        let key = try session.vault.fieldKey()
        guard try key.publicKey == record.publicKey() else {
            throw GatewayError.keyMissing(name: "fields", party: session.party)
        }
        return try Encryptor(owner: key, expectedCount: rows * schema.cellFields.count, tableMemoryLimit: 64 << 20)
    }

    private func sealedColumns(_ schema: TableSchema, _ session: PartySession) throws -> SealedColumns? {
        guard !schema.cellFields.isEmpty else { return nil }
        return try session.state { try $0.fieldKey(of: session.party) }.map {
            SealedColumns(columns: schema.cellFields.map(\.name), keyFingerprint: $0.keyFingerprint)
        }
    }

    private func body(_ sealed: SealedNote, _ pool: PoolRecord, _ session: PartySession) throws -> PublishDataset {
        let schema = try published(TableSchema(file: schema), session)
        let owners = owners.isEmpty ? [session.party] : owners
        let manifest = try Manifest(session.blobs.get(sealed.manifest))
        return PublishDataset(
            name: dataset, pool: self.pool, manifest: sealed.manifest, keyFingerprint: pool.keyFingerprint,
            rows: Int64(sealed.rows), shards: Int64(sealed.shards), bytes: Int64(sealed.bytes),
            packs: Dictionary(uniqueKeysWithValues: schema.packs.map { ($0.name, $0.columns) }),
            publicColumns: schema.publicFields.map(\.name), sealed: try sealedColumns(schema, session),
            pseudonymKey: manifest.pseudonymKey, owners: owners, approvals: approvals ?? owners.count,
            validUntil: validUntil)
    }
}
