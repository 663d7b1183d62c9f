package import BlobStore
package import SharingModel

/// `dataset.publish`: a sealed table, by the CID of its manifest. Signed by one owner.
///
/// Joint owners each add `dataset.approve`; until all have, the version is a proposal. Publishing under a name that
/// is taken proposes a new version of that dataset, which all old and all new owners have to approve.
package struct PublishDataset: TransactionBody {
    package static let kind = TransactionKind.publishDataset
    package let name: DatasetName
    package let pool: PoolName
    package let manifest: CID
    /// Fingerprint of the pool's key, which the manifest names too: a mistaken key is found before anybody computes.
    package let keyFingerprint: Digest
    package let rows: Int64
    package let shards: Int64
    /// Bytes of all shards and the manifest.
    package let bytes: Int64
    /// Columns that are opened together, by pack; each list sorted.
    package let packs: [PackName: [String]]
    /// Columns that everyone may read, sorted.
    package let publicColumns: [String]
    /// Columns that only the owner, or its escrow one record at a time, can open; absent where there are none.
    package let sealed: SealedColumns?
    /// Names the key of the pseudonyms, as the manifest does; absent where no column is a pseudonym.
    package let pseudonymKey: Digest?
    /// Sorted; `by` is one of them.
    package let owners: [PartyName]
    /// How many owners must approve a token or a registered plan, 1 to the number of owners.
    package let approvals: Int
    /// Block time from which the data is stale; `nil` for never.
    package let validUntil: Timestamp?

    package init(
        name: DatasetName, pool: PoolName, manifest: CID, keyFingerprint: Digest, rows: Int64, shards: Int64,
        bytes: Int64, packs: [PackName: [String]], publicColumns: [String], sealed: SealedColumns? = nil,
        pseudonymKey: Digest? = nil, owners: [PartyName], approvals: Int, validUntil: Timestamp? = nil
    ) {
        self.name = name
        self.pool = pool
        self.manifest = manifest
        self.keyFingerprint = keyFingerprint
        self.rows = rows
        self.shards = shards
        self.bytes = bytes
        self.packs = packs.mapValues { $0.sortedBytewise() }
        self.publicColumns = publicColumns.sortedBytewise()
        self.sealed = sealed
        self.pseudonymKey = pseudonymKey
        self.owners = owners.sorted()
        self.approvals = approvals
        self.validUntil = validUntil
    }
}
