import CanonicalJSON
import Contracts
import DurableFiles
package import Foundation
package import KeyVault
import Ledger
package import SharingModel
package import SignedEnvelopes
import TransparencyLog

/// `join`: a home with new keys for a party that the founding record does not have, and the statement with which it asks
/// to be admitted.
package struct JoinConsortium {
    package let consortium: PinnedConsortium
    package let section: SectionName
    let name: PartyName
    let role: Role
    let area: String?
    let superior: PartyName?

    /// - Parameter section: The section whose ledger it asks to take part in.
    package init(
        _ consortium: PinnedConsortium, section: SectionName, name: PartyName, role: Role, area: String?,
        superior: PartyName?
    ) {
        (self.consortium, self.section, self.name, self.role) = (consortium, section, name, role)
        (self.area, self.superior) = (area, superior)
    }

    /// Makes the home in `directory`, which must not exist yet or be empty. It takes its name at the end: a killed
    /// command leaves no half home.
    /// - Returns: The party's signed statement, which the home keeps too.
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
        let keys = PartyKeys.generate(for: role)
        let party = Party(
            name: name, role: role, section: role == .department ? section : nil, area: area, superior: superior,
            signingKey: keys.signing.verificationKey.rawRepresentation,
            cosigningKey: keys.cosigning?.verificationKey.rawRepresentation,
            sealingKey: keys.unsealing.sealingKey.rawRepresentation)
        let statement = try PartyStatement.sign(
            party, for: LedgerIdentity(consortium: consortium.digest, section: section), signing: keys.signing,
            cosigning: keys.cosigning?.cosigning(as: name, in: consortium.digest), at: time)
        for folder in ["", "ledgers", "blobs"] {
            try DurableFiles.Directory.create(home.appending(path: folder).plainPath, permissions: 0o700)
        }
        try PrivateFile.write(CanonicalJSON.encode(party), to: home.appending(path: PartyHome.joinedFileName))
        try PrivateFile.write(statement.canonicalBytes(), to: home.appending(path: "statement.json"))
        try keys.store(
            in: KeyVault(
                creatingIn: home.appending(path: "vault", directoryHint: .isDirectory), passphrase: passphrase,
                cost: cost))
        try PartyHome.create(
            in: home, party: name, record: CanonicalJSON.encode(consortium.record), ledgers: "ledgers", blobs: "blobs")
        return statement
    }
}

extension SigningKey {
    /// The same secret as a key that cosigns: departments' cosigning keys are Ed25519 keys of their own.
    func cosigning(as party: PartyName, in consortium: Digest) throws -> CosigningKey {
        try CosigningKey(name: Cosigner.keyName(of: party, consortium), secret: exportSecretForVault())
    }
}
