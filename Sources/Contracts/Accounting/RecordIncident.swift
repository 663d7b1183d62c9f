package import SharingModel

/// `incident.record`: something that happened at an enterprise, under a pseudonym, with its time. What the contest for
/// the accounting right sorts.
package struct RecordIncident: TransactionBody {
    package static let kind = TransactionKind.recordIncident
    /// The enterprise's pseudonym, 1 to 128 characters: as it stands in the departments' tables, never its name.
    package let enterprise: String
    package let occurred: Timestamp
    /// At most 1 000 characters.
    package let summary: String?

    package init(enterprise: String, occurred: Timestamp, summary: String? = nil) {
        self.enterprise = enterprise
        self.occurred = occurred
        self.summary = summary
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(text: enterprise, in: 1...Form.longestName, "enterprise")
        try Form.check(text: summary, "summary")
    }

    package func execute(in execution: inout Execution) throws {
        _ = try execution.department(execution.by)
        // Block time may stand still for as long as nobody writes, so it is the signer's own bound that is held to.
        guard occurred <= execution.transaction.header.notAfter else {
            throw Refusal(.notYetHappened, ["occurred": occurred.description])
        }
        var contest = try execution.state.contest()
        let incident = IncidentRecord(
            id: execution.transaction.id, number: contest.incidents, by: execution.by, at: execution.now,
            enterprise: enterprise, occurred: occurred, summary: summary)
        contest.add(incident)
        try execution.write(incident, to: .incident(incident.number))
        try execution.write(contest, to: .contest)
    }
}

/// An incident as it was recorded.
package struct IncidentRecord: Codable, Hashable, Sendable {
    /// Id of the `incident.record` transaction.
    package let id: Digest
    /// From 0, in the order of recording.
    package let number: Int64
    package let by: PartyName
    /// Block time of the recording.
    package let at: Timestamp
    package let enterprise: String
    package let occurred: Timestamp
    package let summary: String?
}
