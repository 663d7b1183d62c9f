package import Contracts
package import SharingModel

/// What people type for things that have long ids: any beginning of the id that only one thing has.
enum Reference {
    /// - Parameters:
    ///   - what: The kind of thing, for the message.
    ///   - text: At least four hexadecimal digits.
    static func resolve(_ what: String, _ text: String, among ids: [Digest]) throws -> Digest {
        guard text.utf8.count >= 4 else { throw GatewayError.unknownReference(what: what, text: text) }
        let matches = ids.filter { $0.hex.hasPrefix(text) }
        guard let match = matches.first else { throw GatewayError.unknownReference(what: what, text: text) }
        guard matches.count == 1 else {
            throw GatewayError.ambiguousReference(what: what, text: text, matches: matches.map(\.hex))
        }
        return match
    }
}

extension LedgerState {
    /// - Throws: ``GatewayError/unknownReference(what:text:)``, ``GatewayError/ambiguousReference(what:text:matches:)``.
    package func token(matching text: String) throws -> Token {
        let tokens = try tokens()
        let id = try Reference.resolve("token", text, among: tokens.map(\.id))
        guard let token = tokens.first(where: { $0.id == id }) else {
            throw GatewayError.unknownReference(what: "token", text: text)
        }
        return token
    }

    /// - Throws: ``GatewayError/unknownReference(what:text:)``, ``GatewayError/ambiguousReference(what:text:matches:)``.
    package func recordedResult(matching text: String) throws -> RecordedResult {
        let results = try results()
        let id = try Reference.resolve("result", text, among: results.map(\.record.id))
        guard let result = results.first(where: { $0.record.id == id }) else {
            throw GatewayError.unknownReference(what: "result", text: text)
        }
        return result
    }

    package func knownPool(_ name: PoolName) throws -> PoolRecord {
        guard let pool = try pool(name) else {
            throw GatewayError.unknownPool(name, pools: try pools().map(\.name))
        }
        return pool
    }

    package func knownDataset(_ name: DatasetName) throws -> DatasetRecord {
        guard let dataset = try dataset(name) else {
            throw GatewayError.unknownDataset(name, datasets: try datasets().map(\.name))
        }
        return dataset
    }
}

/// What an evidence file can be about.
package enum EvidenceReference: Hashable, Sendable {
    case result(Digest)
    /// For one cell.
    case request(Digest)
}

extension PartySession {
    /// The result or the request whose id begins so.
    /// - Throws: ``GatewayError/unknownReference(what:text:)``, ``GatewayError/ambiguousReference(what:text:matches:)``.
    package func evidenceSubject(matching text: String) throws -> EvidenceReference {
        let (results, requests) = try state { state in
            (try state.results().map(\.record.id), try state.escrowRequests().map(\.id))
        }
        let id = try Reference.resolve("result", text, among: results + requests)
        return results.contains(id) ? .result(id) : .request(id)
    }
}
