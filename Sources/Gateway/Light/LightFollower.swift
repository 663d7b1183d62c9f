import DurableFiles
package import Foundation
package import Ledger
package import SharingModel

/// A light client that keeps what it has seen in a file: the newest checkpoint, and what proves who cosigns.
package struct LightFollower: Sendable {
    package let consortium: PinnedConsortium
    private let client: LightClient
    private let file: URL

    /// - Parameters:
    ///   - consortium: The founding record that is pinned.
    ///   - section: `nil` for the only one there is.
    ///   - file: Where the checkpoint is kept; `nil` for `light/SECTION.json` in `home`.
    package init(consortium: PinnedConsortium, section: SectionName?, file: URL?, home: URL) throws {
        let section = section == .registry ? .registry : try consortium.section(section)
        self.consortium = consortium
        client = LightClient(founding: consortium.record, section: section)
        self.file = file ?? home.appending(path: "light/\(section).json")
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
        let kept = try kept()
        let metered = MeteredLogSource(source)
        do {
            var followed = try client.follow(from: kept, metered)
            var proven: ProvenTransaction?
            if let id { (proven, followed) = try client.prove(id, followed, metered) }
            if followed.newest.size > kept?.newest.size ?? -1 { try PrivateFile.write(followed.bytes(), to: file) }
            return LightStep(kept: kept, followed: followed, proven: proven, traffic: metered.traffic)
        } catch let error as LightClientError {
            try keepEvidence(error)
            throw error
        }
    }

    private func kept() throws -> FollowedLedger? {
        guard let bytes = try PrivateFile.read(file) else { return nil }
        do {
            return try client.read(bytes)
        } catch {
            throw GatewayError.unreadable(
                path: file.plainPath,
                problem: "\(error). Without it the history seen so far cannot be compared; set it aside to begin anew")
        }
    }

    private func keepEvidence(_ error: LightClientError) throws {
        // A node that is merely behind contradicts nothing.
        if case .rollback = error { return }
        guard let evidence = error.evidence else { return }
        let name = "\(file.lastPathComponent).fork-\(evidence.seenSize)-\(evidence.shownSize)"
        try PrivateFile.write(
            Data("\(evidence)".utf8), to: file.deletingLastPathComponent().appending(path: name))
    }
}

/// What one step of a light client gave.
package struct LightStep: Sendable {
    /// What was kept before; `nil` the first time.
    package let kept: FollowedLedger?
    package let followed: FollowedLedger
    package let proven: ProvenTransaction?
    package let traffic: MeteredLogSource.Traffic
}
