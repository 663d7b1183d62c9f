import CanonicalJSON
import Contracts
import Foundation
import KeyVault
import Ledger
import Paillier
import SharingModel
import SignedEnvelopes

/// One holder's share on its way from the owner to the holder's vault.
enum EscrowShare {
    private static let info = Data("chancery escrow share v1".utf8)

    /// What a sealed share belongs to. Everything in a deposit is public, and so can be copied: on another ledger, by
    /// another owner or for another key its shares are worth nothing.
    struct Address: Encodable {
        let ledger: LedgerIdentity
        let owner: PartyName
        /// Absent for the owner's key for fields.
        let pool: PoolName?
        let holder: PartyName
        /// Digest of the published values.
        let record: Digest

        init(
            ledger: LedgerIdentity, owner: PartyName, pool: PoolName?, holder: PartyName, record: ThresholdRecord
        ) throws {
            (self.ledger, self.owner, self.pool, self.holder) = (ledger, owner, pool, holder)
            self.record = .sha256(try CanonicalJSON.encode(record))
        }

        fileprivate var bytes: Data {
            get throws { try CanonicalJSON.encode(self) }
        }
    }

    /// Seals a share to its holder; the copy of its bytes that this needs is wiped.
    static func seal(_ share: DealtShare, at address: Address, to key: SealingKey) throws -> SealedMessage {
        var plain = share.withSerialized { Data($0) }
        defer { plain.resetBytes(in: 0..<plain.count) }
        return try SealedMessage.seal(plain, to: key, info: info, authenticating: address.bytes)
    }

    /// Opens and checks the share that `deposit` holds for `holder`.
    /// - Throws: ``EscrowShareFault`` where it is not what was published.
    static func open(
        _ deposit: DepositRecord, on ledger: LedgerIdentity, for holder: PartyName, under key: ThresholdKey,
        with unsealing: UnsealingKey
    ) throws -> KeyShare {
        guard let message = deposit.shares[holder], let place = deposit.holders.firstIndex(of: holder) else {
            throw EscrowShareFault.cannotOpen
        }
        let address = try Address(
            ledger: ledger, owner: deposit.owner, pool: deposit.pool, holder: holder, record: deposit.record)
        var plain: Data
        do {
            plain = try message.open(with: unsealing, info: info, authenticating: address.bytes)
        } catch is EnvelopeError {
            throw EscrowShareFault.cannotOpen
        }
        defer { plain.resetBytes(in: 0..<plain.count) }
        do {
            let share = try plain.withUnsafeBytes { try KeyShare(serialized: $0, under: key) }
            guard share.holder == place + 1 else { throw EscrowShareFault.ofAnother }
            return share
        } catch is PaillierError {
            throw EscrowShareFault.doesNotMatch
        }
    }
}

/// Why a holder does not take a share. The texts stand on the ledger.
enum EscrowShareFault: String, Error {
    case cannotOpen = "the share cannot be opened with the holder's sealing key"
    case doesNotMatch = "the share is not what was published"
    case ofAnother = "the share is another holder's"
}

extension DepositRecord {
    /// The shared key; the contracts checked the published values when they were deposited.
    func thresholdKey(of key: PublicKey) throws -> ThresholdKey { try ThresholdKey(record, of: key) }
}

extension PartySession {
    /// The deposit of an owner's key for fields, or of a pool's key, that is in force.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where there is none.
    func depositInForce(of owner: PartyName, pool: PoolName?) throws -> DepositRecord {
        guard let deposit = try state({ try $0.deposit(of: owner, pool: pool) }), deposit.isComplete,
            deposit.owner == owner
        else {
            throw GatewayError.notAllowed(
                reason: "no deposit of \(pool.map { "pool \($0)" } ?? owner.text) is in force",
                wayOn: "`chancery escrow list` shows them, and whom they wait for")
        }
        return deposit
    }

    /// The key that a deposit shares.
    func sharedKey(_ deposit: DepositRecord) throws -> ThresholdKey {
        if let pool = deposit.pool {
            return try deposit.thresholdKey(of: state { try $0.knownPool(pool) }.publicKey())
        }
        guard let fieldKey = try state({ try $0.fieldKey(of: deposit.owner) }) else {
            throw GatewayError.notAllowed(
                reason: "\(deposit.owner) has no key for fields", wayOn: "ask it for `chancery escrow key`")
        }
        return try deposit.thresholdKey(of: fieldKey.publicKey())
    }

    /// This party's share of a deposit.
    /// - Returns: `nil` where its vault has none, or one of another key.
    func escrowShare(of deposit: DepositRecord, under key: ThresholdKey) throws -> KeyShare? {
        guard let name = SecretName.escrowShare(deposit.id), try vault.names().contains(name) else { return nil }
        do {
            return try vault.load(name).withUnsafeBytes { try KeyShare(serialized: $0, under: key) }
        } catch is PaillierError {
            return nil
        }
    }

    /// Puts a share into the vault, before the ledger hears of it: what is acknowledged is there.
    func keep(_ share: KeyShare, ofDeposit id: Digest) throws {
        guard let name = SecretName.escrowShare(id) else { throw EscrowShareFault.cannotOpen }
        try vault.store(name, share.withSerialized { SecretBytes(copying: $0) })
    }

    /// Takes shares out of the vault that others have taken the place of: of deposits that are over, and of dealings that
    /// ended with a complaint. They are of the same key as those that count. Whoever keeps them can go on opening: an
    /// honest holder does not.
    func dropEscrowShares() throws {
        let held = Set(try vault.names().filter { $0.text.hasPrefix(SecretName.escrowPrefix) })
        guard try !held.isSubset(of: standingEscrowShares()) else { return }
        // Of this ledger: others have deposits of their own. What comes onto it meanwhile is not among those made.
        let made = try ledger.read { reader in
            try EvidenceTransactions.accepted(DepositKey.self, reader).map(\.id)
                + EvidenceTransactions.accepted(RenewDeposit.self, reader).map(\.id)
        }
        let over = try held.intersection(made.compactMap(SecretName.escrowShare)).subtracting(standingEscrowShares())
        for name in over { try vault.remove(name) }
    }

    /// Names of the shares that are in force on this ledger, or may come to be.
    private func standingEscrowShares() throws -> Set<SecretName> {
        let standing = try state { state in
            try state.deposits().flatMap { deposit in
                let ceremony = try state.ceremony(of: deposit.subject).flatMap { $0.complaint == nil ? $0.id : nil }
                return (deposit.complaints.isEmpty ? [deposit.id] : []) + (ceremony.map { [$0] } ?? [])
            }
        }
        return Set(standing.compactMap(SecretName.escrowShare))
    }
}
