import BlobStore
import CanonicalJSON
import Paillier
package import SharingModel

extension RequestOpening {
    package func checkForm() throws(ContractsError) {
        try Form.check(text: reason, in: 1...Form.longestText, "reason")
        try Form.check(text: cell.field, in: 1...Form.longestName, "cell.field")
        try Form.check(cell.row, in: 0...Form.largestNumber, "cell.row")
    }

    package func execute(in execution: inout Execution) throws {
        _ = try execution.party(execution.by)
        guard !Form.isBlank(reason) else { throw Refusal(.reasonMissing) }
        try execution.checkFuture(until)
        guard let dataset = try execution.state.dataset(manifest: cell.manifest) else {
            throw Refusal(
                .cellUnknown, ["dataset": cell.manifest.text, "row": String(cell.row), "field": cell.field])
        }
        guard let sealed = dataset.terms.sealed, sealed.columns.contains(cell.field), cell.row < dataset.terms.rows
        else {
            throw Refusal(
                .cellUnknown, ["dataset": dataset.name.text, "row": String(cell.row), "field": cell.field])
        }
        let owner = dataset.publishedBy
        let rule = try execution.escrowRule(for: owner)
        guard let deposit = try execution.state.deposit(of: owner), deposit.isComplete,
            deposit.record.fingerprint == sealed.keyFingerprint.hex
        else { throw Refusal(.escrowMissing, ["party": owner.text, "missing": "all"]) }
        let request = EscrowRequest(
            id: execution.transaction.id, requester: execution.by, terms: self, at: execution.now, owner: owner,
            dataset: dataset.name, deposit: deposit.id, waitSeconds: rule.waitSeconds)
        // Nobody counts towards his own request: without the asker's share the others must suffice.
        guard rule.isQualified(rule.holders.parties.filter({ $0 != execution.by })), request.notBefore < until else {
            throw Refusal(
                .escrowUnreachable, ["party": execution.by.text, "notBefore": request.notBefore.description])
        }
        try execution.write(request, to: .escrowRequest(request.id))
        try execution.notify(.requested, request)
    }
}

extension EscrowRequest {
    /// As the ledger has it when it is accepted.
    package init(
        id: Digest, requester: PartyName, terms: RequestOpening, at: Timestamp, owner: PartyName, dataset: DatasetName,
        deposit: Digest, waitSeconds: Int64
    ) {
        self.init(
            id: id, requester: requester, terms: terms, at: at, owner: owner, dataset: dataset, deposit: deposit,
            notBefore: at.adding(seconds: waitSeconds), grantedAt: nil, deniedAt: nil, use: nil)
    }

    /// What the owner and those whom the policy names are told.
    func notices(_ event: EscrowNotice.Event, at time: Timestamp, told: [PartyName]) -> [EscrowNotice] {
        Set([owner] + told).sorted().map { party in
            EscrowNotice(
                party: party, request: id, requester: requester, owner: owner, cell: terms.cell,
                reason: terms.reason, at: time, event: event)
        }
    }

    /// Digest of all that an accepted request writes, as its outcome has it: the request and the notices. Whoever finds
    /// it there knows that these were told by the very transaction that asked.
    package func firstWrites(told: [PartyName]) throws -> Digest {
        var writes = [
            StateWrite(key: StateKey.escrowRequest(id).text, value: try CanonicalJSON.encode(self))
        ]
        for notice in notices(.requested, at: at, told: told) {
            writes.append(
                StateWrite(
                    key: StateKey.escrowNotice(notice.party, id).text, value: try CanonicalJSON.encode(notice)))
        }
        return try writes.sorted { $0.key.precedesBytewise($1.key) }.digest()
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
    /// Tells the owner, and whom the policy names.
    mutating func notify(_ event: EscrowNotice.Event, _ request: EscrowRequest) throws {
        let told = try state.escrowRule(for: request.owner)?.told ?? []
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
