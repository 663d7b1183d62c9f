import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Paillier
import SharingModel
import SignedEnvelopes

/// For whom and for what a dealt number is; bound into its seal, so that no share passes for another.
struct ShareAddress: Codable, Hashable {
    let ledger: LedgerIdentity
    /// Of a pool's key; absent for a department's key for fields.
    let pool: PoolName?
    /// Of a key for fields: whose.
    let owner: PartyName?
    let dealer: PartyName
    let holder: PartyName
    /// Of the shares that it makes.
    let epoch: Int
    /// Fingerprint of the key.
    let key: Digest

    init(
        on ledger: LedgerIdentity, of subject: SharedKeySubject, dealer: PartyName, holder: PartyName, epoch: Int,
        key: Digest
    ) {
        self.ledger = ledger
        switch subject {
        case .pool(let name): (pool, owner) = (name, nil)
        case .fields(let party): (pool, owner) = (nil, party)
        }
        self.dealer = dealer
        self.holder = holder
        self.epoch = epoch
        self.key = key
    }

    var bytes: Data {
        get throws { try CanonicalJSON.encode(self) }
    }
}

/// A dealt number that its holder alone can read: a sealed message's canonical JSON, as one raw block.
enum SealedShare {
    static func seal(_ share: DealtShare, at address: ShareAddress, to recipient: SealingKey) throws -> Block {
        var plain = share.withSerialized { Data($0) }
        defer { plain.resetBytes(in: plain.startIndex..<plain.endIndex) }
        let message = try SealedMessage.seal(
            plain, to: recipient, info: info, authenticating: address.bytes)
        return try Block(CanonicalJSON.encode(message), codec: .raw)
    }

    /// - Throws: ``SealedShareFault`` for what the dealer did wrong; the store's errors for a block that is missing.
    static func open(_ block: Block, at address: ShareAddress, with key: UnsealingKey) throws -> DealtShare {
        do {
            let message = try CanonicalJSON.decode(SealedMessage.self, from: block.data)
            var plain = try message.open(with: key, info: info, authenticating: address.bytes)
            defer { plain.resetBytes(in: plain.startIndex..<plain.endIndex) }
            return try plain.withUnsafeBytes { try DealtShare(serialized: $0) }
        } catch {
            throw SealedShareFault()
        }
    }

    private static let info = Data("chancery pool share v1".utf8)
}

/// What a dealer put up for a holder cannot be read by it, or is no share.
struct SealedShareFault: Error {}
