package import SharingModel

/// Why a transaction is turned away at the door, unrecorded, or why the state cannot be read.
package enum ContractsError: Error, Hashable, Sendable {
    case unknownKind(payloadType: String)
    /// Not canonical JSON of the kind's members.
    case malformedPayload(kind: TransactionKind, detail: String)
    case kindOfAnotherLedger(kind: TransactionKind, section: SectionName)
    case tooLong(member: String, count: Int, limit: Int)
    case tooShort(member: String, count: Int, least: Int)
    /// A number outside what the member allows.
    case outOfRange(member: String, value: Int64)
    /// A list that is not in ascending order, or names something twice.
    case notSorted(member: String)
    /// A text with control characters or marks that turn its direction.
    case unprintable(member: String)
    /// Members that exclude or need each other.
    case contradictory(members: [String])
    /// The founding record's digest is not the one that the header names.
    case foundingDigestMismatch
    case foundingRecordInvalid(FoundingProblem)
    /// All departments sign; the first by name submits.
    case notTheSubmitter(PartyName, expected: PartyName)
    case unknownParty(PartyName)
    /// A stored value is not what was written there.
    case corruptState(key: String)
}
