package import BlobStore
import CanonicalJSON
import Contracts
import DurableFiles
import Foundation
import SealedTables
import SharingModel

import struct Crypto.SHA256

/// What a home notes of a table that it has sealed: from which file, and what came of it.
package struct SealedNote: Codable, Sendable {
    /// Of CSV, schema and pool key. Stays in the home: the digest of a table would confirm a guess of it.
    let source: Digest
    package let manifest: CID
    package let rows: Int
    package let shards: Int
    /// Of all shards together.
    package let bytes: Int
    /// Columns of the file that the schema does not name; they stay at home.
    package let unpublishedColumns: [String]

    init(_ report: SealingReport, source: Digest) {
        self.source = source
        manifest = report.dataset.cid
        rows = report.rows
        shards = report.shards
        bytes = report.bytes
        unpublishedColumns = report.droppedColumns
    }

    /// - Returns: `nil` where there is none, or none that reads: then the table is sealed again.
    static func read(_ dataset: DatasetName, in home: PartyHome) throws -> SealedNote? {
        guard let data = try PrivateFile.read(file(dataset, in: home)) else { return nil }
        return try? CanonicalJSON.decode(SealedNote.self, from: data)
    }

    func write(_ dataset: DatasetName, in home: PartyHome) throws {
        try PrivateFile.write(CanonicalJSON.encode(self), to: SealedNote.file(dataset, in: home))
    }

    private static func file(_ dataset: DatasetName, in home: PartyHome) -> URL {
        home.publishedDirectory.appending(path: "\(dataset).json")
    }

    static func sourceDigest(csv: URL, schema: URL, pool: PoolRecord) throws -> Digest {
        var hash = SHA256()
        hash.update(data: Data(pool.keyFingerprint.bytes))
        for file in [schema, csv] {
            let source = try FileByteSource(path: file.plainPath)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
            defer { buffer.deallocate() }
            var length: UInt64 = 0
            while case let count = try source.readBytes(into: buffer), count > 0 {
                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                length += UInt64(count)
            }
            // Length last, so that no byte can move from one file to the other unnoticed.
            withUnsafeBytes(of: length.littleEndian) { hash.update(bufferPointer: $0) }
        }
        return Digest(hash.finalize())
    }
}

extension FileByteSource {
    /// The same with an error that names the file: what can be opened cannot always be read, such as a folder.
    fileprivate func readBytes(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        do {
            return try read(into: buffer)
        } catch {
            throw GatewayError.unreadable(path: name, problem: String(cString: strerror(error.code)))
        }
    }
}

extension TableSchema {
    /// Largest schema, in bytes.
    private static let byteLimit = 1 << 20

    /// - Throws: ``GatewayError/unreadable(path:problem:)`` naming file and field.
    init(file: URL) throws {
        guard let opened = try OpenedFile.open(file.plainPath, limit: TableSchema.byteLimit) else {
            throw GatewayError.unreadable(path: file.plainPath, problem: "there is no such file")
        }
        do {
            try self.init(json: opened.contents())
        } catch let error as SealedTableError {
            throw GatewayError.unreadable(path: file.plainPath, problem: "\(error)")
        }
    }
}
