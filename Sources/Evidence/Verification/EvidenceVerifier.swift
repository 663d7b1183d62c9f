package import BlobStore
import CanonicalJSON
import Contracts
import Ledger
import Multiprecision
import Paillier
import QueryPlans
package import SharingModel
import TransparencyLog

/// Checks an evidence file with nothing but the file, and, where it is given, a founding record that the verifier
/// trusts. It has no home, no key and no network.
package struct EvidenceVerifier: Sendable {
    private let pinned: FoundingRecord?

    var isPinned: Bool { pinned != nil }

    /// - Parameter pinned: `nil` to take the founding record that is in the file, and to show its fingerprint.
    package init(pinned: FoundingRecord? = nil) {
        self.pinned = pinned
    }

    /// - Parameters:
    ///   - shards: Where the shards are; with them the result itself is computed again.
    ///   - digits: Behind the point of means and variances.
    /// - Throws: ``EvidenceError`` with the first thing that does not hold.
    package func verify(
        _ file: EvidenceFile, shards: (any BlobStore)? = nil, digits: Int = OpenedTable.standardDigits
    ) throws -> EvidenceReport {
        var findings = Findings()
        let digest = try checkFounding(file.ledger, &findings)
        let ledger = try ProvenLedger(file.ledger)
        try checkMembership(file.ledger, ledger, &findings)
        let grant = try ProvenGrant(file, ledger, &findings)
        let computed = try ProvenResult(file, ledger, grant, &findings)
        let table = try computed.openedTable(file, ledger, grant, digits: digits, &findings)
        if let shards {
            try computed.recompute(from: shards, grant, &findings)
        } else {
            findings.lacks(
                "that the ciphertexts of the result are the sums over the published shards: give the shards to compute "
                    + "it again (--shards)")
        }
        findings.lacks(
            "that nobody disputed or revoked anything that is not shown here: who gives evidence chooses what is in it; "
                + "the ledger tells")
        findings.lacks("that the departments published true figures: a slot can hold any number within its bounds")
        findings.lacks(
            "that what was opened before gives no more away together with this: the disclosure guard needs the whole "
                + "ledger and the shards; the pool's custodian applied it")
        return EvidenceReport(
            consortium: digest, consortiumName: file.founding.name, isPinned: isPinned, proven: findings.proven,
            notProven: findings.notProven, table: table, cell: nil)
    }

    func checkFounding(_ file: LedgerEvidence, _ findings: inout Findings) throws -> Digest {
        let digest = try file.founding.digest()
        guard digest == file.consortium else {
            throw EvidenceError.doesNotHold(.founding, "its digest is \(digest), not the one that the file names")
        }
        guard let pinned else {
            findings.lacks(
                "that this is the consortium that you mean: compare its fingerprint \(digest), or give its founding "
                    + "record (--consortium)")
            return digest
        }
        guard try pinned.digest() == digest else {
            throw EvidenceError.anotherConsortium(pinned: try pinned.digest(), found: digest)
        }
        findings.holds("the consortium is the one that you pinned: \(file.founding.name)")
        return digest
    }

    func checkMembership(_ file: LedgerEvidence, _ ledger: ProvenLedger, _ findings: inout Findings) throws {
        let opening = try ledger.one(OpenSection.self, of: .membership)
        guard opening.entry.proven.index == 0, opening.body.record == file.founding else {
            throw EvidenceError.doesNotHold(.membership, "the section's ledger was opened with another founding record")
        }
        let founders = file.founding.departments(of: file.section).count
        for change in ledger.membership.changes {
            findings.holds(
                "the departments of then decided at height \(change.decided) that from height \(change.effective) on "
                    + (change.party == nil
                        ? "\(change.name) is no party"
                        : "\(change.name) takes part with other keys, "
                            + "another place, or for the first time"))
        }
        findings.holds(
            "the ledger of \(file.section) was opened by all its \(founders) departments; "
                + "\(ledger.cosigners.count) of them (\(ledger.policy.needed) needed) cosigned the checkpoint of "
                + "\(opening.entry.proven.checkpoint.size) entries: "
                + ledger.cosigners.map(\.text).joined(separator: ", "))
        findings.holds(
            "\(ledger.entries.count) transactions are in that ledger, were accepted by it, and carry the signatures that "
                + "their kinds ask for")
    }
}

/// What a verification collects on its way.
struct Findings {
    private(set) var proven = [String]()
    private(set) var notProven = [String]()

    mutating func holds(_ text: String) { proven.append(text) }
    mutating func lacks(_ text: String) { notProven.append(text) }
}
