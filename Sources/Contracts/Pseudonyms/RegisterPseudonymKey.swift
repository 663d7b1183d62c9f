package import Foundation
import ObliviousPRF
package import SharingModel

/// `pseudonym-key.register`: the public key of the section's function for pseudonyms, by the custodian whom the policy
/// names. A section has one, and keeps it.
package struct RegisterPseudonymKey: TransactionBody {
    package static let kind = TransactionKind.registerPseudonymKey
    /// A compressed point of P-384, 49 bytes.
    package let publicKey: Data

    package init(publicKey: Data) {
        self.publicKey = publicKey
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(length: publicKey.count, in: PRFPublicKey.byteCount...PRFPublicKey.byteCount, "publicKey")
    }

    package func execute(in execution: inout Execution) throws {
        let rule = try execution.pseudonymRule()
        try execution.checkCustodian(of: rule)
        guard try execution.state.pseudonymKey() == nil else {
            throw Refusal(.alreadyExists, ["pseudonym key of": rule.section.text])
        }
        guard let key = try? PRFPublicKey(bytes: publicKey) else {
            throw Refusal(.keyInvalid, ["party": execution.by.text, "reason": "point"])
        }
        try execution.write(
            PseudonymKeyRecord(custodian: execution.by, publicKey: publicKey, id: key.id, since: execution.now),
            to: .pseudonymKey)
    }
}

/// The key of a section's pseudonyms.
package struct PseudonymKeyRecord: Codable, Hashable, Sendable {
    package let custodian: PartyName
    /// A compressed point of P-384, 49 bytes.
    package let publicKey: Data
    /// By which manifests name it.
    package let id: Digest
    package let since: Timestamp
}

extension LedgerState {
    /// The section's key for pseudonyms; `nil` where none is registered.
    package func pseudonymKey() throws -> PseudonymKeyRecord? {
        try read(PseudonymKeyRecord.self, at: .pseudonymKey)
    }

    /// The rule for a section's pseudonyms; `nil` where each department has a key of its own.
    package func pseudonymRule(for section: SectionName) throws -> PseudonymRule? {
        try consortium()?.policy.pseudonyms?.rule(for: section)
    }
}

extension Execution {
    func pseudonymRule() throws -> PseudonymRule {
        let section = block.ledger.section
        guard let rule = try state.pseudonymRule(for: section) else {
            throw Refusal(.noPseudonymCustodian, ["section": section.text])
        }
        return rule
    }

    func checkCustodian(of rule: PseudonymRule) throws {
        _ = try party(by)
        guard by == rule.custodian else {
            throw Refusal(.notKeyCustodian, ["party": by.text, "custodian": rule.custodian.text])
        }
    }

    /// In a section with a custodian all pseudonyms are under its key: else one person would be counted as several.
    func checkPseudonyms(under key: Digest?) throws {
        guard let key, let rule = try state.pseudonymRule(for: block.ledger.section) else { return }
        guard try state.pseudonymKey()?.id == key else {
            throw Refusal(
                .otherPseudonyms, ["section": rule.section.text, "custodian": rule.custodian.text, "key": key.hex])
        }
    }
}
