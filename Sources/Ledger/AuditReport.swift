package import SharingModel

/// One thing that an audit found wrong.
package struct AuditFinding: Hashable, Codable, Sendable {
    /// Height of the block concerned, where there is one.
    package let height: Int?
    /// The table of the storage, as its documentation names it.
    package let table: String
    /// The row or the part of it.
    package let place: String
    /// What is wrong, in words.
    package let problem: String

    package init(height: Int? = nil, table: String, place: String, problem: String) {
        self.height = height
        self.table = table
        self.place = place
        self.problem = problem
    }
}

/// What an audit looked at and found.
package struct AuditReport: Hashable, Codable, Sendable {
    /// Blocks that were executed again and found right; all of them if there are no findings.
    package let executedBlocks: Int
    package let transactions: Int
    /// The size and root of the newest block.
    package let size: Int
    package let root: Digest?
    /// Empty if everything is as executing it from the first block gives.
    package let findings: [AuditFinding]

    package init(executedBlocks: Int, transactions: Int, size: Int, root: Digest?, findings: [AuditFinding]) {
        self.executedBlocks = executedBlocks
        self.transactions = transactions
        self.size = size
        self.root = root
        self.findings = findings
    }

    package var isSound: Bool { findings.isEmpty }
}
