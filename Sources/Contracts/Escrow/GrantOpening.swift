package import BlobStore
import Paillier
package import SharingModel

/// `escrow.grant`: a holder gives its part of the opening. The part is named by digest and by the CID of the bytes that
/// are sealed to the requester, who gets them when enough holders have granted.
package struct GrantOpening: TransactionBody {
    package static let kind = TransactionKind.grantOpening
    /// Id of `escrow.request`.
    package let request: Digest
    /// Absent where the acting party has no part to give: it says so all the same, so that its attempt stands on the
    /// ledger with the reason why it is none.
    package let grant: EscrowVote.Grant?
    /// Of a result: openings of the pool that the disclosure guard was applied against, as in `opening.part`.
    package let openingsSeen: Int64?
    /// Of the share that the part was made with; absent for the first.
    package let epoch: Int?

    package init(request: Digest, grant: EscrowVote.Grant?, openingsSeen: Int64? = nil, epoch: Int = 1) {
        self.epoch = epoch == 1 ? nil : epoch
        self.request = request
        self.grant = grant
        self.openingsSeen = openingsSeen
    }

    package func checkForm() throws(ContractsError) {
        if let openingsSeen { try Form.check(openingsSeen, in: 0...Form.largestNumber, "openingsSeen") }
        if let epoch { try Form.check(Int64(epoch), in: 2...1_000_000, "epoch") }
    }

    package func execute(in execution: inout Execution) throws {
        let request = try execution.votable(request)
        guard request.notBefore <= execution.now else {
            throw Refusal(.tooEarly, ["request": request.id.hex, "notBefore": request.notBefore.description])
        }
        guard let grant else {
            throw Refusal(.shareMissing, ["party": execution.by.text, "owner": request.owner.text])
        }
        let deposit = try execution.sharesInForce(for: request)
        try deposit.check(epoch: epoch ?? 1)
        try begin(request, in: &execution)
        let granted = try execution.state.escrowVotes(on: request.id)
            .filter { $0.grants(in: deposit.record.epoch) }.map(\.holder)
        let completes = request.grantedAt == nil && deposit.values.isQualified(granted + [execution.by])
        if completes { try execution.countGrant(of: request) }
        try execution.write(vote(grant, execution), to: .escrowVote(request.id, execution.by))
        guard completes else { return }
        let done = request.granted(at: execution.now, epoch: deposit.record.epoch)
        try execution.write(done, to: .escrowRequest(request.id))
        try execution.notify(.granted, done)
    }

    private func vote(_ grant: EscrowVote.Grant, _ execution: Execution) -> EscrowVote {
        EscrowVote(
            request: request, holder: execution.by, at: execution.now, transaction: execution.transaction.id,
            grant: grant, epoch: epoch, denial: nil, reported: nil)
    }
}

extension GrantOpening {
    /// Of a result: the token has to hold still, and the opening has its place in the guard's history from its first
    /// part on, as that of a shared key has.
    private func begin(_ request: EscrowRequest, in execution: inout Execution) throws {
        guard case .result(let id) = request.terms.what else { return }
        let recorded = try execution.result(id)
        guard recorded.opening == nil else { throw Refusal(.alreadyOpened, ["result": id.hex]) }
        try execution.checkStillGranted(recorded)
        try execution.begin(recorded, openingsSeen: openingsSeen ?? -1)
    }
}

/// `escrow.deny`: a holder does not grant a request, and says why.
package struct DenyOpening: TransactionBody {
    package static let kind = TransactionKind.denyOpening
    package let request: Digest
    /// 1 to 1 000 characters.
    package let reason: String

    package init(request: Digest, reason: String) {
        self.request = request
        self.reason = reason
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
    }

    package func execute(in execution: inout Execution) throws {
        let request = try execution.votable(request)
        let deposit = try execution.sharesInForce(for: request)
        let denied = try execution.state.escrowVotes(on: request.id).filter { $0.denial != nil }.map(\.holder)
        try execution.write(
            EscrowVote(
                request: request.id, holder: execution.by, at: execution.now, transaction: execution.transaction.id,
                grant: nil, epoch: nil, denial: reason, reported: nil),
            to: .escrowVote(request.id, execution.by))
        let without = Set(denied + [execution.by, request.requester])
        guard request.grantedAt == nil,
            !deposit.values.isQualified(deposit.holders.filter { !without.contains($0) })
        else { return }
        let done = request.with(deniedAt: execution.now)
        try execution.write(done, to: .escrowRequest(request.id))
        try execution.notify(.denied, done)
    }
}

