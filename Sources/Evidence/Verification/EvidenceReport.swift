import Contracts
package import QueryPlans
package import SharingModel

/// What was proven, in plain words, and what was not.
package struct EvidenceReport: Sendable {
    package let consortium: Digest
    package let consortiumName: String
    /// Whether the founding record was pinned by whoever verifies; else the fingerprint is to be compared.
    package let isPinned: Bool
    package let proven: [String]
    package let notProven: [String]
    /// The opened table, as recomputed from the proven plaintexts; `nil` where nothing was opened.
    package let table: OpenedTable?
    /// Of evidence about one cell: the value, as opened from the published shard; `nil` where it holds no opening.
    package let cell: OpenedCell?
}

/// A cell of a sealed column in the clear.
package struct OpenedCell: Hashable, Sendable {
    package let dataset: DatasetName
    /// From 0, over all shards.
    package let row: Int64
    package let field: String
    package let value: String
}
