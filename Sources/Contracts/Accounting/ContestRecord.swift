package import SharingModel

/// What decides who may write the next block under ``SharingModel/AccountingMechanism/contest``: who is busy, and the
/// task that the idle ones race to solve.
package struct ContestRecord: Codable, Hashable, Sendable {
    /// Sorted by department.
    package private(set) var busy: [BusyDepartment]
    /// Incidents recorded so far.
    package private(set) var incidents: Int64
    /// The newest ten by number, ascending.
    package private(set) var recent: [RecentIncident]

    /// Incidents that the task takes.
    package static let taskSize = 10

    package struct BusyDepartment: Codable, Hashable, Sendable {
        package let department: PartyName
        /// Block time at which it said so.
        package let since: Timestamp
    }

    package struct RecentIncident: Codable, Hashable, Sendable {
        package let number: Int64
        package let occurred: Timestamp
    }

    package init() {
        (busy, incidents, recent) = ([], 0, [])
    }

    package func status(of department: PartyName) -> DepartmentStatus {
        busy.contains { $0.department == department } ? .busy : .idle
    }

    /// The numbers of the last ten incidents by the time at which they occurred, those of one second by number. With
    /// no incident the answer is the empty list.
    package var answer: [Int64] {
        recent.sorted { ($0.occurred, $0.number) < ($1.occurred, $1.number) }.map(\.number)
    }

    mutating func set(_ status: DepartmentStatus, of department: PartyName, at time: Timestamp) {
        busy.removeAll { $0.department == department }
        guard status == .busy else { return }
        busy = (busy + [BusyDepartment(department: department, since: time)]).sorted { $0.department < $1.department }
    }

    mutating func add(_ incident: IncidentRecord) {
        incidents += 1
        recent = (recent + [RecentIncident(number: incident.number, occurred: incident.occurred)])
            .suffix(ContestRecord.taskSize)
    }
}

extension LedgerState {
    package func contest() throws -> ContestRecord {
        try read(ContestRecord.self, at: .contest) ?? ContestRecord()
    }

    /// In the order of recording.
    package func incidents() throws -> [IncidentRecord] {
        try readAll(IncidentRecord.self, under: .incidents)
    }
}
