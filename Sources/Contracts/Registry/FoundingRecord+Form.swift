import Foundation
package import SharingModel
import SignedEnvelopes

extension FoundingRecord {
    /// Checks what every later rule relies on: names sorted and once, keys of the right length and in one place
    /// only, every section with departments, superiors that exist.
    package func checkForm() throws(ContractsError) {
        do throws(FoundingProblem) {
            try checkConsortium()
            try checkParties()
            try checkKeys()
            try policy.escrow?.check(parties)
            try policy.pseudonyms?.check(parties, sections: sections)
            try policy.accounting?.check(departments: parties.filter { $0.role == .department }.map(\.name))
        } catch {
            throw .foundingRecordInvalid(error)
        }
    }

    private func checkConsortium() throws(FoundingProblem) {
        guard version == 1 else { throw .version(version) }
        do throws(ContractsError) {
            try Form.check(text: name, in: 1...Form.longestName, "name")
        } catch {
            throw .consortiumName
        }
        guard !sections.isEmpty else { throw .noSections }
        guard !sections.contains(.registry) else { throw .reservedSection }
        guard zip(sections, sections.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .sectionsNotSorted }
        for section in sections where departments(of: section).isEmpty { throw .noDepartments(section) }
        guard (2...1_000_000).contains(policy.minimumSubjects) else { throw .minimumSubjects(policy.minimumSubjects) }
        guard (1...86_400).contains(policy.longestTransactionValidity) else {
            throw .transactionValidity(policy.longestTransactionValidity)
        }
    }

    private func checkParties() throws(FoundingProblem) {
        guard zip(parties, parties.dropFirst()).allSatisfy({ $0.name < $1.name }) else { throw .partiesNotSorted }
        for party in parties {
            if let section = party.section, !sections.contains(section) {
                throw .unknownSection(party: party.name, section: section)
            }
            if party.role == .department, party.section == nil { throw .departmentWithoutSection(party.name) }
            if let superior = party.superior, self.party(superior)?.role != .superior {
                throw .unknownSuperior(party: party.name, superior: superior)
            }
            do throws(ContractsError) {
                try Form.check(text: party.area, in: 1...Form.longestName, "area")
            } catch {
                throw .area(party.name)
            }
        }
    }

    private func checkKeys() throws(FoundingProblem) {
        var holders: [Data: PartyName] = [:]
        for party in parties {
            switch (party.role == .department, party.cosigningKey) {
            case (true, nil): throw .cosigningKeyMissing(party.name)
            case (false, .some): throw .cosigningKeyNotAllowed(party.name)
            default: break
            }
            let keys: [(String, Data?)] = [
                ("signingKey", party.signingKey), ("cosigningKey", party.cosigningKey),
                ("sealingKey", party.sealingKey),
            ]
            for case (let member, let key?) in keys {
                guard FoundingRecord.isUsable(key, sealing: member == "sealingKey") else {
                    throw .keyInvalid(party: party.name, key: member)
                }
                if let holder = holders.updateValue(party.name, forKey: key) { throw .keyShared(holder, party.name) }
            }
        }
    }

    private static func isUsable(_ key: Data, sealing: Bool) -> Bool {
        sealing ? (try? SealingKey(x25519: key)) != nil : (try? VerificationKey(ed25519: key)) != nil
    }
}
