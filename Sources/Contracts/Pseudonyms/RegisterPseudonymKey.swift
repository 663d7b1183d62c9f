package import Foundation
import ObliviousPRF
package import SharingModel

/// `pseudonym-key.register`: the public key of the section's function for pseudonyms, by the custodian whom the policy
/// names: the section's first, or one that takes the place of the one that it has.
///
/// Naming the key that is replaced makes a repeated transaction harmless: it finds that key in use no longer.
package struct RegisterPseudonymKey: TransactionBody {
    package static let kind = TransactionKind.registerPseudonymKey
    /// A compressed point of P-384, 49 bytes.
    package let publicKey: Data
    /// Id of the key whose place this one takes; absent for the section's first.
    package let replaces: Digest?

    package init(publicKey: Data, replaces: Digest? = nil) {
        self.publicKey = publicKey
        self.replaces = replaces
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(length: publicKey.count, in: PRFPublicKey.byteCount...PRFPublicKey.byteCount, "publicKey")
    }

    package func execute(in execution: inout Execution) throws {
        let rule = try execution.pseudonymRule()
        try execution.checkCustodian(of: rule)
        let current = try execution.state.pseudonymKey()
        if let replaces {
            try execution.checkInUse(replaces, rule)
        } else if current != nil {
            throw Refusal(.alreadyExists, ["pseudonym key of": rule.section.text])
        }
        guard let key = try? PRFPublicKey(bytes: publicKey) else {
            throw Refusal(.keyInvalid, ["party": execution.by.text, "reason": "point"])
        }
        guard try execution.state.pseudonymKey(key.id) == nil else {
            throw Refusal(.keyRetired, ["party": execution.by.text, "key": "key for pseudonyms"])
        }
        if let current { try execution.write(current.ended(at: execution.now), to: .pastPseudonymKey(current.id)) }
        try execution.write(
            PseudonymKeyRecord(
                custodian: execution.by, publicKey: publicKey, id: key.id, generation: (current?.generation ?? 0) + 1,
                since: execution.now, until: nil, registration: execution.transaction.id),
            to: .pseudonymKey)
    }
}

/// A key of a section's pseudonyms: the one in use, or one that had its place.
package struct PseudonymKeyRecord: Codable, Hashable, Sendable {
    package let custodian: PartyName
    /// A compressed point of P-384, 49 bytes.
    package let publicKey: Data
    /// By which manifests name it.
    package let id: Digest
    /// From 1; each takes the place of the one before.
    package let generation: Int64
    package let since: Timestamp
    /// When another took its place; `nil` for the key in use.
    package let until: Timestamp?
    /// Id of the `pseudonym-key.register` transaction.
    package let registration: Digest

    func ended(at time: Timestamp) -> PseudonymKeyRecord {
        PseudonymKeyRecord(
            custodian: custodian, publicKey: publicKey, id: id, generation: generation, since: since, until: time,
            registration: registration)
    }
}

extension LedgerState {
    /// The section's key for pseudonyms that is in use; `nil` where none is registered.
    package func pseudonymKey() throws -> PseudonymKeyRecord? {
        try read(PseudonymKeyRecord.self, at: .pseudonymKey)
    }

    /// The key of that name, in use or replaced; `nil` where the section never had it.
    package func pseudonymKey(_ id: Digest) throws -> PseudonymKeyRecord? {
        if let current = try pseudonymKey(), current.id == id { return current }
        return try read(PseudonymKeyRecord.self, at: .pastPseudonymKey(id))
    }

    /// All keys that the section ever had, in their order; the one in use is the last.
    package func pseudonymKeys() throws -> [PseudonymKeyRecord] {
        let past = try readAll(PseudonymKeyRecord.self, under: .pastPseudonymKeys)
        return (try pseudonymKey().map { past + [$0] } ?? past).sorted { $0.generation < $1.generation }
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

    /// Refuses a key that the section never had, or has no longer.
    func checkInUse(_ key: Digest, _ rule: PseudonymRule) throws {
        guard let record = try state.pseudonymKey(key), let current = try state.pseudonymKey() else {
            throw Refusal(.pseudonymKeyMissing, ["section": rule.section.text, "custodian": rule.custodian.text])
        }
        guard record.id == current.id else {
            throw Refusal(
                .pseudonymKeyReplaced,
                [
                    "section": rule.section.text, "key": key.hex, "current": current.id.hex,
                    "custodian": rule.custodian.text,
                ])
        }
    }

    /// In a section with a custodian all new pseudonyms are under its key: else one person would be counted as several.
    func checkPseudonyms(under key: Digest?) throws {
        guard let key, let rule = try state.pseudonymRule(for: block.ledger.section) else { return }
        guard try state.pseudonymKey(key) != nil else {
            throw Refusal(
                .otherPseudonyms, ["section": rule.section.text, "custodian": rule.custodian.text, "key": key.hex])
        }
        try checkInUse(key, rule)
    }
}
