import BlobStore
import DurableFiles
import Foundation

/// Bytes that wait in a party's home until the ledger has the transaction that names them: what nobody may have before.
///
/// A file a CID, so that two commands at once cannot lose each other's.
struct PendingBytes {
    let home: PartyHome
    /// What they are for; begins the files' names.
    let purpose: String

    func keep(_ data: Data, as cid: CID) throws {
        try PrivateFile.write(data, to: file(cid))
    }

    /// - Returns: `nil` where they do not wait here, or not any more.
    func bytes(of cid: CID) throws -> Data? {
        try PrivateFile.read(file(cid))
    }

    /// Whether none wait.
    var isEmpty: Bool {
        get throws { try names().isEmpty }
    }

    /// Removes all of this purpose.
    func clear() throws {
        for name in try names() { try PrivateFile.remove(home.pendingDirectory.appending(path: name)) }
    }

    private func names() throws -> [String] {
        try DurableFiles.Directory.names(in: home.pendingDirectory.plainPath).filter { $0.hasPrefix("\(purpose).") }
    }

    private func file(_ cid: CID) -> URL {
        home.pendingDirectory.appending(path: "\(purpose).\(cid.text)")
    }
}
