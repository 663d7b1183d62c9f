import CanonicalJSON
import DurableFiles
import Foundation
import Ledger
import SharingModel

/// How long a node's ledger was at least: written after each block, beside the ledger.
///
/// A write-ahead log that loses its end to a damaged frame looks like one that ended there. By this mark it is found. The
/// mark is not synchronized: after a power cut it may be of an earlier block, which is no fault.
struct HeadMark: Codable, Hashable {
    let height: Int
    let root: Digest
    let size: Int

    init(_ block: StoredBlock) {
        (height, root, size) = (block.height, block.root, block.size)
    }

    /// - Returns: `nil` where there is none.
    /// - Throws: ``GatewayError/damagedHome(path:problem:)``.
    init?(_ file: URL) throws {
        guard let mark = try ChecksummedFile.read(HeadMark.self, from: file) else { return nil }
        self = mark
    }

    func write(to file: URL) throws {
        try ChecksummedFile.writeInPlace(self, to: file)
    }
}

/// JSON with its SHA-256 in a line behind it, so that no altered bit passes for another value.
enum ChecksummedFile {
    /// Durable on return, whole or not there.
    static func write(_ value: some Encodable, to file: URL) throws {
        try PrivateFile.write(bytes(value), to: file)
    }

    /// One write over what was there; a process that is killed leaves the one or the other.
    static func writeInPlace(_ value: some Encodable, to file: URL) throws {
        let bytes = try bytes(value)
        let descriptor = open(file.plainPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure.system(.open, path: file.plainPath, code: errno) }
        defer { close(descriptor) }
        let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard written == bytes.count, ftruncate(descriptor, off_t(bytes.count)) == 0 else {
            throw FileFailure.system(.write, path: file.plainPath, code: errno)
        }
    }

    /// - Returns: `nil` where there is no such file.
    /// - Throws: ``GatewayError/damagedHome(path:problem:)`` for anything but what was written.
    static func read<Value: Codable>(_ type: Value.Type, from file: URL) throws -> Value? {
        guard let bytes = try PrivateFile.read(file) else { return nil }
        guard bytes.count > 66, bytes.last == newline else {
            throw GatewayError.damagedHome(path: file.plainPath, problem: "it is cut off")
        }
        let content = Data(bytes.dropLast(66))
        guard bytes == sealed(content) else {
            throw GatewayError.damagedHome(path: file.plainPath, problem: "its checksum is another")
        }
        do {
            return try CanonicalJSON.decode(Value.self, from: content)
        } catch {
            throw GatewayError.damagedHome(path: file.plainPath, problem: "\(error)")
        }
    }

    private static let newline = UInt8(ascii: "\n")

    private static func bytes(_ value: some Encodable) throws -> Data { sealed(try CanonicalJSON.encode(value)) }

    private static func sealed(_ content: Data) -> Data {
        content + Data("\n\(Digest.sha256(content).hex)\n".utf8)
    }
}
