package import BlobStore
import Contracts
import DurableFiles
import Foundation
package import Ledger
import LedgerSQLite
package import SharingModel
import TransparencyLog

/// What a department's node keeps of one section: its ledger with the mark of its length, the journal of its votes, and the
/// blobs. Checks all of it, and repairs it from the other departments' nodes.
package struct NodeFiles: Sendable {
    private let home: PartyHome
    private let section: SectionName
    private let clock: @Sendable () -> Timestamp

    package init(
        home: PartyHome, section: SectionName, clock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        (self.home, self.section, self.clock) = (home, section, clock)
    }

    private var ledger: LedgerFile {
        LedgerFile(
            file: home.nodeLedger(of: section), founding: home.consortium.record, section: section,
            party: home.party.name)
    }

    /// Reads everything once and executes the ledger again.
    package func check() throws -> NodeCheck {
        var findings: [AuditFinding] = []
        var seen: [Checkpoint] = []
        do {
            if let mark = try HeadMark(home.headMark(of: section)) {
                seen.append(
                    try Checkpoint(origin: origin, size: mark.size, root: mark.root))
            }
        } catch {
            findings.append(AuditFinding(table: "file", place: "\(section).head", problem: "\(error)"))
        }
        let report = ledger.check(isFinal: true, seen: seen)
        findings += try checkOwnWord()
        let damaged = try damagedBlobs()
        findings += damaged.map(NodeFiles.damaged)
        return NodeCheck(ledger: report, others: findings, damagedBlobs: damaged, seen: seen)
    }

    /// The origin line of the ledger's checkpoints.
    package var origin: String { LedgerIdentity(consortium: home.consortium.digest, section: section).origin }

    /// As ``check()``, a little at a time and while the node runs: the ledger block by block with a pause behind each, then
    /// the journal and the blobs.
    /// - Parameter pause: Told how long the last piece of work took.
    /// - Returns: What was found in the ledger and the journal, and the blobs that are damaged.
    package func scrub(
        pause: (Duration) async throws -> Void
    ) async throws -> (findings: [AuditFinding], blobs: [CID]) {
        // A connection of its own: it reads the file, not what the node's has in memory.
        let storage = try SQLiteLedgerStorage(url: home.nodeLedger(of: section), creating: false)
        defer { try? storage.close() }
        let scratch = home.nodeDirectory.appending(path: "\(section).scrub")
        for ending in [""] + LedgerFile.companions { unlink(scratch.plainPath + ending) }
        defer { for ending in [""] + LedgerFile.companions { unlink(scratch.plainPath + ending) } }
        var findings: [AuditFinding]
        do {
            let own = try Ledger(
                storage: storage, founding: home.consortium.record, section: section,
                settings: LedgerSettings(operator: home.party.name, clock: clock))
            findings = try await own.scrub(scratch: SQLiteLedgerStorage(url: scratch), pause: pause)
        } catch let error as LedgerError {
            findings = [AuditFinding(table: "file", place: "\(section).sqlite", problem: "\(error)")]
        }
        findings += try checkOwnWord()
        var damaged: [CID] = []
        let store = try FileBlobStore(directory: home.blobs)
        for cid in try store.cids() {
            let began = ContinuousClock.now
            do {
                _ = try store.get(cid)
            } catch BlobStoreError.blockDamaged {
                damaged.append(cid)
            }
            try await pause(ContinuousClock.now - began)
        }
        return (findings, damaged)
    }

    /// What this department has said and holds: votes, settlements, evidence, and batches that others count on.
    private func checkOwnWord() throws -> [AuditFinding] {
        try FileVoteJournal(directory: home.nodeDirectory).check()
            + FileBatchStore(directory: home.batchDirectory).damaged().map { name in
                AuditFinding(
                    table: "file", place: "batches/\(name)", problem: "its content no longer has the digest in its name"
                )
            }
    }

    private static func damaged(_ cid: CID) -> AuditFinding {
        AuditFinding(table: "blobs", place: cid.text, problem: "its content no longer has its digest")
    }

    private func damagedBlobs() throws -> [CID] {
        let store = try FileBlobStore(directory: home.blobs)
        return try store.cids().filter { cid in
            do {
                _ = try store.get(cid)
                return false
            } catch BlobStoreError.blockDamaged {
                return true
            }
        }
    }

    /// Repairs what `check` found. The node must not run: it repairs itself.
    ///
    /// What is damaged is set aside under `node/set-aside/`. Without its journal the node goes on like one that has none,
    /// and cosigns nothing that it may have cosigned before; a batch that it held comes from whoever holds it too.
    /// - Returns: What was done, a line each.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` while the node runs; ``GatewayError/unavailable(part:problem:)``
    ///   where the others do not have what is lacking.
    package func repair(_ check: NodeCheck, from sources: [RepairSource]) throws -> [String] {
        guard let lock = try FileLock.tryAcquire(home.nodeLock(of: section).plainPath) else {
            throw GatewayError.notAllowed(
                reason: "the node of \(home.party.name) is running",
                wayOn: "it checks and repairs itself; or stop it, and repair it then")
        }
        defer { withExtendedLifetime(lock) {} }
        var done: [String] = []
        if !check.ledger.isSound {
            let (report, place) = try ledger.rebuild(
                from: sources.map(\.blocks), isFinal: true, seen: check.seen, aside: aside)
            let from = report.taken.sorted { $0.key < $1.key }.map { "\($0.value) from \($0.key)" }
            done.append("ledger of \(section) built again: blocks \(from.joined(separator: ", "))")
            if let place { done.append("the damaged one is kept as \(place)") }
        }
        for finding in check.others where finding.table == "file" {
            let file = home.nodeDirectory.appending(path: finding.place)
            if let place = try aside.move(file) { done.append("\(finding.place) set aside as \(place)") }
        }
        if let head = try? head() { try HeadMark(head).write(to: home.headMark(of: section)) }
        return done + (try repairBlobs(check.damagedBlobs, from: sources))
    }

    private var aside: SetAside {
        SetAside(
            folder: home.nodeDirectory.appending(path: "set-aside", directoryHint: .isDirectory), time: clock())
    }

    private func head() throws -> StoredBlock? {
        let storage = try SQLiteLedgerStorage(url: home.nodeLedger(of: section), creating: false)
        defer { try? storage.close() }
        return try storage.read { try $0.head() }
    }

    /// Fetches damaged blocks of the store again; the node may run.
    /// - Returns: A line for each that somebody gave.
    package func repairBlobs(_ damaged: [CID], from sources: [RepairSource]) throws -> [String] {
        let store = try FileBlobStore(directory: home.blobs)
        return try damaged.compactMap { cid in
            for source in sources {
                guard let data = try? source.blob(cid), let block = try? Block(data, expecting: cid) else { continue }
                try aside.copy(store.path(of: cid))
                try store.put(block)
                return "block \(cid) fetched from \(source.blocks.name)"
            }
            return nil
        }
    }
}

/// What a check of a node's files found.
package struct NodeCheck: Sendable {
    package let ledger: AuditReport
    /// Of the journal, the mark and the blobs.
    package let others: [AuditFinding]
    let damagedBlobs: [CID]
    let seen: [Checkpoint]

    package var findings: [AuditFinding] { ledger.findings + others }
}

extension PartyHome {
    func nodeLedger(of section: SectionName) -> URL { nodeDirectory.appending(path: "\(section).sqlite") }
    func headMark(of section: SectionName) -> URL { nodeDirectory.appending(path: "\(section).head") }
    /// Held by the process that runs the node, or repairs it.
    func nodeLock(of section: SectionName) -> URL { nodeDirectory.appending(path: "\(section).lock") }
}
