import BlobStore
import DurableFiles
package import Foundation
package import SharingModel

/// `restore`: makes a home from a backup.
///
/// The whole archive is checked before anything is written. Then everything is laid out in a folder beside the home, the
/// roots of its ledgers are computed again, and the folder takes the home's name in one step: a command that is killed
/// leaves no home, or the whole one.
package struct RestoreHome: Sendable {
    private let archive: URL
    private let clock: @Sendable () -> Timestamp

    package init(archive: URL, clock: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        (self.archive, self.clock) = (archive, clock)
    }

    /// - Parameters:
    ///   - directory: The home; must be empty or missing, unless `settingAside`.
    ///   - settingAside: Whether what is there is kept under another name.
    package func run(into directory: URL, settingAside: Bool) throws -> RestoredHome {
        let path = directory.plainPath
        let parent = DurableFiles.Directory.parent(of: path)
        guard access(archive.plainPath, F_OK) == 0 else { throw BackupError.missing(path: archive.plainPath) }
        var reader = BackupReader(try SequentialFile(archive.plainPath), path: archive.plainPath)
        _ = try reader.read { _, _ in }
        let isEmpty = try DurableFiles.Directory.names(in: path).isEmpty
        guard isEmpty || settingAside else { throw BackupError.homeNotEmpty(path: path) }
        try DurableFiles.Directory.create(parent, permissions: 0o755)
        let staging = try Staging(beside: path)
        do {
            let manifest = try extract(to: staging)
            try PartyHome.createFolders(in: staging.directory)
            let home = try PartyHome(directory: staging.directory)
            guard home.party.name == manifest.party, home.consortium.digest == manifest.consortium else {
                throw GatewayError.damagedHome(path: archive.plainPath, problem: "its home is of another party")
            }
            let ledgers = try LedgerCheck(consortium: home.consortium).run(in: staging.directory)
            // A crash before the first step leaves the old home; between the two, the old one under its new name and no
            // home; after them, the restored one.
            let aside = isEmpty ? nil : try setAside(path)
            guard rename(staging.directory.plainPath, path) == 0 else {
                throw FileFailure.system(.rename, path: path, code: errno)
            }
            try DurableFiles.Directory.synchronize(parent)
            return RestoredHome(manifest: manifest, ledgers: ledgers, setAside: aside)
        } catch {
            staging.remove()
            throw error
        }
    }

    /// Checked a second time, as it is written: the file may have changed since.
    private func extract(to staging: Staging) throws -> BackupManifest {
        var reader = BackupReader(try SequentialFile(archive.plainPath), path: archive.plainPath)
        var output = RestoredFile()
        return try reader.read { file, piece in
            try staging.makeFolder(of: file.path)
            try output.take(piece, as: staging.directory.appending(path: file.path).plainPath)
        }
    }

    private func setAside(_ path: String) throws -> String {
        let aside = path + ".set-aside-" + clock().description.replacing(":", with: "")
        guard access(aside, F_OK) != 0 else { throw BackupError.exists(path: aside) }
        guard rename(path, aside) == 0 else { throw FileFailure.system(.rename, path: path, code: errno) }
        return aside
    }
}

/// A file that comes in pieces, the last of them empty.
private struct RestoredFile: ~Copyable {
    private var file: TemporaryFile?

    mutating func take(_ piece: Data, as path: String) throws {
        if file == nil {
            file = try TemporaryFile(in: DurableFiles.Directory.parent(of: path), permissions: 0o600)
        }
        if piece.isEmpty {
            try file.take()?.commit(as: path, replacing: false)
        } else {
            try file?.append(piece)
        }
    }
}

/// What a restore gave.
package struct RestoredHome: Sendable {
    package let manifest: BackupManifest
    package let ledgers: [CheckedLedger]
    /// Where the home stands that was there before.
    package let setAside: String?
}
