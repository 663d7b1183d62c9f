import DurableFiles
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import TransparencyLog

/// One ledger's file in a home: checked, and built again where it is damaged.
struct LedgerFile {
    let file: URL
    let founding: FoundingRecord
    let section: SectionName
    /// Who is named as operator; commits nothing.
    let party: PartyName

    /// SQLite's files beside the ledger.
    static let companions = ["-wal", "-shm", "-journal"]

    /// Executes everything again and compares.
    /// - Parameters:
    ///   - isFinal: Whether the newest block must be final, as in a node's own ledger.
    ///   - seen: Checkpoints that the ledger must continue.
    func check(isFinal: Bool, seen: [Checkpoint]) -> AuditReport {
        do {
            let storage = try SQLiteLedgerStorage(url: file, creating: false)
            defer { try? storage.close() }
            let ledger = try open(storage)
            let scratch = try SQLiteLedgerStorage.scratch()
            let report = try ledger.audit(scratch: scratch)
            return report.adding(try findings(ledger, isFinal: isFinal, seen: seen))
        } catch {
            return AuditReport.unreadable(finding("\(error)"))
        }
    }

    private func findings(_ ledger: Ledger, isFinal: Bool, seen: [Checkpoint]) throws -> [AuditFinding] {
        guard let head = try ledger.cosignedBlock(.head) else { return [finding("it is empty")] }
        var findings: [AuditFinding] = []
        if isFinal, !head.isFinal { findings.append(finding("its newest block is not final")) }
        for checkpoint in seen {
            do {
                try ledger.follow(checkpoint)
            } catch {
                findings.append(finding("\(error)"))
            }
        }
        return findings
    }

    private func finding(_ problem: String) -> AuditFinding {
        AuditFinding(table: "file", place: file.lastPathComponent, problem: problem)
    }

    /// Builds the ledger again beside the damaged file, and puts it in its place.
    ///
    /// A crash before the damaged file is moved leaves it where it is; one between the two moves leaves no ledger, which is
    /// then built anew from the others; one after them leaves the new one.
    /// - Parameter sources: The nearest first; what can be read of the damaged file comes before them.
    /// - Throws: ``GatewayError/unavailable(part:problem:)`` where the sources do not reach as far as `seen`; the damaged
    ///   file stays then.
    func rebuild(
        from sources: [any LedgerBlockSource], isFinal: Bool, seen: [Checkpoint], aside: SetAside
    ) throws -> (report: RebuildReport, setAside: String?) {
        let (work, fresh) = (URL(filePath: file.plainPath + ".rebuilding"), URL(filePath: file.plainPath + ".rebuilt"))
        clear(work, fresh)
        defer { clear(work, fresh) }
        let storage = try SQLiteLedgerStorage(url: work)
        let ledger = try open(storage)
        let damaged = try? SQLiteLedgerStorage(url: file, creating: false)
        let own = damaged.map { StoredBlocks(name: "what could be read here", storage: $0, of: ledger) }
        let report = try ledger.rebuild(from: [own].compactMap { $0 } + sources, requiringQuorum: isFinal)
        try? damaged?.close()
        do {
            for checkpoint in seen { try ledger.follow(checkpoint) }
            guard try ledger.head() != nil else { throw LedgerError.empty }
        } catch {
            try? storage.close()
            let problems = report.problems.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            throw GatewayError.unavailable(
                part: "the rest of the ledger of \(section)", problem: (["\(error)"] + problems).joined(separator: "; ")
            )
        }
        // One file, with nothing of it in a log beside it.
        try storage.snapshot(into: fresh)
        try storage.close()
        try AtomicFile.synchronize(fresh.plainPath)
        let place = try aside.move(file, companions: LedgerFile.companions)
        guard rename(fresh.plainPath, file.plainPath) == 0 else {
            throw FileFailure.system(.rename, path: fresh.plainPath, code: errno)
        }
        try DurableFiles.Directory.synchronize(DurableFiles.Directory.parent(of: file.plainPath))
        return (report, place)
    }

    private func clear(_ files: URL...) {
        for file in files {
            for ending in [""] + LedgerFile.companions { unlink(file.plainPath + ending) }
        }
    }

    private func open(_ storage: SQLiteLedgerStorage) throws -> Ledger {
        try Ledger(
            storage: storage, founding: founding, section: section,
            settings: LedgerSettings(operator: party, clock: Timestamp.now))
    }
}

extension AuditReport {
    func adding(_ more: [AuditFinding]) -> AuditReport {
        AuditReport(
            executedBlocks: executedBlocks, transactions: transactions, size: size, root: root,
            findings: findings + more)
    }

    static func unreadable(_ finding: AuditFinding) -> AuditReport {
        AuditReport(executedBlocks: 0, transactions: 0, size: 0, root: nil, findings: [finding])
    }
}
