import DurableFiles
package import Foundation
package import Ledger
package import SharingModel

/// A light client whose checkpoint is kept in a file: the signed note itself.
package struct LightFollower: Sendable {
    package let consortium: PinnedConsortium
    private let client: LightClient
    private let file: URL

    /// - Parameters:
    ///   - consortium: The founding record that is pinned.
    ///   - section: `nil` for the only one there is.
    ///   - file: Where the checkpoint is kept; `nil` for `light/SECTION.checkpoint` in `home`.
    package init(consortium: PinnedConsortium, section: SectionName?, file: URL?, home: URL) throws {
        let section = section == .registry ? .registry : try consortium.section(section)
        self.consortium = consortium
        client = LightClient(policy: try CheckpointPolicy(founding: consortium.record, section: section))
        self.file = file ?? home.appending(path: "light/\(section).checkpoint")
    }

    /// One step: follows to the newest checkpoint, and proves a transaction where one is asked for.
    ///
    /// The new checkpoint is durable on return. A step that is refused leaves the kept one as it was, and both notes in
    /// a file beside it.
    package func step(_ source: any LogSource, proving id: Digest?) async throws -> LightStep {
        try Directory.create(file.deletingLastPathComponent().plainPath, permissions: 0o700)
        // Two followers of one file must not put an older checkpoint in the place of a newer.
        let lock = try await FileLock.acquire(file.plainPath + ".lock")
        defer { withExtendedLifetime(lock) {} }
        let kept: LightCheckpoint?
        do {
            kept = try PrivateFile.read(file).map(client.read)
        } catch let error as LedgerError {
            throw GatewayError.unreadable(
                path: file.plainPath,
                problem: "\(error). Without it the history seen so far cannot be compared; set it aside to begin anew")
        }
        let metered = MeteredLogSource(source)
        do {
            var newest = try client.follow(from: kept, metered)
            var proven: ProvenTransaction?
            if let id { (proven, newest) = try client.prove(id, newest: newest, metered) }
            if newest.size > kept?.size ?? -1 { try PrivateFile.write(Data(newest.note.utf8), to: file) }
            return LightStep(kept: kept, newest: newest, proven: proven, traffic: metered.traffic)
        } catch let error as LightClientError {
            try keepEvidence(error)
            throw error
        }
    }

    private func keepEvidence(_ error: LightClientError) throws {
        guard case .fork(let seen, let shown) = error else { return }
        let name = "\(file.lastPathComponent).fork-\(seen.size)-\(shown.size)"
        try PrivateFile.write(
            Data(LightClientError.evidence(seen, shown).utf8),
            to: file.deletingLastPathComponent().appending(path: name))
    }
}

/// What one step of a light client gave.
package struct LightStep: Sendable {
    /// What was kept before; `nil` the first time.
    package let kept: LightCheckpoint?
    package let newest: LightCheckpoint
    package let proven: ProvenTransaction?
    package let traffic: MeteredLogSource.Traffic
}
