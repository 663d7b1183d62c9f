import BlobStore
import DurableFiles
import Foundation
import SharingModel

/// Where a custodian keeps a sealed opening between making it and being allowed to give it out.
///
/// A file a CID, so that two commands at once cannot lose each other's; readable by the requester only, whoever finds
/// it.
struct OpeningStaging {
    let home: PartyHome
    let result: Digest

    func keep(_ sealed: SealedOpening) throws {
        try PrivateFile.write(sealed.bytes, to: file(sealed.cid))
    }

    func sealed(_ cid: CID) throws -> SealedOpening? {
        try PrivateFile.read(file(cid)).map { try SealedOpening(bytes: $0) }
    }

    /// Removes everything kept for this result.
    func clear() throws {
        for name in try DurableFiles.Directory.names(in: home.pendingDirectory.plainPath)
        where name.hasPrefix(result.hex) {
            try PrivateFile.remove(home.pendingDirectory.appending(path: name))
        }
    }

    private func file(_ cid: CID) -> URL {
        home.pendingDirectory.appending(path: "\(result.hex).\(cid.text)")
    }
}
