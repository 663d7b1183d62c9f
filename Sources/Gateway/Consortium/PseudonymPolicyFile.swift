import Contracts
import Foundation
import SharingModel
import Yams

/// `pseudonyms.yaml` of a policies folder: which sections have one key for pseudonyms, and who keeps it. A folder
/// without it founds a consortium in which each department has a key of its own.
enum PseudonymPolicyFile {
    private struct File: Decodable {
        let sections: [Rule]
    }

    private struct Rule: Decodable {
        let section: SectionName
        let custodian: PartyName
        let evaluations: Int
        let days: Int
    }

    private static let name = "pseudonyms.yaml"

    /// - Returns: `nil` where there is no such file.
    /// - Throws: ``GatewayError/policy(path:problem:)``.
    static func policy(in directory: URL) throws -> PseudonymPolicy? {
        let file = directory.appending(path: name)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return try PolicyProblem.inFile(file) {
            let rules = try YAMLDecoder().decode(File.self, from: PolicyProblem.text(of: file)).sections
            return PseudonymPolicy(
                rules: rules.map {
                    PseudonymRule(
                        section: $0.section, custodian: $0.custodian, mostEvaluations: Int64($0.evaluations),
                        periodDays: Int64($0.days))
                })
        }
    }

    static func check(
        _ policy: PseudonymPolicy?, _ parties: [ConsortiumPolicy.PartyPolicy], _ sections: [SectionName]
    ) throws {
        do throws(FoundingProblem) {
            try policy?.check(parties.map(\.withoutKeys), sections: sections)
        } catch {
            throw PolicyProblem("\(name): \(error)")
        }
    }
}
