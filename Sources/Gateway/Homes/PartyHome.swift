package import BlobStore
package import Foundation
package import SharingModel

import CanonicalJSON

/// A party's own folder: who it is, what it pins, its encrypted keys, and what it last saw of each ledger.
///
/// ```
/// home.json        who this is and where the ledgers and blobs are (paths relative to the home, or absolute)
/// consortium.json  the founding record that this party pins
/// vault/           its private keys, encrypted under its passphrase (KeyVault)
/// seen/            the last checkpoint it saw of each ledger: a ledger that was rolled back or forked is noticed
/// pending/         sealed openings that were recorded or are about to be (readable by their requesters only)
/// ```
/// A command that acts as this party reads this folder and the shared ledgers and blobs, and no other party's folder.
package struct PartyHome: Sendable {
    package let directory: URL
    package let party: Party
    package let consortium: PinnedConsortium
    package let ledgers: URL
    package let blobs: URL

    package var vaultDirectory: URL { directory.appending(path: "vault", directoryHint: .isDirectory) }
    package var pendingDirectory: URL { directory.appending(path: "pending", directoryHint: .isDirectory) }
    package var seenDirectory: URL { directory.appending(path: "seen", directoryHint: .isDirectory) }

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
        guard let party = consortium.record.party(description.party) else {
            throw GatewayError.damagedHome(
                path: file.path, problem: "\(description.party) is not a party of the consortium it pins")
        }
        self.party = party
        ledgers = URL(filePath: description.ledgers, directoryHint: .isDirectory, relativeTo: directory)
            .standardizedFileURL
        blobs = URL(filePath: description.blobs, directoryHint: .isDirectory, relativeTo: directory)
            .standardizedFileURL
    }

    static let fileName = "home.json"

    /// Lays out a new home. The folder appears with `home.json` last, so that a killed command leaves no half home.
    static func create(in directory: URL, party: PartyName, record: Data, ledgers: String, blobs: String) throws {
        let description = HomeDescription(blobs: blobs, ledgers: ledgers, party: party)
        try DurableFile.makePrivateDirectory(directory)
        for folder in ["pending", "seen"] {
            try DurableFile.makePrivateDirectory(directory.appending(path: folder, directoryHint: .isDirectory))
        }
        try DurableFile.write(record, to: directory.appending(path: "consortium.json"))
        try DurableFile.write(CanonicalJSON.encode(description), to: directory.appending(path: fileName))
    }
}

/// The contents of `home.json`.
private struct HomeDescription: Codable {
    let blobs: String
    let ledgers: String
    let party: PartyName
}
