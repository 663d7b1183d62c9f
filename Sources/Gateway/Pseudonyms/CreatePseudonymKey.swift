import Contracts
import Foundation
import KeyVault
package import Ledger
import ObliviousPRF
import SharingModel

/// `pseudonym key`: the custodian whom the policy names draws the section's key for pseudonyms, keeps it in its vault,
/// and registers the public part.
package struct CreatePseudonymKey {
    package init() {}

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where another party is the custodian, or there is a key.
    package func run(as session: PartySession) async throws -> Receipt {
        let rule = try session.pseudonymRule()
        guard rule.custodian == session.party, let name = SecretName.pseudonymFunction(session.section) else {
            throw GatewayError.notAllowed(
                reason: "the policy names \(rule.custodian) as custodian of section \(session.section)",
                wayOn: "only \(rule.custodian) makes the key")
        }
        let unfinished = try await UnfinishedTransaction(["pseudonym-key.register", session.section.text], session)
        let receipt = try await unfinished.submit { try RegisterPseudonymKey(publicKey: publicKey(name, session)) }
        try unfinished.end()
        return receipt
    }

    /// Of the key of a command that was killed before the ledger had it, or of a new one; in the vault before anybody
    /// learns the public part.
    private func publicKey(_ name: SecretName, _ session: PartySession) throws -> Data {
        if try session.vault.names().contains(name) {
            return try session.vault.pseudonymFunction(of: session.section).publicKey.bytes
        }
        let key = PRFKey()
        try session.vault.store(name, key.withSecret { SecretBytes(copying: $0) })
        return key.publicKey.bytes
    }
}

extension PartySession {
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where the section has no custodian.
    func pseudonymRule() throws -> PseudonymRule {
        guard let rule = try state({ try $0.pseudonymRule(for: section) }) else {
            throw GatewayError.notAllowed(
                reason: "section \(section) has no custodian for pseudonyms: each department has a key of its own",
                wayOn: "`chancery publish` needs nothing else")
        }
        return rule
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where the custodian has made none yet.
    func pseudonymKey(_ rule: PseudonymRule) throws -> PseudonymKeyRecord {
        guard let key = try state({ try $0.pseudonymKey() }) else {
            throw GatewayError.notAllowed(
                reason: "section \(section) has no key for pseudonyms yet",
                wayOn: "\(rule.custodian) makes it with `chancery pseudonym key`")
        }
        return key
    }
}
