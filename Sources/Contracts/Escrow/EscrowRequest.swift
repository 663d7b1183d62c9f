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

/// `escrow.request`: a party asks the holders of a department's escrow to open one sealed cell to it.
///
/// The owner, and whom the policy names, are told by the same transaction.
package struct RequestOpening: TransactionBody {
    package static let kind = TransactionKind.requestOpening
    package let cell: SealedCellReference
    /// Why: 1 to 1 000 characters; everybody can read it.
    package let reason: String
    /// Block time from which it can neither be granted nor used.
    package let until: Timestamp

    package init(cell: SealedCellReference, reason: String, until: Timestamp) {
        self.cell = cell
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
    /// Whose cell it is.
    package let owner: PartyName
    package let dataset: DatasetName
    /// Id of the deposit whose shares may open it.
    package let deposit: Digest
    /// Block time from which it can be granted.
    package let notBefore: Timestamp
    /// When enough holders had granted it.
    package let grantedAt: Timestamp?
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

    func with(grantedAt: Timestamp? = nil, deniedAt: Timestamp? = nil, use: EscrowUse? = nil) -> EscrowRequest {
        EscrowRequest(
            id: id, requester: requester, terms: terms, at: at, owner: owner, dataset: dataset, deposit: deposit,
            notBefore: notBefore, grantedAt: grantedAt ?? self.grantedAt, deniedAt: deniedAt ?? self.deniedAt,
            use: use ?? self.use)
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
    /// Why it was denied.
    package let denial: String?

    package struct Grant: Codable, Hashable, Sendable {
        /// SHA-256 of the canonical JSON of the holder's part with its proof: a wrong one convicts its giver.
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
    package let cell: SealedCellReference
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

/// When requests for an owner's cells were granted in full: what the period's limit counts.
struct EscrowCount: Codable, Hashable, Sendable {
    let times: [Timestamp]
}
