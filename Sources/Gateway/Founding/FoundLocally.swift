import CanonicalJSON
import Contracts
import DurableFiles
package import Foundation
package import KeyVault
import Ledger
import LedgerSQLite
package import SharingModel
import SignedEnvelopes

/// `found --local`: a whole consortium on one machine, one home a party, each under a passphrase of its own.
package struct FoundLocally {
    let policy: ConsortiumPolicy
    let passphrase: @Sendable (PartyName) throws -> SecretBytes
    let cost: ScryptCost
    let clock: @Sendable () -> Timestamp

    /// - Parameter passphrase: Gives the passphrase that a party's vault is made under; asked once a party.
    package init(
        policy: ConsortiumPolicy, cost: ScryptCost = .standard,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now,
        passphrase: @escaping @Sendable (PartyName) throws -> SecretBytes
    ) {
        self.policy = policy
        self.passphrase = passphrase
        self.cost = cost
        self.clock = clock
    }

    /// Founds the consortium in `directory`, which must not exist yet or be empty.
    ///
    /// Everything is made in a folder beside it that takes its name at the end: a killed command leaves no half
    /// consortium, and can be run again.
    /// - Throws: ``GatewayError/alreadyFounded(path:)``.
    package func run(in directory: URL) async throws -> LocalConsortium {
        let folder = try UnfinishedFolder(for: directory)
        do {
            try await lay(out: folder.url)
            try folder.finish()
        } catch {
            folder.discard()
            throw error
        }
        guard let local = try LocalConsortium(directory: directory) else {
            throw GatewayError.notAHome(path: directory.plainPath)
        }
        return local
    }

    private func lay(out directory: URL) async throws {
        let keys = Dictionary(
            uniqueKeysWithValues: policy.parties.map { ($0.name, PartyKeys.generate(for: $0.role)) })
        let record = FoundingRecord(
            name: policy.name, founded: clock(), sections: policy.sections,
            parties: policy.parties.compactMap { party in keys[party.name].map { party.withKeys($0) } },
            policy: policy.sharing)
        let bytes = try CanonicalJSON.encode(record)
        for folder in ["", "parties", "ledgers", "blobs"] {
            try DurableFiles.Directory.create(directory.appending(path: folder).plainPath, permissions: 0o755)
        }
        try await layOutHomes(in: directory, record: bytes, keys: keys)
        try await openLedgers(in: directory, record: record, keys: keys)
        try PrivateFile.write(bytes, to: directory.appending(path: "consortium.json"))
    }

    /// One task a party: each derives a key from a passphrase, which is slow on purpose.
    private func layOutHomes(in directory: URL, record: Data, keys: [PartyName: PartyKeys]) async throws {
        let (passphrase, cost) = (passphrase, cost)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, keys) in keys {
                let secret = try passphrase(name)
                group.addTask {
                    let home = LocalConsortium.home(of: name, in: directory)
                    try PartyHome.create(
                        in: home, party: name, record: record, ledgers: "../../ledgers", blobs: "../../blobs")
                    try keys.store(
                        in: KeyVault(
                            creatingIn: home.appending(path: "vault", directoryHint: .isDirectory), passphrase: secret,
                            cost: cost))
                }
            }
            try await group.waitForAll()
        }
    }

    /// The registry's first block holds the founding record, each section's first the registry's checkpoint. All
    /// departments sign both.
    private func openLedgers(in directory: URL, record: FoundingRecord, keys: [PartyName: PartyKeys]) async throws {
        let ledgers = directory.appending(path: "ledgers", directoryHint: .isDirectory)
        let opener = LedgerOpener(ledgers: ledgers, record: record, keys: keys, clock: clock)
        let registry = try await opener.open(.registry, with: FoundConsortium(record: record))
        for section in record.sections {
            _ = try await opener.open(section, with: OpenSection(record: record, registry: registry))
        }
    }
}

/// Makes the first block of each ledger.
private struct LedgerOpener {
    let ledgers: URL
    let record: FoundingRecord
    let keys: [PartyName: PartyKeys]
    let clock: @Sendable () -> Timestamp

    /// - Returns: The signed note of the ledger's checkpoint, cosigned by all its departments.
    func open(_ section: SectionName, with body: some TransactionBody) async throws -> String {
        let departments = record.departments(of: section).map(\.name)
        guard let first = departments.first else { throw GatewayError.sectionMissing(sections: record.sections) }
        let storage = try SQLiteLedgerStorage(url: ledgers.appending(path: "\(section).sqlite"))
        let ledger = try self.ledger(of: section, in: storage, as: first)
        var generator = SystemRandomNumberGenerator()
        let payload = TransactionPayload(
            header: TransactionHeader(
                by: first, ledger: ledger.identity, nonce: .random(using: &generator),
                notAfter: clock().adding(seconds: 3_600)),
            body: body)
        let receipt = try await ledger.submit(
            Envelope.sign(
                payload: payload.encoded(), payloadType: payload.payloadType,
                with: departments.compactMap { keys[$0]?.signing }))
        if let refusal = receipt.refusal {
            throw GatewayError.refusedOnLedger(refusal, transaction: receipt.transaction, height: receipt.height)
        }
        for name in departments {
            try cosign(section, in: storage, as: name)
        }
        guard let block = try ledger.cosignedBlock(.head) else { throw LedgerError.empty }
        return block.note
    }

    private func cosign(_ section: SectionName, in storage: SQLiteLedgerStorage, as name: PartyName) throws {
        let copy = LocalConsortium.home(of: name, in: ledgers.deletingLastPathComponent())
            .appending(path: "seen/\(section).sqlite")
        _ = try ledger(of: section, in: storage, as: name)
            .cosign(replica: SQLiteLedgerStorage(url: copy), lastSeen: nil)
    }

    private func ledger(
        of section: SectionName, in storage: SQLiteLedgerStorage, as name: PartyName
    ) throws -> Ledger {
        let cosigner = try keys[name]?.cosigning.map { key in
            try Cosigner(party: name, secret: key.exportSecretForVault(), consortium: record.digest())
        }
        return try Ledger(
            storage: storage, founding: record, section: section,
            settings: LedgerSettings(operator: name, cosigner: cosigner, clock: clock))
    }
}
