package import BlobStore
package import SharingModel

/// One cell of a sealed column, named by what is on the ledger: never by bytes, which could be anything.
package struct SealedCellReference: Codable, Hashable, Sendable {
    package let manifest: CID
    /// From 0, over all shards.
    package let row: Int64
    package let field: String

    package init(manifest: CID, row: Int64, field: String) {
        self.manifest = manifest
        self.row = row
        self.field = field
    }
}

/// What is to be opened. Neither is ever named by ciphertext bytes: the holders take these from what is on the ledger.
package enum EscrowSubject: Hashable, Sendable {
    case cell(SealedCellReference)
    /// Id of `result.record`: of a pool whose custodian cannot open it any more.
    case result(Digest)

    /// `nil` for a result.
    package var cell: SealedCellReference? {
        if case .cell(let cell) = self { cell } else { nil }
    }
}

/// As `{"cell": …}` or `{"result": …}`.
extension EscrowSubject: Codable {
    private enum CodingKeys: String, CodingKey {
        case cell, result
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let cell = try container.decodeIfPresent(SealedCellReference.self, forKey: .cell)
        let result = try container.decodeIfPresent(Digest.self, forKey: .result)
        switch (cell, result) {
        case (let cell?, nil): self = .cell(cell)
        case (nil, let result?): self = .result(result)
        default:
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "either a cell or a result"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .cell(let cell): try container.encode(cell, forKey: .cell)
        case .result(let result): try container.encode(result, forKey: .result)
        }
    }
}

/// `escrow.request`: a party asks the holders of an escrow to open one thing to it: a sealed cell of a department, or a
/// result of a pool whose custodian cannot.
///
/// The owner, and whom the policy names, are told by the same transaction.
package struct RequestOpening: TransactionBody {
    package static let kind = TransactionKind.requestOpening
    package let what: EscrowSubject
    /// Why: 1 to 1 000 characters; everybody can read it.
    package let reason: String
    /// Block time from which it can neither be granted nor used.
    package let until: Timestamp

    package init(_ what: EscrowSubject, reason: String, until: Timestamp) {
        self.what = what
        self.reason = reason
        self.until = until
    }
}

/// A request on its way.
package struct EscrowRequest: Codable, Hashable, Sendable {
    /// Id of the `escrow.request` transaction.
    package let id: Digest
    package let requester: PartyName
    package let terms: RequestOpening
    /// Block time of the request.
    package let at: Timestamp
    /// Whose cell it is, or the custodian of the result's pool.
    package let owner: PartyName
    /// Of a cell.
    package let dataset: DatasetName?
    /// Of a result.
    package let pool: PoolName?
    /// Id of the deposit that was in force when it was made. Should others take its place before the request is granted in
    /// full, it goes over to their shares.
    package let deposit: Digest
    /// Block time from which it can be granted.
    package let notBefore: Timestamp
    /// When enough holders had granted it.
    package let grantedAt: Timestamp?
    /// Of the shares that granted it in full; absent for the first.
    package let epoch: Int?
    /// When enough holders had denied it for the others not to suffice.
    package let deniedAt: Timestamp?
    package let use: EscrowUse?

    package func status(at time: Timestamp) -> EscrowStatus {
        if use != nil { return .used }
        if deniedAt != nil { return .denied }
        if terms.until <= time { return .expired }
        if grantedAt != nil { return .granted }
        return time < notBefore ? .waiting : .open
    }

    /// Of the shares that granted it in full; `nil` while it is not.
    package var grantedEpoch: Int? { grantedAt == nil ? nil : epoch ?? 1 }

    /// As it stands once it is granted in full.
    package func granted(at time: Timestamp, epoch: Int) -> EscrowRequest {
        with(grantedAt: time, epoch: epoch == 1 ? nil : epoch)
    }

    func with(
        grantedAt: Timestamp? = nil, epoch: Int? = nil, deniedAt: Timestamp? = nil, use: EscrowUse? = nil
    ) -> EscrowRequest {
        EscrowRequest(
            id: id, requester: requester, terms: terms, at: at, owner: owner, dataset: dataset, pool: pool,
            deposit: deposit, notBefore: notBefore, grantedAt: grantedAt ?? self.grantedAt,
            epoch: epoch ?? self.epoch, deniedAt: deniedAt ?? self.deniedAt, use: use ?? self.use)
    }
}

package enum EscrowStatus: String, Codable, Hashable, Sendable {
    /// The policy's waiting time is not over.
    case waiting
    /// Can be granted.
    case open
    case granted
    case denied
    case expired
    case used
}

/// One holder's word on a request.
package struct EscrowVote: Codable, Hashable, Sendable {
    package let request: Digest
    package let holder: PartyName
    package let at: Timestamp
    /// That said it.
    package let transaction: Digest
    package let grant: Grant?
    /// Of the share that the part was made with; absent for the first.
    package let epoch: Int?
    /// Why it was denied.
    package let denial: String?
    /// The plain part, where the requester has shown it on the ledger because, in its word, it does not hold.
    package let reported: CID?

    /// Whether it is a grant with shares of this epoch. One with others counts for nothing.
    package func grants(in epoch: Int) -> Bool { grant != nil && (self.epoch ?? 1) == epoch }

    package struct Grant: Codable, Hashable, Sendable {
        /// SHA-256 of the canonical JSON of the holder's part with its proof, of a result of its part document: a wrong one
        /// convicts its giver.
        package let part: Digest
        /// The part, sealed to the requester.
        package let sealed: CID

        package init(part: Digest, sealed: CID) {
            self.part = part
            self.sealed = sealed
        }
    }
}

/// What the requester said of the opening.
package struct EscrowUse: Codable, Hashable, Sendable {
    package let at: Timestamp
    /// Whose parts opened the cell; sorted.
    package let used: [PartyName]
    /// Whose parts were wrong; sorted.
    package let wrong: [PartyName]
}

/// What the owner of a cell, or somebody whom the policy names, is told: by the transaction that it is about.
package struct EscrowNotice: Codable, Hashable, Sendable {
    package let party: PartyName
    package let request: Digest
    package let requester: PartyName
    package let owner: PartyName
    package let what: EscrowSubject
    package let reason: String
    package let at: Timestamp
    package let event: Event

    package enum Event: String, Codable, Hashable, Sendable {
        case requested
        case granted
        case denied
        case used
    }
}

/// When requests for an owner's cells were granted in full: what the period's limit counts. It is written by the
/// transaction that counts one more, so that this one's outcome shows that the limit was kept.
package struct EscrowCount: Codable, Hashable, Sendable {
    /// Ascending; the last is that of the transaction which wrote this.
    package let times: [Timestamp]

    package init(times: [Timestamp]) {
        self.times = times
    }

    /// Where an owner's count stands in the state, and in what a grant wrote.
    package static func stateKey(of owner: PartyName) -> String { StateKey.escrowCount(owner).text }

    /// With one more at `time`; those of periods that are over are dropped.
    package func adding(_ time: Timestamp, under rule: EscrowRule) -> EscrowCount {
        let start = time.adding(seconds: -rule.periodSeconds)
        return EscrowCount(times: times.filter { start < $0 } + [time])
    }
}
