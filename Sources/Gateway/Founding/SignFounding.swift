import CanonicalJSON
import Contracts
import DurableFiles
package import Foundation
package import KeyVault
import Ledger
package import SharingModel
package import SignedEnvelopes

/// `found sign`: the founding record from everybody's statements, pinned in this party's home, and a department's
/// signatures under the first transactions of its ledgers.
package struct SignFounding {
    let policy: ConsortiumPolicy
    let directory: URL

    /// - Parameter directory: What ``StateForFounding`` has made.
    package init(policy: ConsortiumPolicy, home directory: URL) {
        (self.policy, self.directory) = (policy, directory)
    }

    /// The party whose home it is.
    package func party() throws -> PartyName { try own().name }

    /// Can be run again, with other statements too, until the ledgers are opened.
    /// - Returns: The record, and for a department what it gives to the others.
    package func run(
        _ statements: [GivenFile], passphrase: SecretBytes, at now: Timestamp = .now()
    ) throws -> (consortium: PinnedConsortium, signatures: Data?) {
        let own = try own()
        let kept = try PrivateFile.read(directory.appending(path: FoundingStatements.ownFileName)) ?? Data()
        let whole = try FoundingStatements(
            own: GivenFile(name: "this home's \(FoundingStatements.ownFileName)", bytes: kept), statements,
            policy: policy)
        let consortium = try PinnedConsortium(record: whole.record(at: now))
        let first = FirstTransactions(consortium)
        try checkUnopened(consortium, own.name, first)
        // The passphrase is tried before anything is written.
        let key = try KeyVault(directory: PartyHome.vault(in: directory), passphrase: passphrase).signingKeys()
            .current(as: own)
        try PartyHome.create(
            in: directory, party: own.name, record: CanonicalJSON.encode(consortium.record), ledgers: "ledgers",
            blobs: "blobs")
        guard own.role == .department else { return (consortium, nil) }
        let envelopes = try first.sections(of: own).map { try first.envelope(of: $0).adding(signatureBy: key) }
        let signatures = FoundingSignatures(consortium: consortium.digest, envelopes: envelopes, party: own.name)
        return (consortium, try CanonicalJSON.encode(signatures))
    }

    private func own() throws -> Party {
        let file = directory.appending(path: FoundingStatements.ownFileName)
        guard let bytes = try PrivateFile.read(file) else { throw GatewayError.notAHome(path: directory.plainPath) }
        return try FoundingStatements.read(GivenFile(name: file.plainPath, bytes: bytes)).0
    }

    /// A home that has begun keeps to its consortium.
    private func checkUnopened(_ consortium: PinnedConsortium, _ party: PartyName, _ first: FirstTransactions) throws {
        let file = directory.appending(path: "consortium.json")
        guard try PrivateFile.read(file) != nil else { return }
        let pinned = try PinnedConsortium(file: file)
        let ledgers = directory.appending(path: "ledgers").plainPath
        guard try pinned.digest == consortium.digest || DurableFiles.Directory.names(in: ledgers).isEmpty else {
            throw FoundingFault.alreadyOpened(party: party, own: pinned.digest)
        }
    }
}

/// What a department signs: the first transactions of the registry and of its section.
package struct FoundingSignatures: Codable, Hashable, Sendable {
    package let consortium: Digest
    /// Each with this department's signature alone.
    package let envelopes: [Envelope]
    package let party: PartyName

    package init(consortium: Digest, envelopes: [Envelope], party: PartyName) {
        (self.consortium, self.envelopes, self.party) = (consortium, envelopes, party)
    }
}
