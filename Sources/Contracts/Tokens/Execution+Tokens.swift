import SharingModel

extension Execution {
    func token(_ id: Digest) throws -> Token {
        guard let token = try state.token(id) else { throw Refusal(.unknownToken, ["token": id.hex]) }
        return token
    }

    /// - Throws: ``Refusal`` if the token's life has ended, whoever asks.
    func checkAlive(_ token: Token) throws {
        let details = ["token": token.id.hex]
        switch token.status(at: now) {
        case .requested, .approved: return
        case .denied: throw Refusal(.tokenDenied, details)
        case .revoked: throw Refusal(.tokenRevoked, details)
        case .exhausted: throw Refusal(.usesExhausted, details.adding("uses", String(token.terms.uses)))
        case .expired: throw Refusal(.tokenExpired, details.adding("until", token.terms.until.description))
        }
    }

    /// The token's datasets that `named` lists, or all that the acting party owns.
    /// - Throws: ``Refusal`` if it owns none, or not all that are named, or one is not the token's.
    func ownDatasets(of token: Token, named: [DatasetName]?) throws -> [TokenDatasetRecord] {
        guard let named else {
            let own = token.datasets.filter { $0.consent.owners.contains(by) }
            guard !own.isEmpty else { throw Refusal(.notAnOwner, ["party": by.text, "token": token.id.hex]) }
            return own
        }
        return try named.map { name in
            guard let dataset = token.datasets.first(where: { $0.dataset == name }) else {
                throw Refusal(.datasetNotGranted, ["dataset": name.text, "token": token.id.hex])
            }
            try checkOwner(dataset.consent.owners, of: name)
            return dataset
        }
    }

    /// Of ``ownDatasets(of:named:)`` those that the acting party still has to decide on; all, if they are named.
    func undecidedDatasets(of token: Token, named: [DatasetName]?) throws -> [TokenDatasetRecord] {
        let own = try ownDatasets(of: token, named: named)
        let open = own.filter { $0.consent.undecided.contains(by) && $0.revocation == nil }
        if open.isEmpty || (named != nil && open.count < own.count) {
            let decided = own.first { !open.contains($0) }
            throw Refusal(.alreadyDecided, ["party": by.text, "dataset": decided?.dataset.text ?? ""])
        }
        return open
    }

    mutating func write(_ dataset: TokenDatasetRecord) throws {
        try write(dataset, to: .tokenDataset(dataset.token, dataset.dataset))
    }
}

extension [String: String] {
    func adding(_ name: String, _ value: String) -> [String: String] {
        var details = self
        details[name] = value
        return details
    }
}
