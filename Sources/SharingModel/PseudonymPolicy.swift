/// Which sections have one key for pseudonyms, and who keeps it.
package struct PseudonymPolicy: Hashable, Codable, Sendable {
    /// Sorted by section, one a section. In a section without a rule each department has a key of its own.
    package let rules: [PseudonymRule]

    package init(rules: [PseudonymRule]) {
        self.rules = rules.sorted { $0.section < $1.section }
    }

    package func rule(for section: SectionName) -> PseudonymRule? {
        rules.first { $0.section == section }
    }
}

/// The key for pseudonyms of one section.
package struct PseudonymRule: Hashable, Codable, Sendable {
    package let section: SectionName
    /// Keeps the key, and evaluates what departments have blinded; a superior or an auditor.
    package let custodian: PartyName
    /// How many elements one department may have evaluated within a period.
    package let mostEvaluations: Int64
    /// The period, in days of UTC by block time, today included.
    package let periodDays: Int64

    package init(section: SectionName, custodian: PartyName, mostEvaluations: Int64, periodDays: Int64) {
        self.section = section
        self.custodian = custodian
        self.mostEvaluations = mostEvaluations
        self.periodDays = periodDays
    }
}
