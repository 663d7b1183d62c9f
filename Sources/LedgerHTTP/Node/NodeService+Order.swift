import Ledger

extension NodeService {
    /// Finds out whether the order is the one that this department has followed, and has all that it had. Another one is
    /// taken up where somebody said that it may be.
    /// - Throws: ``OrderFault`` where nobody did: nothing of the order is read then.
    func meetOrder() async throws {
        let newest = try await log.newest()
        do {
            if try await node.meet(newest) { return }
        } catch {
            guard acceptedOrder == newest.order else { throw error }
        }
        // Before anything is cosigned by it: whoever rebuilds this home later has to know that it was.
        try await log.join()
        let joined = try await log.newest()
        try await NodeFailure.wrap { try await node.takeUp(joined) }
    }

    /// Asks the order a second time what it has of a height, until it answers or the node no longer needs to know.
    func readStanding(_ request: StandingRequest) async throws {
        while await node.openRequest == request, !Task.isCancelled {
            do {
                let standing = try await log.standing(request)
                return try await NodeFailure.wrap { try await node.take(standing, for: request) }
            } catch let failure as NodeFailure {
                throw failure
            } catch {
                health.orderFailed("\(error)")
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Deletes this department's own batches from the order when every department has them in its ledger, whoever wrote
    /// the newest ones.
    func forgetOldBatches() async throws {
        var forgetting = Forgetting(kept: keptBatches)
        while !Task.isCancelled {
            try await Task.sleep(for: .seconds(1))
            guard let height = forgetting.due(at: await node.status.height) else { continue }
            do {
                try await log.forget(below: height)
                forgetting.forgotten = height
            } catch {
                // Tried again: etcd has room for a while.
                health.orderFailed("\(error)")
            }
        }
    }
}

/// Up to where a department has deleted its batches, and when it is time to delete more.
package struct Forgetting: Sendable {
    /// How many heights below the final one stay.
    package let kept: Int
    /// Batches below this height are gone.
    package var forgotten = 0

    package init(kept: Int) { self.kept = kept }

    /// Below which height batches are to be deleted: once for each tenth of what stays.
    package func due(at finalHeight: Int) -> Int? {
        let height = finalHeight - kept
        return height >= forgotten + max(1, kept / 10) ? height : nil
    }
}
