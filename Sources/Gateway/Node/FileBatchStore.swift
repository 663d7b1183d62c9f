import DurableFiles
import Foundation
import Ledger
import SharingModel

/// Held batches as files `HEIGHT-DEPARTMENT-SHA256` of one folder.
struct FileBatchStore: BatchStore {
    private let directory: URL

    /// Makes the folder if it is not there.
    init(directory: URL) throws {
        self.directory = directory
        try DurableFiles.Directory.create(directory.plainPath, permissions: 0o700)
    }

    func store(_ batch: Data, at place: HeldPlace) throws {
        try PrivateFile.write(batch, to: file(place))
    }

    func load(_ place: HeldPlace) throws -> Data? {
        guard let batch = try PrivateFile.read(file(place)), Digest.sha256(batch) == place.batch else { return nil }
        return batch
    }

    func all() throws -> [HeldPlace] {
        try DurableFiles.Directory.names(in: directory.plainPath).compactMap { name in
            // A department's name may hold hyphens.
            let parts = name.split(separator: "-")
            guard parts.count >= 3, let height = Int(parts[0]), let batch = Digest(hex: String(parts[parts.count - 1])),
                let proposer = PartyName(parts[1..<(parts.count - 1)].joined(separator: "-"))
            else { return nil }
            return HeldPlace(batch: batch, height: height, proposer: proposer)
        }
    }

    /// The names of files that hold another batch than they say.
    func damaged() throws -> [String] {
        try all().filter { place in
            // One that is gone meanwhile is of a height that is final.
            try PrivateFile.read(file(place)).map { Digest.sha256($0) != place.batch } ?? false
        }.map { file($0).lastPathComponent }
    }

    func remove(_ place: HeldPlace) throws {
        try PrivateFile.remove(file(place))
    }

    private func file(_ place: HeldPlace) -> URL {
        directory.appending(path: "\(place.height)-\(place.proposer)-\(place.batch.hex)")
    }
}
