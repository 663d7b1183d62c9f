package import BlobStore
package import SharingModel

/// What a plan says, apart from whether its parameters have been given.
///
/// Its JSON is dag-json: `datasets` are links to manifests, so that whoever exports a plan's DAG has its inputs.
package struct PlanContent: Hashable, Sendable {
    /// The language's version; 1.
    package let version: Int
    package let source: Source
    /// Manifests, sorted, each once.
    package let datasets: [CID]
    /// Packs whose ciphertext is opened, sorted; none where the plan only counts.
    package let packs: [PackName]
    /// Canonical text of a condition over public columns: see ``PublicExpression``.
    package let filter: String?
    /// Canonical texts of expressions over public columns.
    package let groupBy: [String]
    package let select: [Column]
    /// What the expressions' `:names` stand for.
    package let parameters: [String: GroupValue]

    /// What `FROM` named.
    package enum Source: Hashable, Sendable {
        case pool(PoolName)
        case dataset(DatasetName)
    }

    /// One column of the result.
    package struct Column: Hashable, Sendable {
        package enum Content: Hashable, Sendable {
            /// The value of `groupBy` at this index.
            case group(Int)
            /// `COUNT(*)`.
            case rows
            /// `weight` is a canonical integer expression over public columns; `weightedSum` alone has one.
            case aggregate(Aggregate, column: String, weight: String?)
        }

        package let name: String
        package let content: Content

        package init(name: String, content: Content) {
            self.name = name
            self.content = content
        }
    }

    /// Canonical texts of all weights, each once, in the order of `select`.
    var weights: [String] {
        var weights = [String]()
        for case .aggregate(_, _, let weight?) in select.map(\.content) where !weights.contains(weight) {
            weights.append(weight)
        }
        return weights
    }

    func with(parameters: [String: GroupValue]) -> PlanContent {
        PlanContent(
            version: version, source: source, datasets: datasets, packs: packs, filter: filter, groupBy: groupBy,
            select: select, parameters: parameters)
    }
}
