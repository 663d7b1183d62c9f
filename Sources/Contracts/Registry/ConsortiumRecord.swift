package import SharingModel

/// What a ledger was opened with, and the policy as it is now.
package struct ConsortiumRecord: Codable, Hashable, Sendable {
    package let name: String
    package let founded: Timestamp
    package let sections: [SectionName]
    package let policy: SharingPolicy
    /// Of the registry's checkpoint that a section starts from, as it was signed; `nil` on the registry ledger.
    package let registryCheckpoint: String?

    /// With another rule of escrow; the same for `nil`.
    func with(_ rule: EscrowRule?) -> ConsortiumRecord {
        ConsortiumRecord(
            name: name, founded: founded, sections: sections, policy: policy.replacing(rule),
            registryCheckpoint: registryCheckpoint)
    }
}

extension SharingPolicy {
    /// With `rule` in the place of its owner's; the same for `nil`.
    package func replacing(_ rule: EscrowRule?) -> SharingPolicy {
        guard let rule else { return self }
        let others = escrow?.rules.filter { $0.owner != rule.owner } ?? []
        return SharingPolicy(
            minimumSubjects: minimumSubjects, quorum: quorum, longestTransactionValidity: longestTransactionValidity,
            accounting: accounting, escrow: EscrowPolicy(rules: others + [rule]), pseudonyms: pseudonyms)
    }
}
