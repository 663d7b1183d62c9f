import BlobStore
import Contracts
import Foundation
import Ledger
import Paillier
import SharingModel

/// A key in shares as a party finds it that has to do with it: what is in force, and the renewal that is under way. It is
/// the same for a pool's key and for one in escrow.
struct KeyInShares {
    /// Of the shares in force.
    let values: PublishedValues
    let key: ThresholdKey
    /// The last ceremony that was begun and has not come into force.
    let ceremony: ShareCeremony?
    /// This party's share in force.
    private let ownShare: @Sendable () throws -> KeyShare

    init(_ pool: PoolRecord, _ sharing: PoolSharing, _ session: PartySession) throws {
        let key = try pool.thresholdKey(sharing.key)
        values = sharing.key
        self.key = key
        ceremony = try session.state { try $0.ceremony(of: pool.name) }
        ownShare = { try session.share(of: pool, under: key) }
    }

    init(_ deposit: DepositRecord, _ session: PartySession) throws {
        let key = try session.sharedKey(deposit)
        values = deposit.values
        self.key = key
        ceremony = try session.state { try $0.ceremony(of: deposit.subject) }
        ownShare = {
            guard let share = try session.escrowShare(of: deposit, under: key) else {
                throw GatewayError.notAllowed(
                    reason: "the vault has no share of this deposit of \(deposit.owner)",
                    wayOn: "restore it from a backup, or let other holders deal (--dealers)")
            }
            return share
        }
    }

    private var fingerprint: Digest { Digest.sha256(Data(key.publicKey.modulusBytes)) }

    /// Who deals, if nobody is named: all holders of a refreshing, and the first that suffice of a resharing.
    func dealers(forRefreshing isRefreshing: Bool) throws -> [PartyName] {
        guard !isRefreshing else { return values.holders }
        return (key.resharers(among: Set(1...values.holders.count)) ?? []).map { values.holders[$0 - 1] }
    }

    /// What this party adds to a ceremony; the sealed shares are in the blob store.
    ///
    /// A crash before the ledger is told leaves blocks that nothing refers to: the next run deals anew.
    func deal(for ceremony: ShareCeremony, _ session: PartySession) throws -> (ShareCommitments, shares: [CID]) {
        let share = try ownShare()
        let (commitments, shares) =
            ceremony.isRefreshing
            ? try key.dealRefreshing() : try share.dealResharing(under: key, over: ceremony.structure)
        let blocks = try zip(ceremony.holders, shares).map { holder, share in
            let address = ShareAddress(
                on: session.ledger.identity, of: values.subject, dealer: session.party, holder: holder,
                epoch: ceremony.epoch, key: fingerprint)
            return try SealedShare.seal(share, at: address, to: session.sealingKey(of: holder))
        }
        for block in blocks { try session.blobs.put(block) }
        return (commitments, blocks.map(\.cid))
    }

    /// This party's share of the next epoch, from what all have dealt, checked against what they have published.
    /// - Throws: ``WrongDealing``; the store's errors.
    func take(from ceremony: ShareCeremony, _ next: PublishedValues, _ session: PartySession) throws -> KeyShare {
        guard let number = next.number(of: session.party) else {
            throw GatewayError.keyMissing(name: "new share", party: session.party)
        }
        let nextKey = try ThresholdKey(next.key, of: key.publicKey)
        var received: [Int: DealtShare] = [:]
        for dealing in ceremony.dealings {
            let dealt = try session.dealtShare(dealing.shares, by: dealing.dealer, of: next, fingerprint)
            try WrongDealing.check(of: dealing.dealer) { () throws(PaillierError) in
                try key.check(dealt, of: dealing.commitments, over: ceremony.structure)
            }
            if let place = values.number(of: dealing.dealer) { received[place] = dealt }
        }
        if ceremony.isRefreshing { return try ownShare().refreshed(by: Array(received.values), to: nextKey) }
        return try KeyShare(holder: number, value: key.resharedValue(from: received), under: nextKey)
    }
}

extension ShareCeremony {
    /// That it is the one which a dealer has agreed to, by any beginning of its id. The id is in the dealer's transaction, so
    /// that none can take its place afterwards.
    func check(isNamed name: String, _ key: String, wayOn: String) throws(GatewayError) {
        guard name.utf8.count >= 4, id.hex.hasPrefix(name) else {
            throw .notAllowed(
                reason: "the ceremony of \(key) that waits is \(id.hex.prefix(12)) of \(by), not \(name)", wayOn: wayOn)
        }
    }
}

/// A dealing that does not keep what its dealer has published.
struct WrongDealing: Error {
    let dealer: PartyName
    let reason: String

    @discardableResult
    static func check<Value>(
        of dealer: PartyName, _ body: () throws(PaillierError) -> Value
    ) throws(WrongDealing) -> Value {
        do {
            return try body()
        } catch {
            throw WrongDealing(dealer: dealer, reason: "is not the share that was published")
        }
    }
}

extension PartySession {
    /// What `dealer` has sealed to this party of the epoch with these values.
    /// - Throws: ``WrongDealing``; the store's errors.
    func dealtShare(
        _ shares: [CID], by dealer: PartyName, of values: PublishedValues, _ fingerprint: Digest
    ) throws -> DealtShare {
        let wrong = WrongDealing(dealer: dealer, reason: "cannot be read, or is no share")
        guard let number = values.number(of: party), shares.indices.contains(number - 1) else { throw wrong }
        let block = try blobs.get(shares[number - 1])
        let address = ShareAddress(
            on: ledger.identity, of: values.subject, dealer: dealer, holder: party, epoch: values.key.epoch,
            key: fingerprint)
        guard let dealt = try? SealedShare.open(block, at: address, with: vault.unsealingKey()),
            dealt.holder == number, dealt.epoch == values.key.epoch
        else { throw wrong }
        return dealt
    }
}