/// `escrow.open`: the requester puts together what it was given, and says whose parts were right and whose were wrong.
/// On the ledger before anything is shown.
package struct UseOpening: TransactionBody {
    package static let kind = TransactionKind.useOpening
    package let request: Digest
    /// Sorted.
    package let used: [PartyName]
    /// Sorted; their parts are named by their grants, and show by themselves that they are wrong.
    package let wrong: [PartyName]
    /// Of a result, and of nothing else: the opening document, sealed to the requester.
    package let opening: Document?

    package struct Document: Codable, Hashable, Sendable {
        package let sealed: CID
        /// SHA-256 of the plain document.
        package let commitment: Digest

        package init(sealed: CID, commitment: Digest) {
            self.sealed = sealed
            self.commitment = commitment
        }
    }

    package init(request: Digest, used: [PartyName], wrong: [PartyName], opening: Document? = nil) {
        self.opening = opening
        self.request = request
        self.used = used.sorted()
        self.wrong = wrong.sorted()
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(list: used, "used")
        try Form.check(list: wrong, in: 0...Form.longestList, "wrong")
        guard Set(used).isDisjoint(with: wrong) else { throw .contradictory(members: ["used", "wrong"]) }
    }

    package func execute(in execution: inout Execution) throws {
        let request = try execution.liveRequest(request)
        guard request.requester == execution.by else {
            throw Refusal(.notTheRequester, ["party": execution.by.text, "request": request.id.hex])
        }
        guard let epoch = request.grantedEpoch, let deposit = try execution.state.deposit(for: request) else {
            throw Refusal(.requestNotGranted, ["request": request.id.hex])
        }
        let granted = try execution.state.escrowVotes(on: request.id).filter { $0.grants(in: epoch) }.map(\.holder)
        guard Set(used + wrong).isSubset(of: granted), deposit.values.isQualified(used) else {
            throw Refusal(.requestNotGranted, ["request": request.id.hex])
        }
        try recordOpening(request, epoch: epoch, in: &execution)
        let done = request.with(use: EscrowUse(at: execution.now, used: used, wrong: wrong))
        try execution.write(done, to: .escrowRequest(request.id))
        try execution.notify(.used, done)
    }

    private func recordOpening(_ request: EscrowRequest, epoch: Int, in execution: inout Execution) throws {
        guard case .result(let id) = request.terms.what, let opening else {
            if opening == nil, case .cell = request.terms.what { return }
            throw Refusal(.requestNotGranted, ["request": request.id.hex])
        }
        let recorded = try execution.result(id)
        guard recorded.opening == nil, let begun = recorded.begun else {
            throw Refusal(.alreadyOpened, ["result": id.hex])
        }
        try execution.write(
            OpeningRecord(
                result: id, id: execution.transaction.id, pool: recorded.record.pool, number: begun.number,
                custodian: execution.by, opening: opening.sealed, commitment: opening.commitment, at: execution.now,
                epoch: epoch, holders: used, request: request.id),
            to: .opening(id))
    }
}

extension Execution {
    /// A request that the acting party, a holder who is not its requester, has not spoken on.
    fileprivate func votable(_ id: Digest) throws -> EscrowRequest {
        let request = try liveRequest(id)
        guard request.requester != by else {
            throw Refusal(.ownRequest, ["party": by.text, "request": id.hex])
        }
        let deposit = try sharesInForce(for: request)
        try checkHolder(deposit.holders, of: request.owner)
        // A denial is a word, whatever the shares; a grant is a part, and counts with the shares it was made with only.
        let spoken = try state.escrowVotes(on: id).first { $0.holder == by }
        if let spoken, spoken.denial != nil || spoken.grants(in: deposit.record.epoch) {
            throw Refusal(.alreadyDecided, ["party": by.text, "request": id.hex])
        }
        return request
    }

    /// Counts a request that is now granted in full, if the period allows one more.
    fileprivate mutating func countGrant(of request: EscrowRequest) throws {
        let rule = try escrowRule(for: request.owner)
        let known = try state.read(EscrowCount.self, at: .escrowCount(request.owner)) ?? EscrowCount(times: [])
        let count = known.adding(now, under: rule)
        guard count.times.count <= rule.mostGrants else {
            throw Refusal(
                .overLimit,
                ["owner": request.owner.text, "most": String(rule.mostGrants), "seconds": String(rule.periodSeconds)])
        }
        try write(count, to: .escrowCount(request.owner))
    }
}
