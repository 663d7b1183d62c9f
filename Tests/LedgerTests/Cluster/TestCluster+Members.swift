import Contracts
import Ledger
import SharingModel
import SignedEnvelopes
import Testing

/// Changes of the registry, made by the nodes of a test's cluster.
extension TestCluster {
    func request(_ purpose: String = "test") throws -> Envelope {
        try consortium.envelope(consortium.request(purpose: purpose), by: "statistics")
    }

    /// Proposes as the first of `voters`, and approves as the others.
    func decide(
        _ change: RegistryChange, effective: Int64? = nil, by voters: [String]
    ) async throws -> DecidedChange {
        let proposal = try await submit(
            consortium.envelope(ProposeChange(change: change, effective: effective), by: voters[0]), at: voters[0])
        #expect(proposal.isAccepted, "\(proposal.refusal?.description ?? "")")
        for voter in voters.dropFirst() {
            let approval = ApproveChange(proposal: proposal.transaction)
            let receipt = try await submit(consortium.envelope(approval, by: voter), at: voter)
            #expect(receipt.isAccepted, "\(receipt.refusal?.description ?? "")")
        }
        _ = try await settle(voters)
        let ledger = try self[voters[0]].ledger
        return try #require(try ledger.read { try LedgerState($0).decidedChanges().last })
    }

    /// Submits until the ledger is at `height`.
    func advance(to height: Int, at names: [String]) async throws {
        var round = 0
        while try self[names[0]].ledger.head()?.height ?? 0 < height {
            _ = try await submit(try request("to \(height), \(round)"), at: names[round % names.count])
            _ = try await settle(names)
            round += 1
        }
    }
}
