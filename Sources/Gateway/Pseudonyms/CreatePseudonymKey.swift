package import Contracts
import Foundation
import KeyVault
package import Ledger
import ObliviousPRF
import SharingModel

/// `pseudonym key`: the custodian whom the policy names draws the section's key for pseudonyms, keeps it in its vault,
/// and registers the public part; or one that takes the place of the section's key. Those before stay in the vault: what
/// was published under them is still told apart, and confirmed, by them.
///
/// Killed at any point, the command can be run again: a key is in the vault before its public part is shown, and a run
/// that finds it registered tells of that.
package struct CreatePseudonymKey {
    /// Any beginning of the id of the key that is to be replaced; `nil` for the section's first.
    package let replaced: String?

    package init(replacing replaced: String? = nil) {
        self.replaced = replaced
    }

    package struct Created: Sendable {
        package let key: PseudonymKeyRecord
        package let receipt: Receipt
        /// Requests that waited for the replaced key, and are not evaluated any more.
        package let lapsed: Int
    }

    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where another party is the custodian;
    ///   ``GatewayError/refusedOnLedger(_:transaction:height:)`` where the key named is not the one in use.
    package func run(as session: PartySession) async throws -> Created {
        let rule = try session.pseudonymRule()
        guard rule.custodian == session.party else {
            throw GatewayError.notAllowed(
                reason: "the policy names \(rule.custodian) as custodian of section \(session.section)",
                wayOn: "only \(rule.custodian) makes the key")
        }
        let keys = try session.state { try $0.pseudonymKeys() }
        let before = try replaced.flatMap { text in
            let id = try Reference.resolve("key for pseudonyms", text, among: keys.map(\.id))
            return keys.first { $0.id == id }
        }
        let generation = (before?.generation ?? 0) + 1
        let receipt: Receipt
        if let made = keys.first(where: { $0.generation == generation }), isOurs(made, session),
            let recorded = try session.ledger.read({ try $0.receipt(of: made.registration) })
        {
            receipt = recorded
        } else {
            receipt = try await register(generation, before, session)
        }
        let (all, requests) = try session.state { (try $0.pseudonymKeys(), try $0.pseudonymRequests()) }
        guard let key = all.first(where: { $0.generation == generation }) else {
            throw GatewayError.keyMissing(name: "pseudonyms", party: session.party)
        }
        let lapsed = requests.count { $0.terms.key == before?.id && $0.status(under: all.last?.id) == .lapsed }
        return Created(key: key, receipt: receipt, lapsed: lapsed)
    }

    private func register(
        _ generation: Int64, _ before: PseudonymKeyRecord?, _ session: PartySession
    ) async throws -> Receipt {
        let wish = ["pseudonym-key.register", session.section.text] + (before.map { [$0.id.hex] } ?? [])
        let unfinished = try await UnfinishedTransaction(wish, session)
        let receipt = try await unfinished.submit {
            RegisterPseudonymKey(publicKey: try publicKey(generation, session), replaces: before?.id)
        }
        try unfinished.end()
        return receipt
    }

    private func isOurs(_ record: PseudonymKeyRecord, _ session: PartySession) -> Bool {
        (try? session.vault.pseudonymFunction(record, of: session.section)) != nil
    }

    /// Of the key of a command that was killed before the ledger had it, or of a new one; in the vault before anybody
    /// learns the public part.
    private func publicKey(_ generation: Int64, _ session: PartySession) throws -> Data {
        guard let name = SecretName.pseudonymFunction(session.section, generation) else {
            throw GatewayError.unknownReference(what: "section", text: session.section.text)
        }
        if try session.vault.names().contains(name) {
            return try session.vault.load(name).withUnsafeBytes { try PRFKey(secret: $0).publicKey.bytes }
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

    /// The key in use.
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
