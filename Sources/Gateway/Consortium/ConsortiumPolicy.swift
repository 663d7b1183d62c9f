import Contracts
package import Foundation
package import SharingModel
import Yams

/// `consortium.yaml` of a policies folder: the parties and rules that a founding record is made from.
package struct ConsortiumPolicy: Sendable {
    package let name: String
    package let sections: [SectionName]
    package let parties: [PartyPolicy]
    package let sharing: SharingPolicy

    /// A party before it has keys.
    package struct PartyPolicy: Encodable, Sendable {
        package let name: PartyName
        package let role: Role
        package let section: SectionName?
        package let area: String?
        package let superior: PartyName?
    }

    /// Reads `consortium.yaml` in `directory`.
    ///
    /// - Throws: ``GatewayError/policy(path:problem:)`` naming the entry at fault.
    package init(directory: URL) throws {
        let file = directory.appending(path: "consortium.yaml")
        self = try PolicyProblem.inFile(file) {
            try ConsortiumPolicy(
                file: YAMLDecoder().decode(PolicyFile.self, from: PolicyProblem.text(of: file)),
                escrow: EscrowPolicyFile.rules(in: directory), pseudonyms: PseudonymPolicyFile.policy(in: directory))
        }
    }

    private init(file: PolicyFile, escrow: [EscrowPolicyFile.Rule], pseudonyms: PseudonymPolicy?) throws {
        let hours = file.sharing?.transactionHours ?? 24
        let subjects = file.sharing?.minimumSubjects ?? 5
        guard (1...24).contains(hours) else { throw PolicyProblem("sharing.transactionHours must be 1 to 24") }
        guard (2...1_000_000).contains(subjects) else {
            throw PolicyProblem("sharing.minimumSubjects must be 2 or more: 1 would let single persons be read off")
        }
        name = file.name
        sections = file.sections
        parties = file.parties.map {
            PartyPolicy(name: $0.name, role: $0.role, section: $0.section, area: $0.area, superior: $0.superior)
        }
        sharing = SharingPolicy(
            minimumSubjects: subjects, quorum: file.sharing?.quorum ?? .twoThirds,
            longestTransactionValidity: Int64(hours) * 3_600, accounting: try file.accounting?.policy(),
            escrow: try EscrowPolicyFile.policy(escrow, parties), pseudonyms: pseudonyms)
        try validate()
        do throws(FoundingProblem) {
            try sharing.accounting?.check(departments: parties.filter { $0.role == .department }.map(\.name))
        } catch {
            throw PolicyProblem("accounting: \(error)")
        }
        try EscrowPolicyFile.check(sharing.escrow, parties)
        try PseudonymPolicyFile.check(sharing.pseudonyms, parties, sections)
    }

    private func validate() throws {
        guard (1...200).contains(name.count) else { throw PolicyProblem("name must have 1 to 200 characters") }
        guard !sections.isEmpty, Set(sections).count == sections.count, !sections.contains(.registry) else {
            throw PolicyProblem("sections: name at least one, each once; `registry` is taken")
        }
        let names = Set(parties.map(\.name))
        guard names.count == parties.count else { throw PolicyProblem("parties: a name stands twice") }
        for party in parties {
            try validate(party, among: names)
        }
        for section in sections where !parties.contains(where: { $0.role == .department && $0.section == section }) {
            throw PolicyProblem("section \(section) has no department")
        }
    }

    private func validate(_ party: PartyPolicy, among names: Set<PartyName>) throws {
        if let section = party.section, !sections.contains(section) {
            throw PolicyProblem("party \(party.name): section \(section) is not among the sections")
        }
        guard party.role != .department || party.section != nil else {
            throw PolicyProblem("party \(party.name): a department needs a section")
        }
        if let superior = party.superior, !names.contains(superior) || superior == party.name {
            throw PolicyProblem("party \(party.name): superior \(superior) is not another party")
        }
    }
}

private struct PolicyFile: Decodable {
    let name: String
    let sections: [SectionName]
    let parties: [PartyEntry]
    let sharing: Sharing?
    let accounting: Accounting?

    struct PartyEntry: Decodable {
        let name: PartyName
        let role: Role
        let section: SectionName?
        let area: String?
        let superior: PartyName?
    }

    struct Sharing: Decodable {
        let minimumSubjects: Int?
        let quorum: Quorum?
        let transactionHours: Int?
    }

    struct Accounting: Decodable {
        let mechanism: AccountingMechanism
        let term: Int?
        let serving: Int?
        let clusters: [ClusterEntry]?

        struct ClusterEntry: Decodable {
            let name: ClusterName
            let departments: [PartyName]
        }

        /// `nil` for turns, which need not be said.
        func policy() throws -> AccountingPolicy? {
            guard mechanism == .rotation else {
                guard term == nil, serving == nil, clusters == nil else {
                    throw PolicyProblem("accounting: term, serving and clusters belong to the mechanism rotation")
                }
                return mechanism == .turns ? nil : AccountingPolicy(mechanism: mechanism)
            }
            return AccountingPolicy(
                mechanism: .rotation,
                rotation: AccountingPolicy.Rotation(
                    clusters: (clusters ?? []).map {
                        AccountingPolicy.Cluster(name: $0.name, departments: $0.departments)
                    }, serving: serving ?? 1, term: term ?? 100))
        }
    }
}
