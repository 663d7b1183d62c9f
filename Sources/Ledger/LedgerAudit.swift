import Contracts
import Foundation
import SharingModel
import TransparencyLog

/// One run of an audit.
struct LedgerAudit {
    let ledger: Ledger
    let shown: any LedgerReader
    let scratch: any LedgerStorage
    let findings: FindingList

    func run() throws -> AuditReport {
        let head = findings.check(table: "blocks", place: "head") { try shown.head() } ?? nil
        findings.check(table: "meta", place: "identity") {
            guard let stored = try shown.identity() else {
                if head == nil { return }
                throw LedgerError.malformedRow(table: "meta", key: "consortium, section")
            }
            guard stored == ledger.identity else {
                throw LedgerError.anotherLedger(stored: stored.origin, expected: ledger.identity.origin)
            }
        }
        let counts = try shown.counts()
        var executed = 0
        for height in 0..<counts.blocks {
            // Without the block before, nothing can be executed any more; the rest is inspected only.
            if executed == height {
                if check(height) { executed += 1 }
            } else if inspect(height) {
                notExecuted(height)
            }
        }
        if executed == counts.blocks {
            try compareState()
            compareCounts(counts)
            accountForCosignatures(counts)
        }
        return AuditReport(
            executedBlocks: executed, transactions: counts.entries, size: head?.size ?? 0, root: head?.root,
            findings: findings.list)
    }

    /// Inspects the next block, and executes it.
    /// - Returns: Whether it was executed and found right.
    func check(_ height: Int) -> Bool {
        _ = inspect(height)
        return execute(height)
    }

    /// - Returns: Whether nothing was found in the block as it lies there.
    private func inspect(_ height: Int) -> Bool {
        let before = findings.count
        findings.check(height, table: "blocks", place: "height \(height)") {
            guard let block = try shown.block(at: height) else { throw LedgerError.unknownHeight(height) }
            try BlockInspection(reader: shown).check(block)
        }
        findings.check(height, table: "cosignatures", place: "height \(height)") {
            guard let block = try shown.block(at: height) else { return }
            let policy = try ledger.membership.history(shown).policy(at: height)
            for cosignature in try shown.cosignatures(height: height) {
                guard policy.isValid(cosignature, on: try policy.checkpoint(block)) else {
                    throw LedgerError.wrongCosignature(height: height, cosignature.party)
                }
            }
        }
        return findings.count == before
    }

    private func notExecuted(_ height: Int) {
        findings.append(
            AuditFinding(
                height: height, table: "blocks", place: "height \(height)",
                problem: "could not be executed again, because a block before it is wrong"))
    }

    /// Executes the block into the scratch storage and compares hashes and outcomes row by row.
    private func execute(_ height: Int) -> Bool {
        let before = findings.count
        findings.check(height, table: "blocks", place: "height \(height)") {
            let block = try shown.unverifiedBlock(at: height)
            let made = try scratch.commit { writer in
                let made = try ledger.verifier.verify(block, on: try writer.head(), replica: writer)
                try writer.append(made)
                return made
            }
            let positions = Array(made.firstHashPosition..<(made.firstHashPosition + made.hashes.count))
            for ((position, stored), hash) in zip(zip(positions, try shown.hashes(at: positions)), made.hashes)
            where stored != hash {
                throw LedgerError.malformedRow(table: "hashes", key: "\(position)")
            }
            for (stored, entry) in zip(try shown.outcomes(in: block.stored.entries), made.entries)
            where stored.refusal != entry.outcome.reason || stored.writes != entry.outcome.writes {
                throw LedgerError.malformedRow(table: "outcomes", key: "\(stored.index)")
            }
        }
        return findings.count == before
    }

    func compareState() throws {
        let expected = try scratch.read { try $0.entries(prefix: "") }
        let stored = findings.check(table: "state", place: "all") { try shown.entries(prefix: "") } ?? []
        let byKey = Dictionary(stored.map { ($0.key, $0.value) }) { first, _ in first }
        let known = Set(expected.map(\.key))
        for entry in expected where byKey[entry.key] != entry.value {
            findings.append(
                AuditFinding(
                    table: "state", place: entry.key,
                    problem: byKey[entry.key] == nil ? "the row is missing" : "another value than execution gives"))
        }
        for entry in stored where !known.contains(entry.key) {
            findings.append(
                AuditFinding(table: "state", place: entry.key, problem: "execution gives no such row"))
        }
    }

    /// A cosignature of no block, and one that a record repeats and that is gone.
    private func accountForCosignatures(_ counts: StoredCounts) {
        findings.check(table: "cosignatures", place: "number of rows") {
            let known = try (0..<counts.blocks).map { try shown.cosignatures(height: $0) }
            let count = known.reduce(0) { $0 + $1.count }
            if count != counts.cosignatures {
                findings.append(
                    AuditFinding(
                        table: "cosignatures", place: "number of rows",
                        problem: "\(counts.cosignatures - count) are of no block"))
            }
            for height in 1..<max(1, counts.blocks) {
                let previous = try shown.block(at: height)?.record.previous ?? []
                for cosignature in previous
                where !known[height - 1].contains(where: { $0.party == cosignature.party }) {
                    findings.append(
                        AuditFinding(
                            height: height - 1, table: "cosignatures", place: "\(cosignature.party)",
                            problem: "the cosignature that the next block's record repeats is missing"))
                }
            }
        }
    }

    private func compareCounts(_ stored: StoredCounts) {
        guard let expected = findings.check(table: "file", place: "scratch", { try scratch.read { try $0.counts() } })
        else {
            return
        }
        let pairs = [
            ("entries", stored.entries, expected.entries), ("outcomes", stored.outcomes, expected.outcomes),
            ("hashes", stored.hashes, expected.hashes), ("blocks", stored.blocks, expected.blocks),
            ("state", stored.state, expected.state),
        ]
        for (table, count, right) in pairs where count != right {
            findings.append(
                AuditFinding(table: table, place: "number of rows", problem: "\(count) instead of \(right)"))
        }
    }
}

/// What an audit has found so far. Used by one thread.
final class FindingList {
    private(set) var list: [AuditFinding]

    init(_ list: [AuditFinding]) {
        self.list = list
    }

    var count: Int { list.count }

    func append(_ finding: AuditFinding) {
        list.append(finding)
    }

    /// Runs a check; what it throws becomes a finding.
    @discardableResult
    func check<Value>(_ height: Int? = nil, table: String, place: String, _ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch {
            append(AuditFinding(height: height, table: table, place: place, problem: "\(error)"))
            return nil
        }
    }
}
