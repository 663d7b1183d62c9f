package import SharingModel

/// What a ledger was opened with.
package struct ConsortiumRecord: Codable, Hashable, Sendable {
    package let name: String
    package let founded: Timestamp
    package let sections: [SectionName]
    package let policy: SharingPolicy
    /// Of the registry's checkpoint that a section starts from, as it was signed; `nil` on the registry ledger.
    package let registryCheckpoint: String?
}
