package import SharingModel

/// `batch.report`: a department has seen in the shared order that another wrote what no department takes.
///
/// No block holds such a batch, and one department's word proves nothing; so a fault counts when ⌊(n−1)/3⌋ + 1
/// departments have reported the same, of whom at least one is honest.
package struct ReportBatch: TransactionBody {
    package static let kind = TransactionKind.reportBatch
    /// Under whose prefix it stood.
    package let department: PartyName
    package let fault: ReportedFault
    /// The height that it was for; one fault of a kind counts once a height.
    package let height: Int64

    package init(department: PartyName, fault: ReportedFault, height: Int64) {
        self.department = department
        self.fault = fault
        self.height = height
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(height, in: 1...Form.largestNumber, "height")
    }

    package func execute(in execution: inout Execution) throws {
        _ = try execution.department(execution.by)
        _ = try execution.department(department)
        let key = StateKey.batchReport(department, height, fault)
        let known = try execution.state.read(BatchReportRecord.self, at: key)
        let reporters = ((known?.reporters ?? []) + [execution.by]).sorted()
        guard known?.reporters.contains(execution.by) != true else {
            throw Refusal(
                .alreadyReported,
                ["party": execution.by.text, "department": department.text, "height": String(height)])
        }
        let isCounted = reporters.count >= (execution.block.departments.count - 1) / 3 + 1
        let record = BatchReportRecord(
            department: department, fault: fault, height: height, isCounted: isCounted, reporters: reporters)
        try execution.write(record, to: key)
        guard isCounted, known?.isCounted != true else { return }
        var counts = try execution.state.batchFaults(department)
        counts.count(fault)
        try execution.write(counts, to: .batchFaults(department))
    }
}

/// What was wrong with a batch that stood in the order.
package enum ReportedFault: String, Codable, Hashable, Sendable, CaseIterable {
    /// Signed by the department for this height, and not to be taken.
    case invalid
    /// Not signed by the department for this height: only the order's own accounts say who put it there.
    case misplaced
    /// Written over a batch that was there.
    case rewritten
}

/// Who has reported one fault.
package struct BatchReportRecord: Codable, Hashable, Sendable {
    package let department: PartyName
    package let fault: ReportedFault
    package let height: Int64
    /// Whether enough have reported it.
    package let isCounted: Bool
    /// Sorted.
    package let reporters: [PartyName]
}

/// A department's faults that enough others have reported.
package struct BatchFaultCounts: Codable, Hashable, Sendable {
    package private(set) var invalid: Int64 = 0
    package private(set) var misplaced: Int64 = 0
    package private(set) var rewritten: Int64 = 0

    package init() {}

    mutating func count(_ fault: ReportedFault) {
        switch fault {
        case .invalid: invalid += 1
        case .misplaced: misplaced += 1
        case .rewritten: rewritten += 1
        }
    }
}

extension LedgerState {
    package func batchFaults(_ department: PartyName) throws -> BatchFaultCounts {
        try read(BatchFaultCounts.self, at: .batchFaults(department)) ?? BatchFaultCounts()
    }

    package func hasReported(_ report: ReportBatch, by party: PartyName) throws -> Bool {
        let key = StateKey.batchReport(report.department, report.height, report.fault)
        return try read(BatchReportRecord.self, at: key)?.reporters.contains(party) ?? false
    }
}
