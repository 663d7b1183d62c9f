import DurableFiles
import Foundation
import Gateway
import KeyVault
import SharingModel

/// Where a demonstration takes place, and the passphrases of its parties: drawn at random, and written down only where
/// the folder is kept.
final class DemoFolder: Sendable {
    let directory: URL
    let isKept: Bool

    var home: URL { isKept ? directory : directory.appending(path: "consortium", directoryHint: .isDirectory) }

    init(keeping kept: URL?) throws {
        isKept = kept != nil
        if let kept {
            directory = kept
        } else {
            directory = FileManager.default.temporaryDirectory
                .appending(path: "chancery-demo-\(UUID().uuidString)", directoryHint: .isDirectory)
            try Directory.create(directory.path(percentEncoded: false), permissions: 0o700)
        }
    }

    /// A folder in another's, kept and cleaned up with it.
    init(_ name: String, in other: DemoFolder) throws {
        isKept = other.isKept
        directory = other.directory.appending(path: name, directoryHint: .isDirectory)
        // Where it is kept, it is the home itself, which founding makes.
        if !isKept { try Directory.create(directory.path(percentEncoded: false), permissions: 0o700) }
    }

    func cleanUp() {
        if !isKept { try? FileManager.default.removeItem(at: directory) }
    }

    /// Beside the consortium, never in a home.
    var passphrases: URL { directory.appending(path: "passphrases", directoryHint: .isDirectory) }

    /// A file for what the outside world sees of the demonstration, such as evidence.
    func file(_ name: String) throws -> URL {
        let folder = directory.appending(path: "files", directoryHint: .isDirectory)
        try Directory.create(folder.path(percentEncoded: false), permissions: 0o700)
        return folder.appending(path: name)
    }

    /// Writes the passphrases down, so that the reader can go on with the other commands.
    func keep(_ texts: [PartyName: String]) throws {
        guard isKept else { return }
        let folder = passphrases.path(percentEncoded: false)
        try Directory.create(folder, permissions: 0o700)
        for (party, text) in texts {
            let file = passphrases.appending(path: party.text).path(percentEncoded: false)
            try AtomicFile.write(Data((text + "\n").utf8), to: file, temporariesIn: folder, permissions: 0o600)
        }
    }
}
