import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Paillier
import SharingModel
import SignedEnvelopes

/// A holder's part of an opening, sealed to the requester: a raw block of the sealed message's canonical JSON.
struct SealedPart {
    let block: Block
    let grant: EscrowVote.Grant

    private static let info = Data("chancery escrow part v1".utf8)

    init(_ part: PartialDecryption, for request: EscrowRequest, sealedTo key: SealingKey) throws {
        let plain = try CanonicalJSON.encode(part)
        let message = try SealedMessage.seal(
            plain, to: key, info: SealedPart.info, authenticating: Data(request.id.bytes))
        block = try Block(CanonicalJSON.encode(message), codec: .raw)
        grant = EscrowVote.Grant(part: .sha256(plain), sealed: block.cid)
    }

    /// The part that a vote names.
    /// - Returns: `nil` for bytes that are not the part that was signed for: its giver has to answer for that.
    static func open(
        _ block: Block, of vote: EscrowVote, with key: UnsealingKey
    ) -> PartialDecryption? {
        guard let grant = vote.grant, block.cid == grant.sealed,
            let message = try? CanonicalJSON.decode(SealedMessage.self, from: block.data),
            let plain = try? message.open(
                with: key, info: info, authenticating: Data(vote.request.bytes)),
            Digest.sha256(plain) == grant.part
        else { return nil }
        return try? CanonicalJSON.decode(PartialDecryption.self, from: plain)
    }
}

/// Where a holder keeps its sealed parts until enough others have granted: one part more than needed would let a
/// requester who holds a share of his own open before the ledger says so. Readable by the requester only, whoever finds
/// it.
struct PartStaging {
    let session: PartySession

    /// - Parameter data: The block of ``SealedPart``, or the bytes of a ``SealedOpening``.
    func keep(_ data: Data, _ cid: CID, of request: Digest) throws {
        try pending(request).keep(data, as: cid)
    }

    /// Puts every part into the blob store whose request is granted in full, and removes those that nobody needs.
    /// - Returns: The requests whose part is now at hand for their requesters.
    @discardableResult
    func handOut() throws -> [Digest] {
        let now = try session.now()
        var handedOut = [Digest]()
        for request in try session.state({ try $0.escrowRequests() }) {
            let kept = pending(request.id)
            guard try !kept.isEmpty else { continue }
            switch request.status(at: now) {
            case .open, .waiting: continue
            case .granted, .used:
                let votes = try session.state { try $0.escrowVotes(on: request.id) }
                // Without a vote on the ledger a command of this party may be about to submit one.
                guard let vote = votes.first(where: { $0.holder == session.party }), let grant = vote.grant else {
                    continue
                }
                // A part that was made with shares before those that granted it is given to nobody.
                guard vote.grants(in: request.grantedEpoch ?? 1) else { break }
                if let data = try kept.bytes(of: grant.sealed) {
                    switch request.terms.what {
                    case .cell: try session.blobs.put(Block(data, codec: .raw))
                    case .result: try SealedOpening(bytes: data).store(in: session.blobs)
                    }
                    handedOut.append(request.id)
                }
            // Nothing can be opened with them any more, voted or not.
            case .denied, .expired: break
            }
            try kept.clear()
        }
        return handedOut
    }

    private func pending(_ request: Digest) -> PendingBytes {
        PendingBytes(home: session.home, purpose: "escrow-\(request.hex)")
    }
}
