/// The founding record: who takes part, under which keys and rules.
///
/// Its canonical JSON is hashed; that digest names the consortium in every transaction header, and is what a
/// verifier pins.
package struct FoundingRecord: Hashable, Codable, Sendable {
    /// Version of this form; 1.
    package let version: Int
    package let name: String
    package let founded: Timestamp
    package let sections: [SectionName]
    /// Sorted by name, each name once.
    package let parties: [Party]
    package let policy: SharingPolicy

    package init(
        name: String, founded: Timestamp, sections: [SectionName], parties: [Party], policy: SharingPolicy
    ) {
        self.version = 1
        self.name = name
        self.founded = founded
        self.sections = sections.sorted()
        self.parties = parties.sorted { $0.name < $1.name }
        self.policy = policy
    }

    package func party(_ name: PartyName) -> Party? {
        parties.first { $0.name == name }
    }

    /// The departments that cosign the ledger of `section`, sorted by name; all departments for the registry.
    package func departments(of section: SectionName) -> [Party] {
        parties.filter { $0.role == .department && (section == .registry || $0.section == section) }
    }
}

extension Name where Kind == NameKind.Section {
    /// The section whose ledger holds parties, keys and policies.
    package static var registry: SectionName { SectionName(unchecked: "registry") }
}

extension Name {
    /// For literals in this module that are names by inspection.
    init(unchecked text: String) {
        self.text = text
    }
}
