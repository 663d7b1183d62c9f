import Contracts
import SharingModel

extension Ledger {
    /// An audit that leaves the machine to others: one block at a time, with a pause behind each, and no snapshot held
    /// meanwhile, so that commits go on and the write-ahead log stays short.
    ///
    /// - Parameters:
    ///   - scratch: An empty storage that is thrown away afterwards.
    ///   - pause: Told how long the last block took.
    /// - Returns: What was found, up to the first block in which there is something; empty if all is sound.
    package func scrub(
        scratch: any LedgerStorage, pause: (Duration) async throws -> Void
    ) async throws -> [AuditFinding] {
        let damage = try storage.damage().map {
            AuditFinding(table: "file", place: "integrity check", problem: $0)
        }
        guard damage.isEmpty else { return damage }
        var height = 0
        while let head = try head(), height <= head.height {
            let began = ContinuousClock.now
            let findings = try storage.read { reader in
                let audit = LedgerAudit(ledger: self, shown: reader, scratch: scratch, findings: FindingList([]))
                _ = audit.check(height)
                return audit.findings.list
            }
            guard findings.isEmpty else { return findings }
            height += 1
            try await pause(ContinuousClock.now - began)
        }
        // The state is that of one moment: what was committed since is executed first, in the same snapshot.
        return try storage.read { reader in
            let audit = LedgerAudit(ledger: self, shown: reader, scratch: scratch, findings: FindingList([]))
            if let head = try reader.head() {
                while height <= head.height, audit.check(height) { height += 1 }
                if audit.findings.list.isEmpty { try audit.compareState() }
            }
            return audit.findings.list
        }
    }
}
