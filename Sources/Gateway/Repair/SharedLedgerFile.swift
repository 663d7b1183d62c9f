import DurableFiles
package import Foundation
import Ledger
import LedgerSQLite
package import SharingModel
import TransparencyLog

/// The ledger that parties share as one file (`--ordering embedded`): repaired from what can be read of it and from the
/// copies that parties have executed for themselves.
package struct SharedLedgerFile: Sendable {
    private let places: SharedPlaces
    private let section: SectionName
    /// Homes whose copies may be read.
    private let homes: [URL]

    package init(places: SharedPlaces, section: SectionName?, homes: [URL]) throws {
        self.section = section == .registry ? .registry : try places.consortium.section(section)
        (self.places, self.homes) = (places, homes)
    }

    /// - Throws: ``GatewayError/unavailable(part:problem:)`` where a party has seen more than the copies give.
    /// - Returns: What was done, a line each; nothing where the ledger is sound.
    package func repair() throws -> [String] {
        guard let party = places.consortium.record.parties.first?.name else { return [] }
        let file = LedgerFile(
            file: places.ledgers.appending(path: "\(section).sqlite"), founding: places.consortium.record,
            section: section, party: party)
        let seen = try heads(as: party)
        guard !file.check(isFinal: false, seen: seen.map(\.checkpoint)).isSound else { return [] }
        // One that is longer than another continues it, or is refused with both checkpoints.
        let sources = seen.sorted { $0.checkpoint.size > $1.checkpoint.size }.map(\.blocks)
        let aside = SetAside(folder: places.ledgers.appending(path: "set-aside"), time: Timestamp.now())
        let (report, place) = try file.rebuild(
            from: sources, isFinal: false, seen: seen.map(\.checkpoint), aside: aside)
        let from = report.taken.sorted { $0.key < $1.key }.map { "\($0.value) from \($0.key)" }
        var done = ["ledger of \(section) built again: blocks \(from.joined(separator: ", "))"]
        if let place { done.append("the damaged one is kept as \(place)") }
        return done
    }

    /// The parties' copies that can be read, each with its newest checkpoint.
    private func heads(as party: PartyName) throws -> [(checkpoint: Checkpoint, blocks: any LedgerBlockSource)] {
        let record = places.consortium.record
        return homes.compactMap { home in
            let file = home.appending(path: "seen/\(section).sqlite")
            guard let storage = try? SQLiteLedgerStorage(url: file, creating: false),
                let ledger = try? Ledger(
                    storage: storage, founding: record, section: section,
                    settings: LedgerSettings(operator: party, clock: Timestamp.now)),
                let seen = ledger.lastSeen
            else { return nil }
            return (seen, StoredBlocks(name: file.plainPath, storage: storage, of: ledger))
        }
    }
}
