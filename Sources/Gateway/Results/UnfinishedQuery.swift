import BlobStore
import CanonicalJSON
import Contracts
import DurableFiles
import Foundation
import SharingModel
import Synchronization

/// A query from before it takes a use until its caller has been told what came of it.
///
/// A note in the home says which uses earlier runs of the same plan had taken. A run that finds the note of a killed
/// one goes on with the use that is not on it, whether that has a result yet or not: one command takes one use,
/// however often it has to be run. Queries of one party under one token wait for each other, so that none can mistake
/// the use of a running one for that of a killed one.
final class UnfinishedQuery: Sendable {
    private let lock: Mutex<FileLock?>
    private let file: URL
    private let earlier: Set<Digest>
    /// The use that a killed run took, if there was one.
    let redemption: RedemptionRecord?

    init(token: Digest, plan: CID, _ session: PartySession) async throws {
        lock = Mutex(try await session.lock(token.hex))
        file = session.home.pendingDirectory.appending(path: "\(token.hex).\(plan.text).json")
        let taken = try session.state { try $0.redemptions() }
            .filter { $0.token == token && $0.plan == plan && $0.grantee == session.party }
        // A note that does not read is none: then only a use without a result can be told to be unfinished.
        let note = try PrivateFile.read(file).flatMap { try? CanonicalJSON.decode(Note.self, from: $0) }
        earlier = Set(note?.earlier ?? taken.filter { $0.result != nil }.map(\.id))
        redemption = taken.first { [earlier] in !earlier.contains($0.id) }
    }

    /// To be called before a use is taken.
    func note() throws {
        try PrivateFile.write(CanonicalJSON.encode(Note(earlier: earlier.sorted { $0.hex < $1.hex })), to: file)
    }

    /// The next run of the same query is another query, and need not wait for this value to go.
    func end() throws {
        try PrivateFile.remove(file)
        lock.withLock { $0 = nil }
    }

    private struct Note: Codable {
        /// Ids of `token.redeem` transactions, sorted.
        let earlier: [Digest]
    }
}
