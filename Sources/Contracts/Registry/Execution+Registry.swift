import Foundation
import SharingModel

extension Execution {
    /// Opens a ledger with the parties of `record`.
    mutating func open(_ record: FoundingRecord, registryCheckpoint: String?) throws {
        guard try state.consortium() == nil else { throw Refusal(.ledgerAlreadyOpen) }
        let section = block.ledger.section
        guard section == .registry || record.sections.contains(section) else {
            throw Refusal(.wrongLedger, ["section": section.text])
        }
        try write(
            ConsortiumRecord(
                name: record.name, founded: record.founded, sections: record.sections, policy: record.policy,
                registryCheckpoint: registryCheckpoint),
            to: .consortium)
        for party in record.parties {
            try write(party, to: .party(party.name))
        }
    }

    /// What holds for every kind: the right ledger, and a validity that has begun and not ended.
    func checkHeader() throws {
        let header = transaction.header
        guard header.ledger == block.ledger else {
            throw Refusal(.wrongLedger, ["section": header.ledger.section.text])
        }
        guard now <= header.notAfter else {
            throw Refusal(.transactionExpired, ["notAfter": header.notAfter.description])
        }
        let longest = try state.consortium()?.policy.longestTransactionValidity ?? 86_400
        guard header.notAfter <= now.adding(seconds: longest) else {
            throw Refusal(
                .validityTooLong, ["notAfter": header.notAfter.description, "longestSeconds": String(longest)])
        }
    }

    /// The party that acts.
    /// - Throws: ``Refusal`` unless it has one of `roles`.
    @discardableResult
    func actor(in roles: Set<Role>) throws -> Party {
        let party = try party(by)
        guard roles.contains(party.role) else {
            throw Refusal(.roleNotAllowed, ["party": by.text, "role": party.role.rawValue])
        }
        return party
    }

    func party(_ name: PartyName) throws -> Party {
        guard let party = try state.party(name) else { throw Refusal(.unknownParty, ["party": name.text]) }
        return party
    }

    /// - Throws: ``Refusal`` unless `name` is a department of this ledger's section.
    func department(_ name: PartyName) throws -> Party {
        let party = try party(name)
        guard party.role == .department, party.section == block.ledger.section else {
            throw Refusal(.roleNotAllowed, ["party": name.text, "role": party.role.rawValue])
        }
        return party
    }
}
