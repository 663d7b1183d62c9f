import Hummingbird
import HummingbirdCore
import Ledger
import SharingModel

extension LedgerRoutes {
    func addHealth(to router: Router<LedgerRequestContext>) {
        router.get("/health") { _, _ in "ok\n" }
    }

    /// For those who look after the node: it names departments, addresses and what fails.
    func addReadiness(to router: Router<LedgerRequestContext>) {
        router.get("/ready") { _, _ in
            if let problem = await waitsFor() { throw Problem.notReady(problem) }
            return "ready\n"
        }
    }

    /// What the node waits for; `nil` if nothing is in its way.
    private func waitsFor() async -> String? {
        guard let node else { return nil }
        if let problem = health.counts.orderProblem { return "the ordering service does not answer: \(problem)" }
        let status = await node.status
        func list(_ names: [PartyName]) -> String { names.map(\.text).joined(separator: ", ") }
        if await node.hasNoJournal {
            return status.unanswered.isEmpty
                ? "the order has not been asked yet where it stands"
                : "this node has no journal of its cosignatures, and begins when enough others have said what they have "
                    + "of it: not yet \(list(status.unanswered))"
        }
        if !status.awaited.isEmpty {
            return "the batch of height \(status.height + 1) has not come from any of "
                + list(status.awaited)
        }
        guard let height = status.candidate, status.cosigned.count < status.needed else { return nil }
        let silence =
            status.unanswered.isEmpty
            ? ""
            : "; this one gives none before others have said what they have of it: not yet "
                + list(status.unanswered)
        return "height \(height) has \(status.cosigned.count) of \(status.needed) cosignatures; "
            + "none yet of \(list(status.missing))\(silence)"
    }
}
