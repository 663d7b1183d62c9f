package import SharingModel

extension PseudonymPolicy {
    /// Checks that the rules can be kept: each for a section that there is, and a custodian that no department is.
    package func check(_ parties: [Party], sections: [SectionName]) throws(FoundingProblem) {
        guard !rules.isEmpty, zip(rules, rules.dropFirst()).allSatisfy({ $0.section < $1.section }) else {
            throw .pseudonyms(nil, .rulesNotSorted)
        }
        for rule in rules {
            guard sections.contains(rule.section) else { throw .pseudonyms(rule.section, .unknownSection) }
            let role = parties.first { $0.name == rule.custodian }?.role
            // These read the blobs of every section; and a department with the key could test values unseen.
            guard role == .superior || role == .auditor else { throw .pseudonyms(rule.section, .custodian) }
            guard (1...1_000_000_000).contains(rule.mostEvaluations), (1...366).contains(rule.periodDays) else {
                throw .pseudonyms(rule.section, .limits)
            }
        }
    }
}

/// What is wrong with a rule for pseudonyms.
package enum PseudonymFault: String, Hashable, Sendable {
    case rulesNotSorted
    case unknownSection
    case custodian
    case limits

    var sentence: String {
        switch self {
        case .rulesNotSorted: "its rules for pseudonyms are none, or not in ascending order of sections, each once"
        case .unknownSection: "it is not among the consortium's sections"
        case .custodian: "who keeps the key is a superior or an auditor of the consortium"
        case .limits: "a period has 1 to 366 days, and allows 1 to 1 000 000 000 evaluations"
        }
    }
}
