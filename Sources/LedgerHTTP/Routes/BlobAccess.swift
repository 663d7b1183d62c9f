package import BlobStore
import Contracts
package import Ledger
import SharingModel
import Synchronization

/// Who may read a raw block: a shard of a dataset, a part of a result's ciphertexts or of a sealed opening.
///
/// Departments of the section, superiors and auditors read all of them: they check, compute and open. Anybody else
/// reads the shards of the datasets on which he has an approved token, for as long as it is active by the ledger's
/// time, and what was computed for his own tokens.
package final class BlobAccess: Sendable {
    private let ledger: Ledger
    private let blobs: any BlobStore
    private let others: (any BlockSource)?
    private let known = Mutex(Known())

    /// What a party other than a member may read of.
    private struct Grant {
        /// Manifests: everything under them.
        var datasets: Set<CID> = []
        /// Results and openings: their own raw blocks. A result also names the manifests that it was computed from.
        var results: Set<CID> = []
    }

    private struct Known {
        /// Grants by party, as they stood at `height`.
        var grants: [PartyName: Grant] = [:]
        var height = -1
        /// The raw blocks under a root; they never change.
        var leaves: [CID: Set<CID>] = [:]
    }

    /// - Parameter others: Asked for manifests that are not here.
    package init(ledger: Ledger, blobs: any BlobStore, others: (any BlockSource)?) {
        (self.ledger, self.blobs, self.others) = (ledger, blobs, others)
    }

    /// - Throws: What the storage throws.
    func mayRead(_ cid: CID, _ party: Party) async throws -> Bool {
        switch party.role {
        case .department: return party.section == nil || party.section == ledger.identity.section
        case .superior, .auditor: return true
        case .enterprise: return false
        case .collaborator:
            let grant = try grant(of: party.name)
            for root in grant.datasets {
                if try await leaves(under: root).contains(cid) { return true }
            }
            for root in grant.results {
                if let block = await here(root), try DAGJSON.links(in: block).contains(cid) { return true }
            }
            return false
        }
    }

    private func grant(of party: PartyName) throws -> Grant {
        guard let head = try ledger.head() else { return Grant() }
        if let grant = known.withLock({ $0.height == head.height ? $0.grants[party] : nil }) { return grant }
        let grant = try ledger.read { reader in
            let state = LedgerState(reader)
            let own = try state.tokens().filter { $0.terms.grantee == party }
            let active = own.filter { $0.status(at: head.record.time) == .approved }
            let results = try state.results().filter { result in own.contains { $0.id == result.record.token } }
            return Grant(
                datasets: Set(active.flatMap { $0.approvedDatasets.map(\.manifest) }),
                results: Set(results.map(\.record.result) + results.compactMap { $0.opening?.opening }))
        }
        known.withLock { known in
            // A height that came meanwhile begins anew.
            if known.height < head.height { (known.height, known.grants) = (head.height, [:]) }
            if known.height == head.height { known.grants[party] = grant }
        }
        return grant
    }

    /// - Returns: The empty set for what is not here whole: nothing is remembered then.
    private func leaves(under root: CID) async throws -> Set<CID> {
        if let leaves = known.withLock({ $0.leaves[root] }) { return leaves }
        var (leaves, waiting, seen) = (Set<CID>(), [root], Set<CID>())
        while let cid = waiting.popLast() {
            guard seen.insert(cid).inserted else { continue }
            guard let block = await here(cid) else { return [] }
            for link in try DAGJSON.links(in: block) {
                if link.codec == .raw { leaves.insert(link) } else { waiting.append(link) }
            }
        }
        let found = leaves
        known.withLock { $0.leaves[root] = found }
        return found
    }

    private func here(_ cid: CID) async -> Block? {
        if let block = try? blobs.get(cid) { return block }
        guard let block = await others?.block(cid) else { return nil }
        try? blobs.put(block)
        return block
    }
}

/// The blocks that other nodes have.
package protocol BlockSource: Sendable {
    /// - Returns: `nil` if none that answers has it.
    func block(_ cid: CID) async -> Block?
}

/// How many bytes of blocks a party may give within an hour: blocks come before the transaction that names them, so
/// the ledger cannot say yet what they are for.
final class UploadQuota: Sendable {
    private let state = Mutex<(since: ContinuousClock.Instant, taken: [PartyName: Int])>((.now, [:]))

    private static func limit(_ role: Role) -> Int {
        switch role {
        case .department, .superior, .auditor: 64 << 30
        case .collaborator: 1 << 30
        case .enterprise: 0
        }
    }

    func take(_ byteCount: Int, of party: Party) -> Bool {
        state.withLock { state in
            if ContinuousClock.now - state.since > .seconds(3_600) { state = (.now, [:]) }
            let sum = state.taken[party.name, default: 0] + byteCount
            guard sum <= UploadQuota.limit(party.role) else { return false }
            state.taken[party.name] = sum
            return true
        }
    }
}
