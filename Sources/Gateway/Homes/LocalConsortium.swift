package import Foundation
package import SharingModel

/// A whole consortium on one machine, as `found --local` lays it out, so that it can be tried.
///
/// ```
/// consortium.json     the founding record
/// ledgers/            registry.sqlite and one file a section
/// blobs/              the content-addressed store
/// parties/site1/ …    one home a party, each with a passphrase of its own
/// ```
package struct LocalConsortium: Sendable {
    package let directory: URL
    package let consortium: PinnedConsortium

    package var ledgers: URL { directory.appending(path: "ledgers", directoryHint: .isDirectory) }
    package var blobs: URL { directory.appending(path: "blobs", directoryHint: .isDirectory) }
    package var partyNames: [PartyName] { consortium.record.parties.map(\.name) }

    /// - Returns: `nil` where `directory` is not such a folder.
    init?(directory: URL) throws {
        let file = directory.appending(path: "consortium.json")
        let parties = LocalConsortium.parties(in: directory)
        guard FileManager.default.fileExists(atPath: file.path),
            FileManager.default.fileExists(atPath: parties.path)
        else { return nil }
        self.directory = directory
        consortium = try PinnedConsortium(file: file)
    }

    package func home(of name: PartyName) throws -> PartyHome {
        let home = LocalConsortium.home(of: name, in: directory)
        // Who has joined later is not in the founding record, and may have a home here all the same.
        guard consortium.record.party(name) != nil || FileManager.default.fileExists(atPath: home.plainPath) else {
            throw GatewayError.unknownParty(name, parties: partyNames)
        }
        return try PartyHome(directory: home)
    }

    static func parties(in directory: URL) -> URL {
        directory.appending(path: "parties", directoryHint: .isDirectory)
    }

    static func home(of name: PartyName, in directory: URL) -> URL {
        parties(in: directory).appending(path: name.text, directoryHint: .isDirectory)
    }
}
