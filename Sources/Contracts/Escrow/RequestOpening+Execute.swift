import BlobStore
import CanonicalJSON
import Paillier
package import SharingModel

extension RequestOpening {
    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
        guard case .cell(let cell) = what else { return }
        try Form.check(text: cell.field, in: 1...Form.longestName, "cell.field")
        try Form.check(cell.row, in: 0...Form.largestNumber, "cell.row")
    }

    package func execute(in execution: inout Execution) throws {
        _ = try execution.party(execution.by)
        guard !Form.isBlank(reason) else { throw Refusal(.reasonMissing) }
        try execution.checkFuture(until)
        let claim: EscrowClaim
        switch what {
        case .cell(let cell): claim = try execution.claim(on: cell)
        case .result(let result): claim = try execution.claim(on: result)
        }
        let rule = try execution.escrowRule(for: claim.owner)
        guard let deposit = try execution.state.deposit(of: claim.owner, pool: claim.pool), deposit.isComplete,
            deposit.record.fingerprint == claim.key.hex
        else { throw Refusal(.escrowMissing, ["party": claim.owner.text, "missing": "all"]) }
        let request = EscrowRequest(
            id: execution.transaction.id, requester: execution.by, terms: self, at: execution.now, owner: claim.owner,
            dataset: claim.dataset, pool: claim.pool, deposit: deposit.id, waitSeconds: rule.waitSeconds)
        // Nobody counts towards his own request: without the asker's share the others must suffice.
        guard deposit.values.isQualified(deposit.holders.filter { $0 != execution.by }), request.notBefore < until
        else {
            throw Refusal(
                .escrowUnreachable, ["party": execution.by.text, "notBefore": request.notBefore.description])
        }
        try execution.write(request, to: .escrowRequest(request.id))
        try execution.notify(.requested, request)
    }
}

/// Whose key a request is about.
private struct EscrowClaim {
    let owner: PartyName
    var dataset: DatasetName?
    var pool: PoolName?
    /// Fingerprint of the key that opens it.
    let key: Digest
}

extension Execution {
    fileprivate func claim(on cell: SealedCellReference) throws -> EscrowClaim {
        func unknown(_ dataset: String) -> Refusal {
            Refusal(.cellUnknown, ["dataset": dataset, "row": String(cell.row), "field": cell.field])
        }
        guard let dataset = try state.dataset(manifest: cell.manifest) else { throw unknown(cell.manifest.text) }
        guard let sealed = dataset.terms.sealed, sealed.columns.contains(cell.field), cell.row < dataset.terms.rows
        else { throw unknown(dataset.name.text) }
        return EscrowClaim(owner: dataset.publishedBy, dataset: dataset.name, key: sealed.keyFingerprint)
    }

    /// Escrow opens to the grantee what its token allows, and to nobody else.
    fileprivate func claim(on id: Digest) throws -> EscrowClaim {
        let recorded = try result(id)
        let pool = try pool(recorded.record.pool)
        guard pool.sharing == nil else { throw Refusal(.keyIsShared, ["pool": pool.name.text]) }
        guard recorded.record.executor == by else {
            throw Refusal(.notTheGrantee, ["party": by.text, "token": recorded.record.token.hex])
        }
        guard recorded.opening == nil else { throw Refusal(.alreadyOpened, ["result": id.hex]) }
        try checkStillGranted(recorded)
        return EscrowClaim(owner: pool.custodian, pool: pool.name, key: pool.keyFingerprint)
    }
}

extension EscrowRequest {
    /// As the ledger has it when it is accepted.
    package init(
        id: Digest, requester: PartyName, terms: RequestOpening, at: Timestamp, owner: PartyName, dataset: DatasetName?,
        pool: PoolName?, deposit: Digest, waitSeconds: Int64
    ) {
        self.init(
            id: id, requester: requester, terms: terms, at: at, owner: owner, dataset: dataset, pool: pool,
            deposit: deposit, notBefore: at.adding(seconds: waitSeconds), grantedAt: nil, epoch: nil, deniedAt: nil,
            use: nil)
    }

    /// What the owner and the others, `told`, are told.
    func notices(_ event: EscrowNotice.Event, at time: Timestamp, told: [PartyName]) -> [EscrowNotice] {
        Set([owner] + told).sorted().map { party in
            EscrowNotice(
                party: party, request: id, requester: requester, owner: owner, what: terms.what,
                reason: terms.reason, at: time, event: event)
        }
    }

