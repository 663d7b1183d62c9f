package import BlobStore
package import Contracts
import DurableFiles
import Foundation
package import KeyVault
package import Ledger
import LedgerSQLite
package import SharingModel
package import SignedEnvelopes

/// A party at work on one section: its keys, the section's ledger, its own copy of that ledger, and the blobs.
///
/// What a session decides on, it reads from the copy: every block there was executed by this party itself, and a
/// ledger that does not continue the copy is refused (``LedgerError/fork(seen:shown:)``,
/// ``LedgerError/rollback(seen:shown:)``).
package final class PartySession: Sendable {
    package let home: PartyHome
    package let ledger: Ledger
    package let blobs: FileBlobStore
    /// By which the party shows over TLS who it is.
    package let identity: TransportIdentity
    /// By whose keys it judges others.
    package let trust: TransportTrust
    let vault: KeyVault
    private let signingKeys: [SigningKey]
    private let copy: SQLiteLedgerStorage
    /// The node that this session goes through; `nil` where the shared file is at hand.
    private let remote: (any NodeConnection)?
    private let clock: @Sendable () -> Timestamp
    private let tellOfWaiting: @Sendable (String) -> Void

    package var party: PartyName { home.party.name }
    package var section: SectionName { ledger.identity.section }

    /// - Parameters:
    ///   - section: `nil` where the party's own section, or the only one there is, is meant.
    ///   - node: Connects to a department's node. The session then submits through it, and its copy follows it; the
    ///     shared file is not looked at, and blocks that are not at hand come from the node.
    ///   - tellOfWaiting: Told, in half a sentence, what a command waits for before it begins.
    ///   - clock: Now, in seconds.
    /// - Throws: `KeyVaultError` for a wrong passphrase, `LedgerError`, ``GatewayError/sectionMissing(sections:)``.
    package init(
        home: PartyHome, section: SectionName? = nil, node: NodeConnector? = nil, passphrase: SecretBytes,
        tellOfWaiting: @escaping @Sendable (String) -> Void = { _ in },
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws {
        let section = try home.consortium.section(section ?? home.party.section)
        self.home = home
        self.clock = clock
        self.tellOfWaiting = tellOfWaiting
        vault = try KeyVault(directory: home.vaultDirectory, passphrase: passphrase)
        signingKeys = try vault.signingKeys()
        let copy = try SQLiteLedgerStorage(url: home.seenDirectory.appending(path: "\(section).sqlite"))
        self.copy = copy
        trust = home.consortium.trust { name in (try? copy.read { try LedgerState($0).party(name) }) ?? nil }
        let known = try copy.read { try LedgerState($0).party(home.party.name) }
        identity = home.identity(try signingKeys.current(as: known ?? home.party))
        let link = try node?(trust, identity)
        remote = link?.ledger
        blobs = try FileBlobStore(directory: home.blobs, exchange: link?.blocks)
        if remote == nil, home.hasNode(of: section) {
            throw GatewayError.notAllowed(
                reason: "the ledger of \(section) is kept by the departments' nodes",
                wayOn: "name one: CHANCERY_NODE=https://HOST:PORT, as `chancery serve` printed it")
        }
        let shared = home.ledgers.appending(path: "\(section).sqlite")
        ledger = try Ledger(
            storage: remote == nil ? SQLiteLedgerStorage(url: shared) : copy,
            founding: home.consortium.record, section: section,
            settings: LedgerSettings(
                operator: home.party.name, cosigner: try vault.cosigner(of: home.party, in: home.consortium.digest),
                clock: clock), ordering: remote)
        try catchUp()
        try dropOldShares()
        try dropEscrowShares()
    }

    /// Waits until no other run of this party's holds the lock of this name; then others may have moved the ledger on, and
    /// this party's copy follows.
    func lock(_ name: String) async throws -> FileLock {
        let path = home.pendingDirectory.appending(path: "\(name).lock").plainPath
        if let lock = try FileLock.tryAcquire(path) {
            try catchUp()
            return lock
        }
        tellOfWaiting("another run of this command is under way; this one begins when it ends")
        let lock = try await FileLock.acquire(path)
        try catchUp()
        return lock
    }

    /// Executes what is new on the ledger into this party's own copy.
    package func catchUp() throws {
        if let remote { try remote.catchUp(ledger) } else { try ledger.catchUp(copy) }
    }

    /// Catches up and, for a department, cosigns the newest block: the department says that it has executed it.
    ///
    /// Through a node it only catches up: there the node cosigns, and nobody else with its key.
    package func cosign() throws -> Cosigned {
        if remote != nil {
            try catchUp()
            guard let head = try ledger.head(),
                let own = try ledger.read({ try $0.cosignatures(height: head.height) }).first(where: {
                    $0.party == party
                })
            else { throw LedgerError.notFinal }
            return Cosigned(height: head.height, checkpoint: try ledger.policy.checkpoint(head), cosignature: own)
        }
        return try ledger.cosign(replica: copy, lastSeen: nil)
    }

    /// Reads the state that this party has executed itself.
    package func state<Value>(_ body: (LedgerState) throws -> Value) throws -> Value {
        try copy.read { try body(LedgerState($0)) }
    }

    /// Signs and submits `body`, and returns when it is durable and accepted, and in this party's copy.
    ///
    /// - Throws: ``GatewayError/refusedOnLedger(_:transaction:height:)`` where the contracts said no; the refusal is
    ///   recorded. `AdmissionError`, `LedgerError`.
    func submit(_ body: some TransactionBody) async throws -> Receipt {
        try await submit(sign(body))
    }

    /// `body` in an envelope of this party, which can be submitted for an hour.
    func sign(_ body: some TransactionBody) throws -> Envelope {
        var generator = SystemRandomNumberGenerator()
        let header = TransactionHeader(
            by: party, ledger: ledger.identity, nonce: .random(using: &generator),
            notAfter: try now().adding(seconds: PartySession.validity))
        let payload = TransactionPayload(header: header, body: body)
        return try Envelope.sign(payload: payload.encoded(), payloadType: payload.payloadType, with: [signingKey()])
    }

    /// The key that counts in the next block.
    func signingKey() throws -> SigningKey {
        guard let known = try ledger.partyInNextBlock(party) else {
            throw GatewayError.notAllowed(
                reason: "\(party) is no party of the ledger of \(section)",
                wayOn: "have a department propose it with `chancery registry propose admit`, and the others approve")
        }
        let key = signingKeys.first { $0.verificationKey.rawRepresentation == known.signingKey }
        guard let key else { throw GatewayError.keyMissing(name: "signing", party: party) }
        return key
    }

    /// The later of this machine's clock and the newest block's time.
    func now() throws -> Timestamp {
        max(clock(), try ledger.head()?.record.time ?? clock())
    }

    /// Submits what this party has signed, with the same errors.
    func submit(_ envelope: Envelope) async throws -> Receipt {
        let receipt = try await ledger.submit(envelope)
        if home.party.cosigningKey == nil || remote != nil { try catchUp() } else { _ = try cosign() }
        if let refusal = receipt.refusal {
            throw GatewayError.refusedOnLedger(refusal, transaction: receipt.transaction, height: receipt.height)
        }
        return receipt
    }

    /// Seconds of block time that a transaction made here stays valid: long enough for a busy ledger, short enough
    /// that a lost one cannot turn up the next day.
    private static let validity: Int64 = 3_600
}

extension Timestamp {
    /// The operating system's clock.
    package static func now() -> Timestamp {
        Timestamp(seconds: Int64(Date().timeIntervalSince1970))
    }
}

extension PinnedConsortium {
    /// - Parameter name: `nil` for the only section there is.
    package func section(_ name: SectionName?) throws -> SectionName {
        if let name {
            guard record.sections.contains(name) else { throw GatewayError.sectionMissing(sections: record.sections) }
            return name
        }
        guard record.sections.count == 1, let only = record.sections.first else {
            throw GatewayError.sectionMissing(sections: record.sections)
        }
        return only
    }
}
