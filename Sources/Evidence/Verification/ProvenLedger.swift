import Contracts
import Foundation
import Ledger
import SharingModel
import SignedEnvelopes

/// The transactions of an evidence file, each proven to be in the ledger, signed by whom its kind asks for, and
/// *accepted*. A refused transaction proves nothing and is turned down wherever it stands.
struct ProvenLedger {
    struct Entry {
        let proven: ProvenTransaction
        let transaction: Transaction

        var id: Digest { proven.id }
        var by: PartyName { transaction.header.by }
    }

    /// In the ledger's order.
    let entries: [Entry]
    /// The members who cosigned the checkpoint.
    let policy: CheckpointPolicy
    /// From the founding record on.
    let membership: ProvenMembership
    /// Departments whose cosignatures the checkpoint carries.
    let cosigners: [PartyName]

    init(_ file: LedgerEvidence) throws {
        do {
            membership = try ProvenMembership(
                founding: file.founding, section: file.section, steps: file.membership, to: file.checkpoint)
        } catch {
            throw EvidenceError.doesNotHold(.membership, "\(error)")
        }
        policy = membership.history.newest
        var entries = [Entry]()
        var last = -1
        for proof in file.transactions {
            guard proof.checkpoint == file.checkpoint else {
                throw EvidenceError.doesNotHold(.transaction, "two proofs are against different checkpoints")
            }
            let entry = try ProvenLedger.entry(proof, membership, file)
            guard entry.proven.index > last else {
                throw EvidenceError.doesNotHold(.transaction, "the transactions are not in the ledger's order")
            }
            last = entry.proven.index
            entries.append(entry)
        }
        self.entries = entries
        guard let first = entries.first else { throw EvidenceError.malformed("it has no transactions") }
        cosigners = first.proven.cosigners
    }

    private static func entry(
        _ proof: TransactionProof, _ membership: ProvenMembership, _ file: LedgerEvidence
    ) throws -> Entry {
        let proven: ProvenTransaction
        let transaction: Transaction
        do {
            proven = try proof.verify(against: membership.history)
            transaction = try Transaction(proof.envelope)
        } catch {
            throw EvidenceError.doesNotHold(.transaction, "\(proof.envelope.id): \(error)")
        }
        guard proven.isAccepted else {
            throw EvidenceError.doesNotHold(
                .transaction, "\(transaction.kind.rawValue) \(proven.id) was refused by the ledger")
        }
        guard transaction.header.ledger == membership.history.newest.ledger else {
            throw EvidenceError.doesNotHold(.transaction, "\(proven.id) is of another ledger")
        }
        let signers = try signers(of: transaction, at: proven.height, membership, file)
        do {
            _ = try proof.envelope.verify(signers: signers)
        } catch {
            throw EvidenceError.doesNotHold(.transaction, "\(transaction.kind.rawValue) \(proven.id): \(error)")
        }
        return Entry(proven: proven, transaction: transaction)
    }

    /// All departments for the opening of the section, the acting party for everything else.
    private static func signers(
        of transaction: Transaction, at height: Int, _ membership: ProvenMembership, _ file: LedgerEvidence
    ) throws -> [VerificationKey] {
        let names =
            transaction.kind == .openSection
            ? file.founding.departments(of: file.section).map(\.name) : [transaction.header.by]
        return try names.map { name in
            guard let party = membership.party(name, at: height) else {
                throw EvidenceError.doesNotHold(.transaction, "\(name) is no party of the ledger at height \(height)")
            }
            return try VerificationKey(ed25519: party.signingKey)
        }
    }

    /// The rule of escrow for an owner in the block at `height`.
    func escrowRule(for owner: PartyName, at height: Int) -> EscrowRule? {
        membership.escrowRule(for: owner, at: height)
    }

    /// The bodies of one kind, with their entries.
    func all<Body: TransactionBody>(_ type: Body.Type) -> [(entry: Entry, body: Body)] {
        entries.compactMap { entry in (entry.transaction.body as? Body).map { (entry, $0) } }
    }

    /// The one transaction of a kind that is about the thing proven.
    func one<Body: TransactionBody>(
        _ type: Body.Type, of part: EvidencePart, where matches: (Entry, Body) -> Bool = { _, _ in true }
    ) throws -> (entry: Entry, body: Body) {
        let found = all(type).filter { matches($0.entry, $0.body) }
        guard let only = found.first, found.count == 1 else {
            throw EvidenceError.doesNotHold(
                part, "\(found.count) transactions of kind \(Body.kind.rawValue) instead of one")
        }
        return only
    }

    /// That all owners of a dataset's version published it.
    func checkOwners(of published: (entry: Entry, body: PublishDataset)) throws {
        let approvals = all(ApproveDataset.self).filter { $0.body.proposal == published.entry.id }
        let agreed = Set([published.entry.by] + approvals.map(\.entry.by))
        guard published.body.owners.contains(published.entry.by), agreed.isSuperset(of: published.body.owners) else {
            throw EvidenceError.doesNotHold(.dataset, "not all owners of \(published.body.name) published it")
        }
    }
}
