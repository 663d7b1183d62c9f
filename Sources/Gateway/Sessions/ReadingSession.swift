package import BlobStore
package import Contracts
import Foundation
package import Ledger
import LedgerSQLite
package import SharingModel

/// Reads a section's shared ledger and blobs as nobody in particular: no key is needed and nothing is written.
///
/// What it shows is what the shared ledger says. Whoever acts on it acts through a ``PartySession``, which decides on
/// what the party has executed itself; `ledger fsck` executes everything for whoever asks.
package struct ReadingSession: Sendable {
    package let places: SharedPlaces
    package let ledger: Ledger
    package let blobs: FileBlobStore

    /// - Parameters:
    ///   - section: `nil` for the only section there is; the registry is named `registry`.
    ///   - node: A department's node: what it shows is executed from the first block, in memory.
    package init(places: SharedPlaces, section: SectionName? = nil, node: NodeConnector? = nil) throws {
        let section = section == .registry ? .registry : try places.consortium.section(section)
        if let node, section != .registry {
            self.places = places
            blobs = try FileBlobStore(directory: places.blobs)
            ledger = try Ledger(
                storage: SQLiteLedgerStorage.scratch(), founding: places.consortium.record, section: section,
                settings: LedgerSettings(operator: places.consortium.reader, clock: Timestamp.now))
            try node(places.consortium.trust(), nil).ledger.catchUp(ledger)
            return
        }
        let file = places.ledgers.appending(path: "\(section).sqlite")
        guard FileManager.default.fileExists(atPath: file.plainPath) else {
            throw GatewayError.unavailable(part: "the ledger of \(section)", problem: "\(file.plainPath) is not there")
        }
        self.places = places
        blobs = try FileBlobStore(directory: places.blobs)
        ledger = try Ledger(
            storage: SQLiteLedgerStorage(url: file), founding: places.consortium.record, section: section,
            settings: LedgerSettings(operator: places.consortium.reader, clock: Timestamp.now))
    }

    package func state<Value>(_ body: (LedgerState) throws -> Value) throws -> Value {
        try ledger.read { try body(LedgerState($0)) }
    }

    /// Executes everything again from the first entry, in a file that is thrown away.
    package func audit() throws -> AuditReport {
        let scratch = FileManager.default.temporaryDirectory
            .appending(path: "chancery-fsck-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: scratch) }
        return try ledger.audit(scratch: SQLiteLedgerStorage(url: scratch.appending(path: "scratch.sqlite")))
    }

    /// - Parameter text: Any beginning of a transaction's id, at least four digits.
    package func transaction(matching text: String) throws -> Digest {
        if let id = Digest(hex: text) { return id }
        return try ledger.read { reader in
            guard let head = try reader.head() else { throw LedgerError.empty }
            var ids = [Digest]()
            for height in 0...head.height {
                guard let block = try reader.block(at: height) else { continue }
                ids += try reader.entries(in: block.entries).map(\.id)
            }
            return try Reference.resolve("transaction", text, among: ids)
        }
    }

    /// Time of the newest block: validity is judged by it, never by this machine's clock.
    package func blockTime() throws -> Timestamp {
        try ledger.head()?.record.time ?? places.consortium.record.founded
    }
}

extension PinnedConsortium {
    /// A ledger names an operator for what it commits; a reader commits nothing.
    fileprivate var reader: PartyName {
        get throws {
            guard let party = record.parties.first else { throw GatewayError.sectionMissing(sections: record.sections) }
            return party.name
        }
    }
}
