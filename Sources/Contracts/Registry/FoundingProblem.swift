package import SharingModel

/// What is wrong with a founding record.
package enum FoundingProblem: Error, Hashable, Sendable {
    case version(Int)
    case consortiumName
    case noSections
    /// `registry` is the name of the consortium's own ledger.
    case reservedSection
    case sectionsNotSorted
    case partiesNotSorted
    case noDepartments(SectionName)
    case unknownSection(party: PartyName, section: SectionName)
    case departmentWithoutSection(PartyName)
    case unknownSuperior(party: PartyName, superior: PartyName)
    /// A key that is not 32 bytes, or no point that a signature may be checked under.
    case keyInvalid(party: PartyName, key: String)
    case cosigningKeyMissing(PartyName)
    case cosigningKeyNotAllowed(PartyName)
    /// A key that stands in two places.
    case keyShared(PartyName, PartyName)
    /// A rule of the escrow policy that cannot be kept.
    case escrow(PartyName?, EscrowFault)
    /// A rule for pseudonyms that cannot be kept.
    case pseudonyms(SectionName?, PseudonymFault)
    case area(PartyName)
    case minimumSubjects(Int)
    case transactionValidity(Int64)
    /// `embedded`, or `rotation` without clusters, or clusters without it.
    case accountingMechanism
    case accountingTerm(Int)
    case accountingServing(Int)
    /// None, an empty one, or not sorted.
    case accountingClusters
    /// A cluster lists what is no department, or stands in another cluster too.
    case accountingCluster(ClusterName, PartyName)
}
