package import BlobStore
package import SharingModel

extension LedgerState {
    /// The current version, whatever its status; `nil` if no version was ever in use.
    package func dataset(_ name: DatasetName) throws -> DatasetRecord? {
        guard let pointer = try read(DatasetPointer.self, at: .dataset(name)) else { return nil }
        return try dataset(manifest: pointer.manifest)
    }

    /// The version with this manifest.
    package func dataset(manifest: CID) throws -> DatasetRecord? {
        try read(DatasetRecord.self, at: .manifest(manifest))
    }

    /// The current versions of all datasets, sorted by name.
    package func datasets() throws -> [DatasetRecord] {
        try readAll(DatasetPointer.self, under: .datasets).compactMap { try dataset(manifest: $0.manifest) }
    }

    /// The current versions of a pool's datasets, whatever their status, sorted by name.
    package func datasets(in pool: PoolName) throws -> [DatasetRecord] {
        try readAll(DatasetPointer.self, under: .poolDatasets(pool)).compactMap { try dataset(manifest: $0.manifest) }
    }

    package func proposal(_ name: DatasetName) throws -> DatasetProposal? {
        try read(DatasetProposal.self, at: .proposal(name))
    }

    /// Sorted by the dataset's name.
    package func proposals() throws -> [DatasetProposal] {
        try readAll(DatasetProposal.self, under: .proposals)
    }
}
