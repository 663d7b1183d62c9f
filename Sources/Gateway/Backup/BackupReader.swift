import BlobStore
import CanonicalJSON
import Crypto
package import Foundation
import SharingModel

/// Reads an archive from front to back and checks every byte of it: headers, contents, padding, checksum, end.
struct BackupReader<Source: ByteSource> {
    private var source: Source
    private let path: String
    private var position = 0
    private var digest = SHA256()

    init(_ source: Source, path: String) {
        (self.source, self.path) = (source, path)
    }

    /// - Parameter receive: Told of each file's content in pieces; the last piece of each file is empty, and comes when
    ///   its digest was found right.
    /// - Throws: ``BackupError/damaged(path:byte:_:)``; what the source and `receive` throw.
    mutating func read(_ receive: (BackupManifest.File, Data) throws -> Void) throws -> BackupManifest {
        let manifest = try readManifest()
        for file in manifest.files {
            let entry = try readHeader()
            guard entry.path == file.path, entry.byteCount == file.bytes else { throw fault(.order) }
            var own = SHA256()
            try readContent(of: entry) { piece in
                own.update(data: piece)
                try receive(file, piece)
            }
            guard SharingModel.Digest(own.finalize()) == file.sha256 else { throw fault(.digest) }
            try receive(file, Data())
        }
        try readSeal()
        return manifest
    }

    private mutating func readManifest() throws -> BackupManifest {
        let entry = try readHeader()
        guard entry.path == BackupManifest.path, entry.byteCount <= BackupManifest.largestByteCount else {
            throw fault(.manifest)
        }
        var bytes = Data()
        try readContent(of: entry) { bytes += $0 }
        guard
            let manifest = try? CanonicalJSON.decode(
                BackupManifest.self, from: bytes, maximumByteCount: BackupManifest.largestByteCount),
            manifest.format == BackupManifest.formatName, manifest.version == BackupManifest.currentVersion,
            Set(manifest.files.map(\.path)).count == manifest.files.count
        else { throw fault(.manifest) }
        return manifest
    }

    private mutating func readSeal() throws {
        let expected = Data((SharingModel.Digest(digest.finalize()).hex + "\n").utf8)
        let entry = try readHeader()
        guard entry.path == BackupManifest.sealPath, entry.byteCount == expected.count else { throw fault(.seal) }
        var bytes = Data()
        try readContent(of: entry) { bytes += $0 }
        guard bytes == expected else { throw fault(.seal) }
        // A tar archive ends with two blocks of zeros.
        try readZeros(2 * TarEntry.blockSize)
        guard try source.read(upTo: 1).isEmpty else { throw fault(.trailing) }
    }

    private mutating func readHeader() throws -> TarEntry {
        let bytes = try take(TarEntry.blockSize)
        guard let entry = TarEntry(header: bytes) else { throw fault(.header) }
        return entry
    }

    private mutating func readContent(of entry: TarEntry, _ receive: (Data) throws -> Void) throws {
        var rest = entry.byteCount
        while rest > 0 {
            let piece = try take(min(rest, 1 << 20))
            try receive(piece)
            rest -= piece.count
        }
        try readZeros(entry.padding)
    }

    private mutating func readZeros(_ count: Int) throws {
        guard try take(count).allSatisfy({ $0 == 0 }) else { throw fault(.padding) }
    }

    private mutating func take(_ count: Int) throws -> Data {
        var bytes = Data()
        while bytes.count < count {
            let piece = try source.read(upTo: count - bytes.count)
            guard !piece.isEmpty else { throw fault(.cutOff) }
            position += piece.count
            bytes += piece
        }
        digest.update(data: bytes)
        return bytes
    }

    private func fault(_ fault: BackupFault) -> BackupError { .damaged(path: path, byte: position, fault) }
}

/// An archive in memory or on disk, checked as a whole.
package enum BackupArchive {
    /// - Throws: ``BackupError/damaged(path:byte:_:)`` unless it is a whole backup; nothing is written anywhere.
    package static func check(_ bytes: Data, path: String) throws -> BackupManifest {
        var reader = BackupReader(DataSource(bytes), path: path)
        return try reader.read { _, _ in }
    }
}
