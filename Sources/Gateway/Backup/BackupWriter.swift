import Crypto
import DurableFiles
import Foundation
import SharingModel

/// Writes an archive as ``BackupReader`` reads it. Its file has no name until ``commit(as:)``.
struct BackupWriter: ~Copyable {
    private var file: TemporaryFile
    private var digest = SHA256()

    /// - Parameter directory: That of the archive's final place.
    init(in directory: String) throws {
        file = try TemporaryFile(in: directory, permissions: 0o600)
    }

    mutating func append(_ path: String, _ content: Data) throws {
        var rest = [content]
        try append(path, byteCount: content.count) { rest.popLast() ?? Data() }
    }

    /// - Parameter next: The next piece of the content, none only at its end.
    mutating func append(_ path: String, byteCount: Int, next: () throws -> Data) throws {
        guard let entry = TarEntry(path: path, byteCount: byteCount) else {
            throw BackupError.unusableName(path: path)
        }
        try write(entry.header)
        var written = 0
        while true {
            let piece = try next()
            if piece.isEmpty { break }
            written += piece.count
            try write(piece)
        }
        // The manifest has its length: somebody has written to a file that only this process knows of.
        guard written == byteCount else { throw BackupError.changedMeanwhile(path: path) }
        try write(Data(count: entry.padding))
    }

    /// Seals the archive and gives it its name. Durable on return.
    /// - Throws: ``BackupError/exists(path:)`` where another file has the name.
    consuming func commit(as path: String) throws {
        let seal = Data((SharingModel.Digest(digest.finalize()).hex + "\n").utf8)
        try append(BackupManifest.sealPath, seal)
        try write(Data(count: 2 * TarEntry.blockSize))
        guard try file.commit(as: path, replacing: false) else { throw BackupError.exists(path: path) }
    }

    private mutating func write(_ bytes: Data) throws {
        digest.update(data: bytes)
        try file.append(bytes)
    }
}
