import CanonicalJSON
import DurableFiles
package import Foundation
package import SharingModel

/// A party's own folder: who it is, what it pins, its encrypted keys, and its own copy of each ledger.
///
/// ```
/// home.json        who this is and where the ledgers and blobs are (paths relative to the home, or absolute)
/// consortium.json  the founding record that this party pins
/// party.json       its own record, for a party that joined later
/// statement.json   what it has stated of its keys, for one that joined or founded with others
/// vault/           its private keys, encrypted under its passphrase (KeyVault)
/// seen/            its own copy of each ledger, every block executed here: a rollback or a fork is noticed
/// published/       what it has published, so that a command that was killed goes on where it stopped
/// pending/         what was begun and not yet told to the caller: signed requests, queries, sealed openings (readable by
///                  their requesters only)
/// ```
/// A command that acts as this party reads this folder and the shared ledgers and blobs, and no other party's folder.
package struct PartyHome: Sendable {
    package let directory: URL
    package let party: Party
    package let consortium: PinnedConsortium
    package let ledgers: URL
    package let blobs: URL

    package var vaultDirectory: URL { PartyHome.vault(in: directory) }
    package var pendingDirectory: URL { directory.appending(path: "pending", directoryHint: .isDirectory) }
    package var publishedDirectory: URL { directory.appending(path: "published", directoryHint: .isDirectory) }
    package var seenDirectory: URL { directory.appending(path: "seen", directoryHint: .isDirectory) }

    /// What this party shares with the others.
    package var places: SharedPlaces { SharedPlaces(consortium: consortium, ledgers: ledgers, blobs: blobs) }

    /// Opens the home in `directory`.
    ///
    /// - Throws: ``GatewayError/notAHome(path:)``, or ``GatewayError/damagedHome(path:problem:)`` where a file in it
    ///   does not read.
    package init(directory: URL) throws {
        let file = directory.appending(path: PartyHome.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw GatewayError.notAHome(path: directory.path)
        }
        let description: HomeDescription
        do {
            description = try CanonicalJSON.decode(HomeDescription.self, from: Data(contentsOf: file))
        } catch {
            throw GatewayError.damagedHome(path: file.path, problem: "\(error)")
        }
        self.directory = directory
        consortium = try PinnedConsortium(file: directory.appending(path: "consortium.json"))
        let joined = try PartyHome.joined(in: directory)
        guard let party = joined ?? consortium.record.party(description.party), party.name == description.party else {
            throw GatewayError.damagedHome(
                path: file.path,
                problem:
                    "\(description.party) is not a party of the consortium it pins, and \(PartyHome.joinedFileName) has no record of it"
            )
        }
        self.party = party
        ledgers =
            URL(filePath: description.ledgers, directoryHint: .isDirectory, relativeTo: directory)
            .standardizedFileURL
        blobs =
            URL(filePath: description.blobs, directoryHint: .isDirectory, relativeTo: directory)
            .standardizedFileURL
    }

    static func vault(in directory: URL) -> URL { directory.appending(path: "vault", directoryHint: .isDirectory) }

    static let fileName = "home.json"

    static let joinedFileName = "party.json"

    /// The record with which the party joined; `nil` for one of the founding record.
    private static func joined(in directory: URL) throws -> Party? {
        let file = directory.appending(path: joinedFileName)
        guard let bytes = try PrivateFile.read(file) else { return nil }
        do {
            return try CanonicalJSON.decode(Party.self, from: bytes)
        } catch {
            throw GatewayError.damagedHome(path: file.path, problem: "\(error)")
        }
    }

    /// Lays out a new home. `home.json` comes last, so that a killed command leaves nothing that looks like a home.
    static func create(in directory: URL, party: PartyName, record: Data, ledgers: String, blobs: String) throws {
        try createFolders(in: directory)
        try PrivateFile.write(record, to: directory.appending(path: "consortium.json"))
        try PrivateFile.write(
            description(of: party, ledgers: ledgers, blobs: blobs), to: directory.appending(path: fileName))
    }

    /// Those that every home has, also where nothing is in them.
    static func createFolders(in directory: URL) throws {
        for folder in ["", "pending", "published", "seen"] {
            try Directory.create(directory.appending(path: folder).plainPath, permissions: 0o700)
        }
    }

    /// The contents of `home.json`.
    static func description(of party: PartyName, ledgers: String, blobs: String) throws -> Data {
        try CanonicalJSON.encode(HomeDescription(blobs: blobs, ledgers: ledgers, party: party))
    }
}

/// The contents of `home.json`.
private struct HomeDescription: Codable {
    let blobs: String
    let ledgers: String
    let party: PartyName
}
