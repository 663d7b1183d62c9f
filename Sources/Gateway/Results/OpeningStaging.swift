import BlobStore
import SharingModel

/// Where a custodian keeps a sealed opening between making it and being allowed to give it out. Readable by the requester
/// only, whoever finds it.
struct OpeningStaging {
    private let pending: PendingBytes

    init(home: PartyHome, result: Digest) {
        pending = PendingBytes(home: home, purpose: result.hex)
    }

    func keep(_ sealed: SealedOpening) throws {
        try pending.keep(sealed.bytes, as: sealed.cid)
    }

    func sealed(_ cid: CID) throws -> SealedOpening? {
        try pending.bytes(of: cid).map { try SealedOpening(bytes: $0) }
    }

    /// Removes everything kept for this result.
    func clear() throws { try pending.clear() }
}
