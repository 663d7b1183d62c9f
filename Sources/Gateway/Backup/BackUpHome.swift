import BlobStore
import CanonicalJSON
import Crypto
import DurableFiles
package import Foundation
import Ledger
import LedgerSQLite
package import SharingModel

/// `backup`: a party's home with its ledgers and blobs in one file, while nodes and commands run.
///
/// The party's small files are copied first, then its ledgers, each as it is at one moment, then the blobs: blobs are only
/// ever added, and what a ledger names was stored before. Private keys stay encrypted under their passphrase. The journal of
/// votes stays behind: who restores a home must not speak with the voice of an earlier life.
package struct BackUpHome: Sendable {
    private let home: PartyHome
    private let clock: @Sendable () -> Timestamp

    package init(home: PartyHome, clock: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        (self.home, self.clock) = (home, clock)
    }

    /// Durable on return. A killed command leaves at most a folder `FILE.unfinished-…`.
    /// - Throws: ``BackupError``; `BlobStoreError` for a damaged block: a backup is whole, or not written.
    package func run(to file: URL) throws -> BackupSummary {
        let path = file.plainPath
        guard access(path, F_OK) != 0 else { throw BackupError.exists(path: path) }
        let staging = try Staging(beside: path)
        defer { staging.remove() }
        var files = try copySmallFiles(to: staging)
        files += try copyLedgers(to: staging)
        let ledgers = try LedgerCheck(consortium: home.consortium).run(in: staging.directory)
        var listed = try files.map { try staging.describe($0) }
        let blobs = try FileBlobStore(directory: home.blobs)
        let cids = try blobs.cids()
        for cid in cids {
            listed.append(
                BackupManifest.File(
                    path: "blobs/" + FileBlobStore.relativePath(of: cid), bytes: try blobs.size(of: cid) ?? 0,
                    sha256: cid.digest))
        }
        let manifest = BackupManifest(
            consortium: home.consortium.digest, party: home.party.name, created: clock(), files: listed)
        var writer = try BackupWriter(in: DurableFiles.Directory.parent(of: path))
        try writer.append(BackupManifest.path, CanonicalJSON.encode(manifest))
        for file in listed.prefix(files.count) {
            let source = try SequentialFile(staging.directory.appending(path: file.path).plainPath)
            try writer.append(file.path, byteCount: file.bytes) { try source.read(upTo: 1 << 20) }
        }
        for (file, cid) in zip(listed.dropFirst(files.count), cids) {
            try writer.append(file.path, blobs.get(cid).data)
        }
        try writer.commit(as: path)
        return BackupSummary(manifest: manifest, ledgers: ledgers)
    }

    private func copySmallFiles(to staging: Staging) throws -> [String] {
        var names: [String] = []
        for name in try HomeFiles(home).small {
            guard let bytes = try PrivateFile.read(home.directory.appending(path: name)) else { continue }
            try staging.write(bytes, to: name)
            names.append(name)
        }
        // Where the home stands alone, its ledgers and blobs stand in it.
        try staging.write(
            PartyHome.description(of: home.party.name, ledgers: "ledgers", blobs: "blobs"), to: "home.json")
        return names + ["home.json"]
    }

    /// The party's own copies before the shared ledgers: what it has seen must not be ahead of what it gets back.
    private func copyLedgers(to staging: Staging) throws -> [String] {
        var names: [String] = []
        for (name, file) in try HomeFiles(home).ledgers {
            let storage = try SQLiteLedgerStorage(url: file)
            try staging.makeFolder(of: name)
            try storage.snapshot(into: staging.directory.appending(path: name))
            try storage.close()
            names.append(name)
        }
        return names
    }
}

/// What a backup holds.
package struct BackupSummary: Sendable {
    package let manifest: BackupManifest
    package let ledgers: [CheckedLedger]

    package var bytes: Int { manifest.files.reduce(0) { $0 + $1.bytes } }
}

/// Which files of a home go into a backup.
private struct HomeFiles {
    private let home: PartyHome

    init(_ home: PartyHome) {
        self.home = home
    }

    /// Names of the files that are copied as they are, relative to the home, sorted.
    var small: [String] {
        get throws { try walk("").filter { !$0.hasSuffix(".sqlite") && $0 != "home.json" } }
    }

    /// The ledgers by their names in the backup.
    var ledgers: [(name: String, file: URL)] {
        get throws {
            let own = try walk("").filter { $0.hasSuffix(".sqlite") }
                .map { (name: $0, file: home.directory.appending(path: $0)) }
            let shared = try DurableFiles.Directory.names(in: home.ledgers.plainPath)
                .filter { $0.hasSuffix(".sqlite") }
                .map { (name: "ledgers/" + $0, file: home.ledgers.appending(path: $0)) }
            return own + shared
        }
    }

    private func walk(_ folder: String) throws -> [String] {
        let directory = folder.isEmpty ? home.directory : home.directory.appending(path: folder)
        return try DurableFiles.Directory.names(in: directory.plainPath).flatMap { name -> [String] in
            let path = folder.isEmpty ? name : folder + "/" + name
            guard !isLeftOut(path, name) else { return [] }
            var status = stat()
            guard lstat(home.directory.appending(path: path).plainPath, &status) == 0 else { return [] }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: return try walk(path)
            case S_IFREG: return [path]
            default: throw FileFailure.notRegularFile(path: home.directory.appending(path: path).plainPath)
            }
        }
    }

    private func isLeftOut(_ path: String, _ name: String) -> Bool {
        // Ledgers and blobs that stand in the home are listed by themselves.
        let places = [home.ledgers, home.blobs].map(\.plainPath)
        return places.contains(home.directory.appending(path: path).plainPath)
            || path.hasPrefix("node/vote") || path == "node/set-aside" || name.hasPrefix(".chancery-tmp-")
            || name.contains(".sqlite.") || name.contains(".scrub")
            || [".sqlite-wal", ".sqlite-shm", ".lock"].contains { name.hasSuffix($0) }
    }
}
