package import SharingModel

/// Which of a pool's datasets a statement is about. The plan names exactly those; nothing is left out by itself.
package enum DatasetSelection: Hashable, Sendable {
    /// All that the token covers; without a token, all that are in use.
    case all
    case only([DatasetName])
    case without([DatasetName])

    /// Whether the dataset is among the chosen ones.
    func includes(_ name: DatasetName) -> Bool {
        switch self {
        case .all: true
        case .only(let names): names.contains(name)
        case .without(let names): !names.contains(name)
        }
    }

    /// Those that are said by name.
    var names: [DatasetName] {
        switch self {
        case .all: []
        case .only(let names), .without(let names): names
        }
    }

    /// The chosen ones of `candidates`.
    /// - Throws: ``GatewayError/unknownDataset(_:datasets:)`` for a name that is none of them.
    func chosen<Dataset>(
        of candidates: [Dataset], name: (Dataset) -> DatasetName
    ) throws -> [Dataset] {
        let known = candidates.map(name)
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw GatewayError.unknownDataset(unknown, datasets: known)
        }
        return candidates.filter { includes(name($0)) }
    }
}
