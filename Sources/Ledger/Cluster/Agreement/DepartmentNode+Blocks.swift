import CanonicalJSON
package import Foundation
package import SharingModel

/// A batch as a department gives it to one that has not found it in the order.
package struct ShownBatch: Codable, Hashable, Sendable {
    /// The batch's bytes.
    package let batch: Data
    /// Whose batch it is.
    package let department: PartyName

    package init(batch: Data, department: PartyName) {
        (self.batch, self.department) = (batch, department)
    }

    /// - Throws: What ``CanonicalJSON`` throws for anything but the canonical text.
    package init(canonicalBytes bytes: Data) throws {
        self = try CanonicalJSON.decode(ShownBatch.self, from: bytes, maximumByteCount: ShownBatch.largestByteCount)
    }

    package func canonicalBytes() throws -> Data { try CanonicalJSON.encode(self) }

    /// Base64 and some names.
    package static let largestByteCount = BatchEvent.largestByteCount * 4 / 3 + 1_024
}

// Blocks on which the departments agree, or that others have cosigned, and whose batches did not come of the order.
extension DepartmentNode {
    /// The blocks that this department has to know and does not, and who has them.
    private var wanted: [Digest: Set<PartyName>] {
        let policy = memberships.policy(at: head.height + 1)
        var wanted: [Digest: Set<PartyName>] = [:]
        for root in open.agreement.sought(backing: backing(of: policy)) {
            wanted[root] = open.agreement.supporters(of: root)
        }
        if let outcome { wanted[outcome, default: []].formUnion(votes.nearestTrees[outcome] ?? []) }
        return wanted.filter { open.found[$0.key] == nil }.mapValues { $0.subtracting([party]) }
    }

    /// Asks for the blocks that are wanted, again and again until they come or the height is final without. Not at once: in
    /// most cases the order is about to show them.
    func askForBlocks() throws {
        guard !wanted.isEmpty else { return open.wantedSince = nil }
        let since = open.wantedSince ?? now()
        open.wantedSince = since
        guard now() - since >= resendAfter else { return }
        try lookAtHeld()
        guard open.asked.map({ now() - $0 > resendAfter * 2 }) ?? true else { return }
        for (root, parties) in wanted {
            open.asked = now()
            emit(.fetchBlock(root: root, from: parties.sorted()))
        }
    }

    /// After a start the batches are here, and what they give is not.
    private func lookAtHeld() throws {
        guard !open.hasLookedAtHeld else { return }
        open.hasLookedAtHeld = true
        for place in held where place.height == head.height + 1 {
            guard let batch = try batches.load(place) else { continue }
            try take(ShownBatch(batch: batch, department: place.proposer))
        }
    }

    /// The batch of a block of the next height that this department has found valid, or has cosigned.
    package func shownBatch(root: Digest) throws -> ShownBatch? {
        if let block = open.found[root] { return ShownBatch(batch: block.batch, department: block.event.department) }
        guard let vote = newestVote, vote.message.root == root, !vote.batch.isEmpty else { return nil }
        return ShownBatch(batch: vote.batch, department: vote.department)
    }

    /// Takes a batch that was asked for: it is executed, and kept if it gives just what is wanted.
    /// - Returns: Whether it does, so that nobody else has to be asked.
    @discardableResult
    package func take(_ shown: ShownBatch) throws -> Bool {
        guard !wanted.isEmpty, let block = try? execution.execute(shown.batch, by: shown.department, on: head),
            wanted[block.root] != nil
        else { return false }
        // Where it stood is not known; what is to come stands behind it.
        let event = BatchEvent(
            position: decided + 1, department: shown.department, height: head.height + 1,
            change: .written(shown.batch))
        open.found[block.root] = Candidate(
            block: block, event: event, batch: shown.batch, isBehindGap: true, isPlaced: false)
        try vote()
        try finish()
        return true
    }
}
