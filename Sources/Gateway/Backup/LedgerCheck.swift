import DurableFiles
import Foundation
package import Ledger
import LedgerSQLite
import SharingModel

/// Computes the roots of a home's ledgers again.
struct LedgerCheck {
    let consortium: PinnedConsortium

    /// - Throws: ``BackupError/rootDiffers(ledger:problem:)`` for the first that does not hold.
    func run(in home: URL) throws -> [CheckedLedger] {
        try ["ledgers", "node", "seen"].flatMap { folder in
            try DurableFiles.Directory.names(in: home.appending(path: folder).plainPath)
                .filter { $0.hasSuffix(".sqlite") }
                .compactMap { try check(folder + "/" + $0, in: home) }
        }
    }

    private func check(_ name: String, in home: URL) throws -> CheckedLedger? {
        let section = SectionName(String(name.split(separator: "/").last?.dropLast(".sqlite".count) ?? ""))
        guard let section, let reader = consortium.record.parties.first?.name else { return nil }
        do {
            let storage = try SQLiteLedgerStorage(url: home.appending(path: name))
            defer { try? storage.close() }
            guard try storage.read({ try $0.head() }) != nil else { return nil }
            let ledger = try Ledger(
                storage: storage, founding: consortium.record, section: section,
                settings: LedgerSettings(operator: reader, clock: Timestamp.now))
            return CheckedLedger(name: String(name.dropLast(".sqlite".count)), root: try ledger.recomputedRoot())
        } catch let error as LedgerError {
            throw BackupError.rootDiffers(ledger: name, problem: "\(error)")
        }
    }
}

/// A ledger of a home whose root was computed again from its leaves.
package struct CheckedLedger: Hashable, Sendable {
    /// Such as `node/health`.
    package let name: String
    package let root: RecomputedRoot
}
