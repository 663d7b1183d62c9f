import Contracts
import KeyVault
package import Ledger
import Paillier
package import SharingModel

extension SecretName {
    static func share(of pool: PoolName, epoch: Int) -> SecretName? { SecretName("share.\(pool).\(epoch)") }
}

extension PoolRecord {
    /// The published values under the pool's public key; checked by everyone who executed the block, and again here.
    func thresholdKey(_ key: PublishedValues) throws -> ThresholdKey {
        try ThresholdKey(key.key, of: publicKey())
    }
}

extension PartySession {
    /// The pool's shares and this party's number among their holders.
    /// - Throws: ``GatewayError/keyMissing(name:party:)`` where it holds none.
    func holding(of pool: PoolRecord) throws -> (sharing: PoolSharing, number: Int) {
        guard let sharing = pool.sharing, let number = sharing.key.number(of: party) else {
            throw GatewayError.keyMissing(name: "share of pool \(pool.name)", party: party)
        }
        return (sharing, number)
    }

    /// This party's share in the present epoch. Shares of epochs that are over are taken out of the vault.
    func share(of pool: PoolRecord, under key: ThresholdKey) throws -> KeyShare {
        guard let share = try shareAtHand(of: pool, under: key) else {
            throw GatewayError.notAllowed(
                reason: "the vault has no share of pool \(pool.name) of epoch \(key.epoch)",
                wayOn: "take it with `chancery pool acknowledge \(pool.name)`")
        }
        return share
    }

    /// - Returns: `nil` where the vault has none of the present epoch, or one of another key.
    func shareAtHand(of pool: PoolRecord, under key: ThresholdKey) throws -> KeyShare? {
        guard let name = SecretName.share(of: pool.name, epoch: key.epoch), try vault.names().contains(name) else {
            return nil
        }
        let share: KeyShare
        do {
            share = try vault.load(name).withUnsafeBytes { try KeyShare(serialized: $0, under: key) }
        } catch is PaillierError {
            return nil
        }
        try dropShares(of: pool.name, before: key.epoch)
        return share
    }

    func keep(_ share: KeyShare, of pool: PoolName) throws {
        guard let name = SecretName.share(of: pool, epoch: share.epoch) else {
            throw GatewayError.notAllowed(
                reason: "the pool's name is too long", wayOn: "take a pool with a shorter name")
        }
        try vault.store(name, share.withSerialized { SecretBytes(copying: $0) })
    }

    /// Whoever keeps them can go on opening: an honest holder does not.
    func dropShares(of pool: PoolName, before epoch: Int) throws {
        for past in stride(from: epoch - 1, through: 1, by: -1) {
            guard let name = SecretName.share(of: pool, epoch: past), try vault.names().contains(name) else { return }
            try vault.remove(name)
        }
    }

    /// The receipt of what this party has said before, so that a command that was killed can tell of it.
    func receipt<Body: TransactionBody>(of type: Body.Type, where matches: (Body) -> Bool) throws -> Receipt? {
        try ledger.read { reader in
            guard let id = try EvidenceTransactions.newest(type, by: party, reader, where: matches) else { return nil }
            return try reader.receipt(of: id)
        }
    }
}
