import CanonicalJSON
import DurableFiles
import Foundation
import Ledger
import SharingModel

/// The journal as one file that is replaced whole.
struct FileVoteJournal: VoteJournal {
    private let directory: URL

    private var file: URL { directory.appending(path: "vote.json") }
    private var evidence: URL { directory.appending(path: "evidence", directoryHint: .isDirectory) }

    /// Makes the folder if it is not there.
    init(directory: URL) throws {
        self.directory = directory
        try DurableFiles.Directory.create(directory.plainPath, permissions: 0o700)
    }

    func load() throws -> Vote? {
        try ChecksummedFile.read(Vote.self, from: file)
    }

    func store(_ vote: Vote) throws {
        try ChecksummedFile.write(vote, to: file)
    }

    /// A journal that is damaged is set aside: the department then goes on like one without a journal, and cosigns nothing
    /// that it may have cosigned before.
    /// - Returns: Its new path; `nil` where it reads, or there is none.
    func setAsideIfDamaged(at time: Timestamp) throws -> String? {
        do {
            _ = try load()
            return nil
        } catch is GatewayError {
            return try SetAside(folder: directory.appending(path: "set-aside"), time: time).move(file)
        }
    }

    /// Keeps both cosignatures under the height and the department.
    func keep(_ proof: Equivocation) throws {
        try DurableFiles.Directory.create(evidence.plainPath, permissions: 0o700)
        let name = "equivocation-\(proof.first.height)-\(proof.party).json"
        try PrivateFile.write(CanonicalJSON.encode(proof), to: evidence.appending(path: name))
    }
}
