import BlobStore
package import Contracts
import Foundation
import KeyVault
package import Ledger
import Multiprecision
package import Paillier
package import SharingModel

/// `pool create`: the custodian draws a Paillier key and registers the public part with its proof on the ledger.
///
/// Either it keeps the private part in its vault and opens results alone; or it deals it in shares, each sealed to its
/// holder, and keeps nothing: the key and the shares were in its memory only, and are wiped there. A dealer that is
/// killed before the ledger has the pool has made nothing.
package struct CreatePoolKey: Sendable {
    package typealias Progress = @Sendable (PrivateKey.GenerationProgress) -> Void

    package let pool: PoolName
    package let members: [PartyName]
    package let custodian: PartyName
    package let bitCount: Int
    /// What the members' encryptions rest on; on the ledger, so that all draw theirs alike.
    package let randomness: RandomnessForm
    /// `nil` for a key that the custodian holds whole.
    package let holders: Holders?
    private let draw: @Sendable (Int, @escaping Progress) throws -> PrivateKey

    /// Who holds the key's shares.
    package struct Holders: Hashable, Sendable {
        /// In the order of the structure.
        package let parties: [PartyName]
        package let structure: AccessStructure

        package init(_ parties: [PartyName], structure: AccessStructure) {
            self.parties = parties
            self.structure = structure
        }
    }

    /// - Parameters:
    ///   - bitCount: Bits of the modulus, 2048 at the least; 3072 for 128-bit security.
    ///   - draw: Where the key comes from; anything but the search is for tests.
    package init(
        pool: PoolName, members: [PartyName], custodian: PartyName, bitCount: Int = 3_072,
        randomness: RandomnessForm = .half, holders: Holders? = nil,
        draw: @escaping @Sendable (Int, @escaping Progress) throws -> PrivateKey = {
            try PrivateKey.generate(bitCount: $0, progress: $1)
        }
    ) {
        self.pool = pool
        self.members = members
        self.custodian = custodian
        self.bitCount = bitCount
        self.randomness = randomness
        self.holders = holders
        self.draw = draw
    }

    /// - Parameter progress: Told now and then while safe primes are searched.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` where another party than the custodian asks.
    package func run(as session: PartySession, progress: @escaping Progress = { _ in }) async throws -> Receipt {
        guard session.party == custodian else {
            throw GatewayError.notAllowed(
                reason: "the pool's key is drawn in the custodian's own home",
                wayOn: "run this with --as \(custodian)")
        }
        guard let name = SecretName.poolKey(pool, in: session.section),
            SecretName.share(of: pool, epoch: 1_000_000, in: session.section) != nil
        else {
            throw GatewayError.notAllowed(
                reason: "the pool's name is too long",
                wayOn: "take one that has with the section's (\(session.section)) 49 characters at most")
        }
        if let known = try session.state({ try $0.pool(pool) }) {
            if let receipt = try earlier(known, session) { return receipt }
            guard let holders, known.custodian == custodian, !known.isInForce else {
                throw GatewayError.notAllowed(
                    reason: "there is a pool \(pool) already",
                    wayOn: "`chancery catalog` shows it; choose another name")
            }
            return try await deal(to: holders, session, progress)
        }
        if let holders { return try await deal(to: holders, session, progress) }
        let key = try privateKey(named: name, session, progress)
        let receipt = try await session.submit(body(key))
        try await deposit(session)
        return receipt
    }

    /// Where the policy asks for escrow of the custodian: nothing is published into the pool before the key is there.
    /// A command that is killed before this leaves a pool without data; `escrow deposit --pool` goes on with it.
    private func deposit(_ session: PartySession) async throws {
        guard try session.state({ try $0.escrowRule(for: custodian) }) != nil else { return }
        _ = try await DepositKeyShares(pool: pool).run(as: session)
    }

    /// The receipt of a run that was killed after the ledger had the pool.
    private func earlier(_ known: PoolRecord, _ session: PartySession) throws -> Receipt? {
        guard let holders, let sharing = known.sharing, known.custodian == custodian, sharing.complaint == nil,
            known.members == members.sorted(), sharing.key.holders == holders.parties,
            sharing.key.key.structure == holders.structure, !sharing.isAcknowledged
        else { return nil }
        return try session.ledger.read { try $0.receipt(of: sharing.ceremony) }
    }

    private func deal(
        to holders: Holders, _ session: PartySession, _ progress: @escaping Progress
    ) async throws -> Receipt {
        let body = try dealt(to: holders, session, progress)
        // Key and shares are gone from memory here. A crash before the next line leaves sealed blocks that nothing
        // refers to, of a key that nothing is encrypted under.
        return try await session.submit(body)
    }

    private func dealt(
        to holders: Holders, _ session: PartySession, _ progress: @escaping Progress
    ) throws -> CreatePool {
        let key = try draw(bitCount, progress)
        let dealt = try ThresholdKey.deal(key, over: holders.structure)
        let fingerprint = Digest.sha256(key.publicKey.modulusBytes)
        let blocks = try zip(holders.parties, dealt.shares).map { holder, share in
            let address = ShareAddress(
                on: session.ledger.identity, of: .pool(pool), dealer: custodian, holder: holder, epoch: 1,
                key: fingerprint)
            return try SealedShare.seal(share, at: address, to: session.sealingKey(of: holder))
        }
        for block in blocks { try session.blobs.put(block) }
        return try body(
            key, SharedKey(holders: holders.parties, key: dealt.key.record, shares: blocks.map(\.cid)))
    }

    private func body(_ key: PrivateKey, _ sharing: SharedKey? = nil) throws -> CreatePool {
        CreatePool(
            name: pool, members: members, modulus: Data(key.publicKey.modulusBytes), keyProof: try key.proveModulus(),
            randomness: randomness, sharing: sharing)
    }

    /// The key of a command that was killed before the ledger had the pool, or a new one. It is in the vault before
    /// anybody learns the public part: no ciphertext can exist whose key was lost.
    private func privateKey(
        named name: SecretName, _ session: PartySession, _ progress: @escaping Progress
    ) throws -> PrivateKey {
        let vault = session.vault
        if try vault.names().contains(name) {
            let key = try session.poolKey(pool)
            if key.publicKey.bitCount == bitCount { return key }
        }
        let key = try draw(bitCount, progress)
        try vault.store(name, key.withSerialized { SecretBytes(copying: $0) })
        return key
    }
}

extension PartySession {
    /// - Throws: `KeyVaultError.secretMissing` where this party is not the pool's custodian.
    func poolKey(_ pool: PoolName) throws -> PrivateKey {
        guard let name = SecretName.poolKey(pool, in: section) else {
            throw KeyVaultError.secretMissing("pool", path: "")
        }
        return try vault.load(name).withUnsafeBytes { try PrivateKey(serialized: $0) }
    }
}
