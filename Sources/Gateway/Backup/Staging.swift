import Crypto
import DurableFiles
import Foundation
import SharingModel

/// A folder beside a file or folder that is being made; it takes the name at the end, or goes.
struct Staging {
    let directory: URL

    /// - Parameter path: What is being made.
    init(beside path: String) throws {
        var generator = SystemRandomNumberGenerator()
        directory = URL(
            filePath: path + ".unfinished-" + String(generator.next() as UInt64, radix: 16),
            directoryHint: .isDirectory)
        try DurableFiles.Directory.create(directory.plainPath, permissions: 0o700)
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    func makeFolder(of name: String) throws {
        let parent = DurableFiles.Directory.parent(of: directory.appending(path: name).plainPath)
        try DurableFiles.Directory.create(parent, permissions: 0o700)
    }

    func write(_ bytes: Data, to name: String) throws {
        try makeFolder(of: name)
        try PrivateFile.write(bytes, to: directory.appending(path: name))
    }

    func describe(_ name: String) throws -> BackupManifest.File {
        let source = try SequentialFile(directory.appending(path: name).plainPath)
        var (digest, count) = (SHA256(), 0)
        while true {
            let piece = try source.read(upTo: 1 << 20)
            if piece.isEmpty { break }
            digest.update(data: piece)
            count += piece.count
        }
        return BackupManifest.File(path: name, bytes: count, sha256: SharingModel.Digest(digest.finalize()))
    }
}
