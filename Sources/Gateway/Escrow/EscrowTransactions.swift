import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Ledger
import SharingModel

extension EvidenceTransactions {
    /// All that was said of a request: the deposit under which it was made and the one whose shares count, as the owner or
    /// the holders made it, with its acknowledgements; request, grants, denials and use.
    static func escrow(of request: EscrowRequest, _ reader: any LedgerReader) throws -> [(index: Int, id: Digest)] {
        let deposits = [request.deposit] + (try LedgerState(reader).deposit(for: request).map { [$0.id] } ?? [])
        var found = try accepted(DepositKey.self, reader).filter { deposits.contains($0.id) }.map(\.place)
        found += try accepted(RenewDeposit.self, reader).filter { deposits.contains($0.id) }.map(\.place)
        found += try accepted(AcknowledgeDeposit.self, reader).filter { deposits.contains($0.body.deposit) }.map(
            \.place)
        found += try accepted(RequestOpening.self, reader).filter { $0.id == request.id }.map(\.place)
        found += try accepted(GrantOpening.self, reader).filter { $0.body.request == request.id }.map(\.place)
        found += try accepted(DenyOpening.self, reader).filter { $0.body.request == request.id }.map(\.place)
        return try found + accepted(UseOpening.self, reader).filter { $0.body.request == request.id }.map(\.place)
    }
}

/// What the transaction wrote by which a request was granted in full: the period's count is in it. Some of it was
/// overwritten since, so it is put together again, and held against the digest in its outcome.
struct GrantedWrites {
    /// `nil` where the request is not granted in full. So it is where the policy has made the period longer within it: the
    /// count that was written then had dropped what the longer one would hold.
    let writes: [StateWrite]?

    /// - Parameter request: `nil` for none.
    init(of request: Digest?, _ session: PartySession) throws {
        guard let request, let granted = try session.state({ try $0.escrowRequest(request) }),
            let time = granted.grantedAt, let epoch = granted.grantedEpoch
        else {
            writes = nil
            return
        }
        let founding = session.home.consortium.record
        writes = try session.ledger.read { reader in
            let state = LedgerState(reader)
            let votes = try state.escrowVotes(on: request).filter { $0.grants(in: epoch) && $0.at == time }
            let owners = try granted.terms.what.cell.flatMap { try state.dataset(manifest: $0.manifest)?.owners } ?? []
            let others = try state.escrowRequests().filter { $0.owner == granted.owner }.compactMap(\.grantedAt)
            for vote in votes {
                guard let entry = try reader.entry(id: vote.transaction),
                    let outcome = try reader.outcome(at: entry.index),
                    let height = try reader.block(holding: entry.index)?.height,
                    let rule = try state.escrowRule(for: granted.owner, at: Int64(height), founding)
                else { continue }
                // Of those that one block granted, how many came before it, only the digest says.
                let known = others.filter { $0 < time }.sorted()
                for more in 0..<max(1, others.count(where: { $0 == time })) {
                    let count = EscrowCount(times: known + Array(repeating: time, count: more))
                        .adding(time, under: rule)
                    let writes = try granted.grantedWrites(by: vote, count: count, told: rule.told + owners)
                    if try writes.digest() == outcome.writes { return writes }
                }
            }
            return nil
        }
    }

    func block() throws -> Block? {
        try writes.map { try Block(CanonicalJSON.encode($0), codec: .dagJSON) }
    }
}

extension LedgerState {
    /// The rule of escrow for an owner in the block at `height`.
    fileprivate func escrowRule(
        for owner: PartyName, at height: Int64, _ founding: FoundingRecord
    ) throws -> EscrowRule? {
        let last = try decidedChanges().last { $0.escrow?.owner == owner && $0.effective <= height }
        return last?.escrow ?? founding.policy.escrow?.rule(for: owner)
    }
}
