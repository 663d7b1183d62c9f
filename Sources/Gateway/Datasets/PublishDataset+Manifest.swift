import BlobStore
import Contracts
import SealedTables
import SharingModel

extension PublishDataset {
    /// Checks that the manifest is what the ledger says of it: whoever approves, computes or opens goes by the columns,
    /// rows and packs that the ledger shows, and no contract can read a manifest.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)``.
    func check(_ manifest: Manifest) throws {
        let packs = Dictionary(uniqueKeysWithValues: manifest.schema.packs.map { ($0.name, Set($0.columns)) })
        guard manifest.name == name, manifest.keyFingerprint == keyFingerprint.hex, Int64(manifest.rows) == rows,
            Int64(manifest.shards.count) == shards, packs == self.packs.mapValues(Set.init),
            Set(manifest.schema.publicFields.map(\.name)) == Set(publicColumns)
        else {
            throw GatewayError.notAllowed(
                reason: "the manifest \(self.manifest) is not what the ledger says of the dataset \(name)",
                wayOn: "its owners have to publish it again, with `chancery publish --replace`")
        }
    }
}

extension PartySession {
    /// The datasets of these manifests, each checked against its publication.
    func checkedDatasets(_ manifests: [CID]) throws -> [SealedDataset] {
        try manifests.map { cid in
            let dataset = try SealedDataset(loading: cid, from: blobs)
            guard let record = try state({ try $0.dataset(manifest: cid) }) else {
                throw GatewayError.notAllowed(
                    reason: "the manifest \(cid) is not published", wayOn: "ask its owners to publish it")
            }
            try record.terms.check(dataset.manifest)
            return dataset
        }
    }
}
