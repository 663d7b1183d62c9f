import Contracts
package import KeyVault
import Ledger
import Paillier
package import SharingModel

extension SecretName {
    /// With the section: pools of two sections may have one name.
    package static func share(of pool: PoolName, epoch: Int, in section: SectionName) -> SecretName? {
        SecretName("share.\(pool).\(epoch).\(section)")
    }

    /// The pool and the epoch of a share of a pool's key in `section`; `nil` for other secrets.
    fileprivate func poolShare(in section: SectionName) -> (pool: PoolName, epoch: Int)? {
        guard text.hasPrefix("share."), text.hasSuffix(".\(section)") else { return nil }
        let rest = text.dropFirst("share.".count).dropLast(section.text.utf8.count + 1)
        guard let dot = rest.lastIndex(of: "."), let pool = PoolName(rest[..<dot]),
            let epoch = Int(rest[rest.index(after: dot)...])
        else { return nil }
        return (pool, epoch)
    }
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

    /// This party's share in the present epoch.
    func share(of pool: PoolRecord, under key: ThresholdKey) throws -> KeyShare {
        guard let share = try heldShare(of: pool, under: key) else {
            throw GatewayError.notAllowed(
                reason: "the vault has no share of pool \(pool.name) of epoch \(key.epoch), or one of another key",
                wayOn: "take it with `chancery pool acknowledge \(pool.name)`")
        }
        return share
    }

    /// The same.
    /// - Returns: `nil` where the vault has none, or one of another key.
    func heldShare(of pool: PoolRecord, under key: ThresholdKey) throws -> KeyShare? {
        guard let name = SecretName.share(of: pool.name, epoch: key.epoch, in: section),
            try vault.names().contains(name)
        else { return nil }
        do {
            return try vault.load(name).withUnsafeBytes { try KeyShare(serialized: $0, under: key) }
        } catch is PaillierError {
            return nil
        }
    }

    func keep(_ share: KeyShare, of pool: PoolName) throws {
        guard let name = SecretName.share(of: pool, epoch: share.epoch, in: section) else {
            throw GatewayError.notAllowed(
                reason: "the pool's name is too long", wayOn: "take a pool with a shorter name")
        }
        try vault.store(name, share.withSerialized { SecretBytes(copying: $0) })
    }

    /// Takes shares of pools out of the vault that are over: of epochs before the one in force, whether this party got one
    /// of that or was left out, and of a renewal that a complaint has ended.
    ///
    /// Whoever keeps them can go on opening: an honest holder does not. A command that is killed on the way leaves some,
    /// which the next session takes.
    func dropOldShares() throws {
        for name in try vault.names() {
            guard let (pool, epoch) = name.poolShare(in: section), try isOver(epoch, of: pool, name) else { continue }
            try vault.remove(name)
        }
    }

    private func isOver(_ epoch: Int, of name: PoolName, _ secret: SecretName) throws -> Bool {
        let (pool, ceremony) = try state { (try $0.pool(name), try $0.ceremony(of: name)) }
        guard let pool, let inForce = pool.sharing?.key.key.epoch else { return false }
        if epoch < inForce { return true }
        guard let ceremony, ceremony.complaint != nil, ceremony.epoch == epoch, let key = ceremony.key else {
            return false
        }
        // By its number alone it could be one of another ceremony, which this session does not know of yet.
        let threshold = try pool.thresholdKey(key)
        return try vault.load(secret).withUnsafeBytes { (try? KeyShare(serialized: $0, under: threshold)) != nil }
    }

    /// The receipt of what this party has said before, so that a command that was killed can tell of it.
    func receipt<Body: TransactionBody>(of type: Body.Type, where matches: (Body) -> Bool) throws -> Receipt? {
        try ledger.read { reader in
            guard let id = try EvidenceTransactions.newest(type, by: party, reader, where: matches) else { return nil }
            return try reader.receipt(of: id)
        }
    }
}
