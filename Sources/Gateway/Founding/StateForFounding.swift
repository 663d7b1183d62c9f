import CanonicalJSON
import Contracts
import DurableFiles
package import Foundation
package import KeyVault
package import SharingModel
package import SignedEnvelopes

/// `found state`: a party's keys, made on its own machine, and the statement by which the others learn their public
/// halves.
package struct StateForFounding {
    let policy: ConsortiumPolicy
    let party: ConsortiumPolicy.PartyPolicy

    /// - Throws: ``GatewayError/unknownParty(_:parties:)``.
    package init(policy: ConsortiumPolicy, party name: PartyName) throws {
        guard let party = policy.party(name) else {
            throw GatewayError.unknownParty(name, parties: policy.parties.map(\.name))
        }
        (self.policy, self.party) = (policy, party)
    }

    /// Makes the home in `directory`, which must not exist yet or be empty. It is no home of a consortium yet.
    /// - Returns: The statement, which the home keeps too.
    package func run(
        in directory: URL, passphrase: SecretBytes, cost: ScryptCost = .standard, at time: Timestamp = .now()
    ) throws -> Envelope {
        let folder = try UnfinishedFolder(for: directory)
        do {
            let statement = try layOut(folder.url, passphrase, cost, time)
            try folder.finish()
            return statement
        } catch {
            folder.discard()
            throw error
        }
    }

    private func layOut(
        _ home: URL, _ passphrase: SecretBytes, _ cost: ScryptCost, _ time: Timestamp
    ) throws -> Envelope {
        let keys = PartyKeys.generate(for: party.role)
        let ledger = try FoundingAgreement(policy).ledger()
        let statement = try PartyStatement.sign(
            party.withKeys(keys), for: ledger, signing: keys.signing,
            cosigning: keys.cosigning?.cosigning(as: party.name, in: ledger.consortium), at: time)
        for folder in ["", "ledgers", "blobs"] {
            try DurableFiles.Directory.create(home.appending(path: folder).plainPath, permissions: 0o700)
        }
        try PrivateFile.write(statement.canonicalBytes(), to: home.appending(path: FoundingStatements.ownFileName))
        try keys.store(
            in: KeyVault(
                creatingIn: home.appending(path: "vault", directoryHint: .isDirectory), passphrase: passphrase,
                cost: cost))
        return statement
    }
}
