import CanonicalJSON
import Contracts
import DurableFiles
import Foundation
import Ledger
import SharingModel
import SignedEnvelopes
import Synchronization

/// A transaction from before it is submitted until its sender has been told what came of it.
///
/// The home notes the signed envelope first. A run that finds the note of a killed one submits that very envelope, which
/// the ledger takes once, however often it comes: one command makes one transaction. Commands that ask for the same at
/// the same time wait for each other, so that none can take the note of a running one for that of a killed one.
final class UnfinishedTransaction: Sendable {
    private let lock: Mutex<FileLock?>
    private let file: URL
    private let session: PartySession

    /// - Parameter wish: What tells this command from others: its arguments, as they were given.
    init(_ wish: some Encodable, _ session: PartySession) async throws {
        let name = Digest.sha256(try CanonicalJSON.encode(wish)).hex
        lock = Mutex(try await session.lock(name))
        file = session.home.pendingDirectory.appending(path: "\(name).envelope")
        self.session = session
    }

    /// Submits the envelope of a killed run, or a new one with `body`.
    ///
    /// - Throws: As `PartySession.submit`; a refusal ends the transaction.
    func submit(_ body: () async throws -> some TransactionBody) async throws -> Receipt {
        let envelope: Envelope
        if let noted = try noted() {
            envelope = noted
        } else {
            envelope = try await session.sign(body())
            // A crash before this line leaves nothing; after it, the next run submits these bytes.
            try PrivateFile.write(envelope.canonicalBytes(), to: file)
        }
        do {
            return try await session.submit(envelope)
        } catch let refusal as GatewayError {
            try end()
            throw refusal
        }
    }

    /// The sender knows. The next run of the same command is another transaction.
    func end() throws {
        try PrivateFile.remove(file)
        lock.withLock { $0 = nil }
    }

    /// - Returns: `nil` where there is no note, or none that reads, or one that has expired before it was recorded.
    private func noted() throws -> Envelope? {
        guard let data = try PrivateFile.read(file), let envelope = try? Envelope(canonicalBytes: data),
            let transaction = try? Transaction(envelope)
        else { return nil }
        if try session.ledger.read({ try $0.receipt(of: transaction.id) }) != nil { return envelope }
        // Some time is left for it to come into a block.
        return try transaction.header.notAfter > session.now().adding(seconds: 60) ? envelope : nil
    }
}
