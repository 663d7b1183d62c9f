package import BlobStore
package import SealedTables
package import SharingModel

/// Why a dataset cannot be read.
package struct DatasetFault: Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
        /// A block is missing or damaged in this store; elsewhere it may be whole.
        case block(BlobStoreError)
        /// The blocks are those that were published, and do not hold what a dataset has to hold. Nothing mends that.
        case content(SealedTableError)
    }

    package let manifest: CID
    /// `nil` where the manifest itself is at fault.
    package let name: DatasetName?
    package let cause: Cause

    package init(manifest: CID, name: DatasetName?, cause: Cause) {
        self.manifest = manifest
        self.name = name
        self.cause = cause
    }

    /// Whether the dataset could be read once its blocks are fetched again.
    package var isCurable: Bool {
        switch cause {
        case .block: true
        case .content: false
        }
    }
}

extension DatasetFault: CustomStringConvertible {
    package var description: String {
        let dataset = name.map { "the dataset \($0)" } ?? "the dataset with the manifest \(manifest)"
        switch cause {
        case .block(let error): return "\(dataset) is not whole here: \(error)"
        case .content(let error): return "\(dataset) cannot be computed on: \(error)"
        }
    }
}

extension SealedDataset {
    /// Loads a dataset, with errors that name it.
    /// - Throws: ``QueryPlanError/dataset(_:)``, errors of the file system.
    package init(naming cid: CID, from store: any BlobStore) throws {
        self = try DatasetFault.naming(cid, nil) { try SealedDataset(loading: cid, from: store) }
    }

    /// What `body` makes of this dataset's blocks, with errors that name the dataset.
    func naming<Result>(_ body: () throws -> Result) throws -> Result {
        try DatasetFault.naming(cid, manifest.name, body)
    }
}

extension DatasetFault {
    fileprivate static func naming<Result>(
        _ manifest: CID, _ name: DatasetName?, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let error as BlobStoreError {
            throw QueryPlanError.dataset(
                DatasetFault(manifest: manifest, name: name, cause: error.cause))
        } catch let error as SealedTableError {
            throw QueryPlanError.dataset(DatasetFault(manifest: manifest, name: name, cause: .content(error)))
        }
    }
}

extension BlobStoreError {
    /// A block that does not read as dag-json has the right hash: it was published so.
    fileprivate var cause: DatasetFault.Cause {
        if case .malformedDAGJSON(_, let fault) = self {
            return .content(.manifest(.malformed(detail: "\(fault)")))
        }
        return .block(self)
    }
}
