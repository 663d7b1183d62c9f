import CanonicalJSON
package import Contracts
package import Foundation
package import Ledger
package import SharingModel
import SignedEnvelopes

extension PartySession {
    /// `registry propose`: puts a change to the departments of the section.
    /// - Parameter effective: The height at which it is to take effect; `nil` for as soon as may be.
    package func propose(_ change: RegistryChange, effective: Int64? = nil) async throws -> Receipt {
        try await submit(ProposeChange(change: change, effective: effective))
    }

    /// `registry propose admit`: for the party whose statement is in `bytes`.
    package func proposeAdmission(_ bytes: Data, effective: Int64? = nil) async throws -> Receipt {
        try await propose(.admit(Envelope(canonicalBytes: bytes)), effective: effective)
    }

    /// `registry propose escrow`: the rule that a file of the form of `escrow.yaml` has for `owner`.
    /// - Throws: ``GatewayError/policy(path:problem:)``.
    package func proposeEscrow(of owner: PartyName, _ file: URL, effective: Int64? = nil) async throws -> Receipt {
        guard FileManager.default.isReadableFile(atPath: file.plainPath) else {
            throw GatewayError.policy(path: file.plainPath, problem: "cannot be read; name a file like `escrow.yaml`")
        }
        let parties = try state { try $0.parties() }
        let superiors = Dictionary(parties.map { ($0.name, $0.superior) }) { first, _ in first }
        let rule = try PolicyProblem.inFile(file) {
            let rules = try EscrowPolicyFile.rules(of: file).filter { $0.for.contains(owner) }
            guard rules.count == 1, let rule = try EscrowPolicyFile.policy(rules, superiors: superiors).rule(for: owner)
            else { throw PolicyProblem("it has \(rules.count) rules for \(owner) instead of one") }
            return rule
        }
        return try await propose(.escrow(rule), effective: effective)
    }

    /// `registry approve`.
    /// - Parameter text: Any beginning of the proposal's id, at least four digits.
    package func approveChange(_ text: String) async throws -> Receipt {
        let ids = try state { try $0.changeProposals().map(\.id) }
        return try await submit(ApproveChange(proposal: Reference.resolve("proposal", text, among: ids)))
    }

    /// `registry rotate`: makes new keys, keeps them in the vault beside the old ones, and proposes that they count.
    ///
    /// A crash before the proposal leaves keys that nobody knows of; the command can be run again. Which keys are used at
    /// which height is decided by the ledger, so the node and all commands go on meanwhile.
    package func rotateKeys(signing: Bool, cosigning: Bool, effective: Int64? = nil) async throws -> Receipt {
        guard let before = try ledger.partyInNextBlock(party) else {
            throw GatewayError.unknownParty(party, parties: try state { try $0.parties().map(\.name) })
        }
        guard !cosigning || before.cosigningKey != nil else {
            throw GatewayError.notAllowed(
                reason: "\(party) cosigns nothing", wayOn: "give --signing alone to change its signing key")
        }
        let newSigning = signing ? SigningKey.generate() : nil
        let newCosigning = cosigning ? SigningKey.generate() : nil
        if let newSigning { try vault.storeNext(.signing, exporting: newSigning.exportSecretForVault()) }
        if let newCosigning { try vault.storeNext(.cosigning, exporting: newCosigning.exportSecretForVault()) }
        let after = Party(
            name: party, role: before.role, section: before.section, area: before.area, superior: before.superior,
            signingKey: newSigning?.verificationKey.rawRepresentation ?? before.signingKey,
            cosigningKey: newCosigning?.verificationKey.rawRepresentation ?? before.cosigningKey,
            sealingKey: before.sealingKey)
        let consortium = home.consortium.digest
        let cosigner = try vault.cosigner(of: home.party, in: consortium)
        let statement = try PartyStatement.sign(
            after, for: ledger.identity, signing: newSigning ?? signingKey(),
            cosigning: newCosigning?.cosigning(as: party, in: consortium)
                ?? after.cosigningKey.flatMap { cosigner?.key(withPublicHalf: $0) },
            at: now())
        return try await propose(.rotate(statement), effective: effective)
    }
}
