import Contracts
import Foundation
import SharingModel
import Yams

/// `escrow.yaml` of a policies folder: who holds escrow for whom. A folder without it founds a consortium without escrow.
enum EscrowPolicyFile {
    /// The rule of some departments.
    struct Rule: Decodable {
        let `for`: [PartyName]
        /// Parties, and gates over them; `superior` stands for the superior of the department.
        let holders: EscrowHolders
        let waitingHours: Int?
        let told: [PartyName]?
        let grants: Int
        let days: Int
    }

    private struct File: Decodable {
        let rules: [Rule]
    }

    private static let name = "escrow.yaml"

    /// - Throws: ``GatewayError/policy(path:problem:)``.
    static func rules(in directory: URL) throws -> [Rule] {
        let file = directory.appending(path: name)
        return FileManager.default.fileExists(atPath: file.path) ? try rules(of: file) : []
    }

    /// - Throws: ``GatewayError/policy(path:problem:)``.
    static func rules(of file: URL) throws -> [Rule] {
        try PolicyProblem.inFile(file) {
            try YAMLDecoder().decode(File.self, from: PolicyProblem.text(of: file)).rules
        }
    }

    /// One rule a department.
    /// - Returns: `nil` where there are no rules.
    static func policy(_ rules: [Rule], _ parties: [ConsortiumPolicy.PartyPolicy]) throws -> EscrowPolicy? {
        guard !rules.isEmpty else { return nil }
        return try policy(rules, superiors: Dictionary(parties.map { ($0.name, $0.superior) }) { first, _ in first })
    }

    /// - Parameter superiors: By party.
    static func policy(_ rules: [Rule], superiors: [PartyName: PartyName?]) throws -> EscrowPolicy {
        EscrowPolicy(
            rules: try rules.flatMap { rule in
                try rule.for.map { owner in
                    guard let days = rule.days.multiplied(by: 86_400),
                        let wait = (rule.waitingHours ?? 0).multiplied(by: 3_600)
                    else { throw PolicyProblem("\(name): waitingHours or days of \(owner) is out of range") }
                    return EscrowRule(
                        owner: owner, holders: try rule.holders.resolved(owner, superiors[owner] ?? nil),
                        waitSeconds: wait, told: rule.told ?? [], mostGrants: Int64(rule.grants), periodSeconds: days)
                }
            })
    }

    static func check(_ policy: EscrowPolicy?, _ parties: [ConsortiumPolicy.PartyPolicy]) throws {
        do throws(FoundingProblem) {
            try policy?.check(parties.map(\.withoutKeys))
        } catch {
            throw PolicyProblem("\(name): \(error)")
        }
    }
}

extension ConsortiumPolicy.PartyPolicy {
    /// Keys are drawn later; the rules are about names and roles.
    var withoutKeys: Party {
        Party(
            name: name, role: role, section: section, area: area, superior: superior, signingKey: Data(),
            cosigningKey: nil, sealingKey: Data())
    }
}

extension EscrowHolders {
    /// With the word `superior` replaced by the department's own.
    fileprivate func resolved(_ owner: PartyName, _ superior: PartyName?) throws -> EscrowHolders {
        switch self {
        case .party(let name) where name.text == "superior":
            guard let superior else { throw PolicyProblem("escrow.yaml: \(owner) has no superior to hold escrow") }
            return .party(superior)
        case .party: return self
        case .gate(let threshold, let nodes):
            return .gate(threshold: threshold, of: try nodes.map { try $0.resolved(owner, superior) })
        }
    }
}

extension Int {
    fileprivate func multiplied(by factor: Int64) -> Int64? {
        let (product, overflow) = Int64(self).multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }
}
