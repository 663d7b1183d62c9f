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

    func load() throws -> JournalState? {
        // A vote holds its batch, in base64.
        try ChecksummedFile.read(JournalState.self, from: file, maximumByteCount: 2 * BatchEvent.largestByteCount)
    }

    func store(_ state: JournalState) throws {
        try ChecksummedFile.write(state, to: file)
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

    private var settled: URL { directory.appending(path: "settlements", directoryHint: .isDirectory) }

    func settlements() throws -> [SettledHeight] {
        try DurableFiles.Directory.names(in: settled.plainPath).filter { $0.hasSuffix(".json") }.sorted().compactMap {
            name in
            let file = settled.appending(path: name)
            do {
                return try PrivateFile.read(file).map { try CanonicalJSON.decode(SettledHeight.self, from: $0) }
            } catch {
                throw GatewayError.damagedHome(path: file.plainPath, problem: "\(error)")
            }
        }
    }

    func keep(_ height: SettledHeight) throws {
        try DurableFiles.Directory.create(settled.plainPath, permissions: 0o700)
        let file = settled.appending(path: "\(height.height).json")
        guard try PrivateFile.read(file) == nil else { return }
        try PrivateFile.write(CanonicalJSON.encode(height), to: file)
    }

    /// Keeps both cosignatures under what they are signed for and by whom; the height that came with them is not signed.
    func keep(_ proof: Equivocation) throws {
        try DurableFiles.Directory.create(evidence.plainPath, permissions: 0o700)
        let name = "equivocation-\(proof.first.size)-\(proof.party).json"
        try PrivateFile.write(CanonicalJSON.encode(proof), to: evidence.appending(path: name))
    }
}
