package import BlobStore
import Contracts
import DurableFiles
package import Foundation
package import KeyVault
package import Ledger
import LedgerSQLite
package import SharingModel
package import SignedEnvelopes

/// A department's home as its node opens it: the node's own copy of the section's ledger, its keys, its journal.
///
/// ```
/// node/SECTION.sqlite     the ledger: final blocks only, every one executed here
/// node/SECTION.head       how long it was at least
/// node/SECTION.lock       held by the process that runs the node
/// node/vote.json          the newest cosignature with its batch; what stands here is sent, and nothing else
/// node/set-aside/         files that were found damaged
/// node/batches/           batches that this department has said it holds, until their heights are final
/// node/settlements/       heights that all departments settled by hand
/// node/evidence/          what proves that another department has cosigned two histories
/// ```
package struct DepartmentNodeHome: Sendable {
    package let home: PartyHome
    package let ledger: Ledger
    package let pool: TransactionPool
    package let node: DepartmentNode
    package let blobs: FileBlobStore
    /// By which the node shows over TLS whose it is.
    package let identity: TransportIdentity
    /// By whose keys it judges others.
    package let trust: TransportTrust
    /// What was found damaged beside the ledger, and where it lies: a line each.
    package let setAside: [String]
    private let lock: FileLock

    /// Opens the node's ledger; the first time, it takes over the section's ledger as it was kept so far, by
    /// executing all of it. Where this home has none, that of the other departments' nodes.
    ///
    /// - Parameters:
    ///   - section: `nil` for the department's own.
    ///   - fetch: Takes blocks from the others into an empty ledger; returns when there is one.
    ///   - report: Told what the node has to tell.
    /// - Throws: ``GatewayError/notAllowed(reason:wayOn:)`` for a party that cosigns nothing;
    ///   ``GatewayError/notFinal(needed:)`` if the ledger to take over ends with a block that is not final.
    package init(
        home: PartyHome, section: SectionName? = nil, passphrase: SecretBytes,
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now,
        fetch: @Sendable (Ledger, TransportIdentity, TransportTrust) async throws -> Void,
        report: @escaping @Sendable (NodeEvent) -> Void
    ) async throws {
        let section = try home.consortium.section(section ?? home.party.section)
        let vault = try KeyVault(directory: home.vaultDirectory, passphrase: passphrase)
        let keys = try vault.signingKeys()
        guard let cosigner = try vault.cosigner(of: home.party, in: home.consortium.digest) else {
            throw GatewayError.notAllowed(
                reason: "\(home.party.name) is not a department, and cosigns no blocks",
                wayOn: "run the node of a department; others submit and read through one")
        }
        let journal = try FileVoteJournal(directory: home.nodeDirectory)
        guard let lock = try FileLock.tryAcquire(home.nodeLock(of: section).plainPath) else {
            throw GatewayError.notAllowed(
                reason: "another process runs the node of \(home.party.name)",
                wayOn: "stop it first: two would cosign with one key")
        }
        self.lock = lock
        setAside = try journal.setAsideDamaged(at: clock())
        pool = TransactionPool()
        blobs = try FileBlobStore(directory: home.blobs)
        let ledger = try DepartmentNodeHome.open(home, section, cosigner: cosigner, clock: clock, ordering: pool)
        let known = try ledger.partyInNextBlock(home.party.name)
        let identity = home.identity(try keys.current(as: known ?? home.party))
        let trust = home.consortium.trust { name in (try? ledger.read { try LedgerState($0).party(name) }) ?? nil }
        (self.ledger, self.home, self.identity, self.trust) = (ledger, home, identity, trust)
        if try ledger.head() == nil { try await fetch(ledger, identity, trust) }
        let marked = home.headMark(of: section)
        let mark = { @Sendable in
            if let head = try ledger.head() { try HeadMark(head).write(to: marked) }
        }
        try mark()
        node = try DepartmentNode(
            ledger: ledger, pool: pool, keys: keys, cosigner: cosigner, journal: journal,
            batches: FileBatchStore(directory: home.batchDirectory), reportsFaults: true
        ) { event in
            if case .equivocation(let proof) = event { try? journal.keep(proof) }
            if event.lengthensLedger { try? mark() }
            report(event)
        }
    }

    private static func open(
        _ home: PartyHome, _ section: SectionName, cosigner: Cosigner,
        clock: @escaping @Sendable () -> Timestamp, ordering: any OrderingService
    ) throws -> Ledger {
        let settings = LedgerSettings(operator: home.party.name, cosigner: cosigner, clock: clock)
        let own = try SQLiteLedgerStorage(url: home.nodeDirectory.appending(path: "\(section).sqlite"))
        let begun = try Ledger(
            storage: own, founding: home.consortium.record, section: section, settings: settings)
        // Every block of a node's ledger is final. One that ends otherwise was left by a process that ended while it
        // took the ledger over; the next goes on where it stopped.
        if try begun.cosignedBlock(.head)?.isFinal != true {
            try takeOver(home, section, settings, into: own)
        }
        return try Ledger(
            storage: own, founding: home.consortium.record, section: section, settings: settings, ordering: ordering)
    }

    private static func takeOver(
        _ home: PartyHome, _ section: SectionName, _ settings: LedgerSettings, into own: SQLiteLedgerStorage
    ) throws {
        let file = home.ledgers.appending(path: "\(section).sqlite")
        // A department that joins has nothing but the founding record.
        guard FileManager.default.fileExists(atPath: file.plainPath) else { return }
        let shared = try Ledger(
            storage: SQLiteLedgerStorage(url: file), founding: home.consortium.record, section: section,
            settings: settings)
        guard let head = try shared.cosignedBlock(.head), head.isFinal else {
            throw GatewayError.notFinal(needed: shared.policy.needed)
        }
        guard try own.read({ try $0.head()?.height ?? -1 }) <= head.block.height else { return }
        try shared.catchUp(own)
        let cosignatures = try shared.read { try $0.cosignatures(height: head.block.height) }
        try own.commit { writer in
            for cosignature in cosignatures where shared.policy.isValid(cosignature, on: head.checkpoint) {
                try writer.append(cosignature, height: head.block.height)
            }
        }
    }
}

extension NodeEvent {
    fileprivate var lengthensLedger: Bool {
        switch self {
        case .final, .caughtUp: true
        default: false
        }
    }
}

extension PartyHome {
    /// What this department's node keeps.
    package var nodeDirectory: URL { directory.appending(path: "node", directoryHint: .isDirectory) }

    /// Batches that this department has said it holds.
    var batchDirectory: URL { nodeDirectory.appending(path: "batches", directoryHint: .isDirectory) }

    /// Whether a node has taken the ledger of `section` over.
    package func hasNode(of section: SectionName) -> Bool {
        FileManager.default.fileExists(atPath: nodeDirectory.appending(path: "\(section).sqlite").plainPath)
    }
}