    /// Digest of all that an accepted request writes, as its outcome has it: the request and the notices. Whoever finds
    /// it there knows that these were told by the very transaction that asked.
    /// - Parameter told: Beside the owner: whom the policy names, and a dataset's joint owners.
    package func firstWrites(told: [PartyName]) throws -> Digest {
        try writes(.requested, at: at, told: told, and: []).digest()
    }

    /// All that the grant wrote by which this request was granted in full.
    ///
    /// - Parameters:
    ///   - vote: That grant, as it wrote it.
    ///   - count: How many the period had with this one.
    ///   - told: Whom the policy named then, and a dataset's joint owners.
    package func grantedWrites(by vote: EscrowVote, count: EscrowCount, told: [PartyName]) throws -> [StateWrite] {
        guard let grantedAt, let epoch = grantedEpoch else { return [] }
        let asked = EscrowRequest(
            id: id, requester: requester, terms: terms, at: at, owner: owner, dataset: dataset, pool: pool,
            deposit: deposit, notBefore: notBefore, grantedAt: nil, epoch: nil, deniedAt: nil, use: nil)
        let vote = EscrowVote(
            request: id, holder: vote.holder, at: vote.at, transaction: vote.transaction, grant: vote.grant,
            epoch: vote.epoch, denial: nil, reported: nil)
        return try asked.granted(at: grantedAt, epoch: epoch).writes(
            .granted, at: grantedAt, told: told,
            and: [
                StateWrite(key: StateKey.escrowVote(id, vote.holder).text, value: CanonicalJSON.encode(vote)),
                StateWrite(key: StateKey.escrowCount(owner).text, value: CanonicalJSON.encode(count)),
            ])
    }

    /// This request with what is told of it, and more; sorted.
    private func writes(
        _ event: EscrowNotice.Event, at time: Timestamp, told: [PartyName], and more: [StateWrite]
    ) throws -> [StateWrite] {
        var writes = more + [StateWrite(key: StateKey.escrowRequest(id).text, value: try CanonicalJSON.encode(self))]
        for notice in notices(event, at: time, told: told) {
            writes.append(
                StateWrite(
                    key: StateKey.escrowNotice(notice.party, id).text, value: try CanonicalJSON.encode(notice)))
        }
        return writes.sorted { $0.key.precedesBytewise($1.key) }
    }
}

extension LedgerState {
    package func escrowRequest(_ id: Digest) throws -> EscrowRequest? {
        try read(EscrowRequest.self, at: .escrowRequest(id))
    }

    /// All requests, sorted by id.
    package func escrowRequests() throws -> [EscrowRequest] {
        try readAll(EscrowRequest.self, under: .escrowRequests)
    }

    /// What the holders said of a request, sorted by holder.
    package func escrowVotes(on request: Digest) throws -> [EscrowVote] {
        try readAll(EscrowVote.self, under: .escrowVotes(request))
    }

    /// What a party was told, sorted by request; of each request the last word.
    package func escrowNotices(to party: PartyName) throws -> [EscrowNotice] {
        try readAll(EscrowNotice.self, under: .escrowNotices(party))
    }
}

extension Execution {
    /// Tells the owner, those who own the cell's dataset with it, and whom the policy names.
    mutating func notify(_ event: EscrowNotice.Event, _ request: EscrowRequest) throws {
        var told = try state.escrowRule(for: request.owner)?.told ?? []
        if let cell = request.terms.what.cell { told += try state.dataset(manifest: cell.manifest)?.owners ?? [] }
        for notice in request.notices(event, at: now, told: told) {
            try write(notice, to: .escrowNotice(notice.party, request.id))
        }
    }

    /// A request that can still be spoken on.
    func liveRequest(_ id: Digest) throws -> EscrowRequest {
        guard let request = try state.escrowRequest(id) else {
            throw Refusal(.requestUnknown, ["request": id.hex])
        }
        // Who was put out of the consortium since then is given nothing.
        _ = try party(request.requester)
        switch request.status(at: now) {
        case .expired:
            throw Refusal(.requestExpired, ["request": id.hex, "until": request.terms.until.description])
        case .denied: throw Refusal(.requestDenied, ["request": id.hex])
        case .used: throw Refusal(.requestUsed, ["request": id.hex])
        case .waiting, .open, .granted: return request
        }
    }
}
