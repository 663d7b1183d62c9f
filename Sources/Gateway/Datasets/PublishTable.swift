package import Contracts
package import Foundation
package import Ledger
package import SealedTables
package import SharingModel

import BlobStore
import CanonicalJSON
import Crypto
import Paillier

/// `publish`: seals a table under the pool's key, puts the ciphertext into the blob store and its manifest's CID onto
/// the ledger.
package struct PublishTable {
    package let csv: URL
    package let schema: URL
    package let pool: PoolName
    package let dataset: DatasetName
    /// Joint owners; the others add `dataset approve`.
    package let owners: [PartyName]
    /// How many owners must approve a token.
    package let approvals: Int
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
        self.approvals = approvals ?? max(owners.count, 1)
        self.validUntil = validUntil
        self.replacing = replacing
    }

    /// What was published.
    package struct Published: Sendable {
        package let receipt: Receipt
        package let manifest: String
        package let rows: Int
        package let shards: Int
        package let bytes: Int
        /// Columns of the file that the schema does not name; they stay at home.
        package let unpublishedColumns: [String]
        /// Whether an earlier run of the same command had published it; nothing was sealed again.
        package let wasThere: Bool
    }
}
