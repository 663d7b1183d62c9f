import BlobStore
import Contracts
import QueryPlans
import SealedTables
import SharingModel

extension PublishDataset {
    /// Checks that the manifest is what the ledger says of it: whoever approves, computes or opens goes by the columns,
    /// rows and packs that the ledger shows, and no contract can read a manifest.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)``.
    func check(_ manifest: Manifest) throws {
        guard describes(manifest) else {
            throw GatewayError.notAllowed(
                reason: "the manifest \(self.manifest) is not what the ledger says of the dataset \(name)",
                wayOn: "its owners have to publish it again, with `chancery publish --replace`")
        }
    }

    fileprivate func describes(_ manifest: Manifest) -> Bool {
        let packs = Dictionary(uniqueKeysWithValues: manifest.schema.packs.map { ($0.name, Set($0.columns)) })
        return manifest.name == name && manifest.keyFingerprint == keyFingerprint.hex && Int64(manifest.rows) == rows
            && Int64(manifest.shards.count) == shards && packs == self.packs.mapValues(Set.init)
            && Set(manifest.schema.publicFields.map(\.name)) == Set(publicColumns)
            && Set(manifest.schema.cellFields.map(\.name)) == Set(sealed?.columns ?? [])
            && manifest.sealedKey?.fingerprint == sealed?.keyFingerprint.hex
            && manifest.pseudonymKey == pseudonymKey
    }
}

extension PartySession {
    /// The datasets, each checked against its publication, with every shard in the store. All that is wrong with any of
    /// them is found before one error says it: who has to go on without three of them need not find out one by one.
    ///
    /// - Throws: ``GatewayError/datasetsUnreadable(_:wayAround:)``.
    func readable(_ records: [DatasetRecord], wayAround: WayAround) throws -> [SealedDataset] {
        var (readable, unreadable) = ([SealedDataset](), [UnreadableDataset]())
        for record in records {
            do throws(DatasetProblem) {
                readable.append(try load(record))
            } catch {
                switch error {
                case .fault(let fault): unreadable.append(UnreadableDataset(record, fault))
                case .store(let error): throw error
                }
            }
        }
        guard unreadable.isEmpty else {
            throw GatewayError.datasetsUnreadable(unreadable, wayAround: wayAround)
        }
        return readable
    }

    /// The same for manifests that the ledger names.
    func readable(_ manifests: [CID], wayAround: WayAround) throws -> [SealedDataset] {
        let records = try manifests.map { manifest in
            guard let record = try state({ try $0.dataset(manifest: manifest) }) else {
                throw GatewayError.notAllowed(
                    reason: "the manifest \(manifest) is not published", wayOn: "ask its owners to publish it")
            }
            return record
        }
        return try readable(records, wayAround: wayAround)
    }

    private enum DatasetProblem: Error {
        case fault(UnreadableDataset.Fault)
        /// Of the file system: of no dataset's making.
        case store(any Error)
    }

    private func load(_ record: DatasetRecord) throws(DatasetProblem) -> SealedDataset {
        do {
            let dataset = try SealedDataset(naming: record.manifest, from: blobs)
            guard record.terms.describes(dataset.manifest) else {
                throw DatasetProblem.fault(.unusable("its manifest is not what the ledger says of it"))
            }
            let missing = try dataset.shards.filter { try !blobs.contains($0.cid) }
            if let first = missing.first {
                throw DatasetProblem.fault(
                    .shardsMissing(first: first.cid, count: missing.count, of: dataset.shards.count))
            }
            return dataset
        } catch let problem as DatasetProblem {
            throw problem
        } catch QueryPlanError.dataset(let fault) {
            throw .fault(UnreadableDataset.Fault(fault, isManifest: true))
        } catch {
            throw .store(error)
        }
    }

    /// Runs `body`, which computes on `datasets`; what it finds wrong with a dataset comes with owners and a way on.
    func naming<Result>(
        _ datasets: [CID], wayAround: WayAround, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch QueryPlanError.dataset(let fault) {
            guard let record = try state({ try $0.dataset(manifest: fault.manifest) }) else {
                throw QueryPlanError.dataset(fault)
            }
            throw GatewayError.datasetsUnreadable(
                [UnreadableDataset(record, UnreadableDataset.Fault(fault, isManifest: false))],
                wayAround: datasets.contains(fault.manifest) ? wayAround : .history)
        }
    }
}

extension UnreadableDataset.Fault {
    fileprivate init(_ fault: DatasetFault, isManifest: Bool) {
        switch fault.cause {
        case .block(.blockMissing(let cid)):
            self = isManifest || fault.name == nil ? .manifestMissing(cid) : .shardsMissing(first: cid, count: 1, of: 1)
        case .block(.blockDamaged(let cid, let path)): self = .damaged(cid, path: path)
        case .block(let error): self = .unusable("\(error)")
        case .content(let error): self = .unusable("\(error)")
        }
    }
}
