import CanonicalJSON
import DurableFiles
import Foundation
import Ledger

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
        guard let bytes = try PrivateFile.read(file) else { return nil }
        do {
            return try CanonicalJSON.decode(Vote.self, from: bytes)
        } catch {
            throw GatewayError.damagedHome(path: file.plainPath, problem: "\(error)")
        }
    }

    func store(_ vote: Vote) throws {
        try PrivateFile.write(CanonicalJSON.encode(vote), to: file)
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

    /// Keeps both cosignatures under the height and the department.
    func keep(_ proof: Equivocation) throws {
        try DurableFiles.Directory.create(evidence.plainPath, permissions: 0o700)
        let name = "equivocation-\(proof.first.height)-\(proof.party).json"
        try PrivateFile.write(CanonicalJSON.encode(proof), to: evidence.appending(path: name))
    }
}
