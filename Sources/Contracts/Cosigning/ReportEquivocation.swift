package import Foundation
package import SharingModel
import TransparencyLog

/// `cosigner.equivocation`: a department has cosigned two trees of one size. Any party reports it; both signatures are
/// verified when it is executed. Accepted once for a department and a size.
package struct ReportEquivocation: TransactionBody {
    package static let kind = TransactionKind.reportEquivocation
    /// The one with the smaller root.
    package let first: SaidTree
    /// The cosigning key that made both signatures; the department's now, or one that it had.
    package let key: Data
    package let party: PartyName
    package let second: SaidTree
    /// Leaves of both trees.
    package let size: Int64

    /// A root with the cosignature over it: 8 bytes of time and 64 of Ed25519.
    package struct SaidTree: Codable, Hashable, Sendable {
        package let root: Digest
        package let signature: Data

        package init(root: Digest, signature: Data) {
            self.root = root
            self.signature = signature
        }
    }

    package init(party: PartyName, key: Data, size: Int64, _ one: SaidTree, _ other: SaidTree) {
        self.party = party
        self.key = key
        self.size = size
        (first, second) = one.root < other.root ? (one, other) : (other, one)
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(size, in: 1...Form.largestNumber, "size")
        try Form.check(length: key.count, in: 32...32, "key")
        for said in [first, second] { try Form.check(length: said.signature.count, in: 72...72, "signature") }
        guard first.root < second.root else { throw .notSorted(member: "root") }
    }

    package func execute(in execution: inout Execution) throws {
        try execution.actor(in: Set(Role.allCases))
        let known = try execution.state.party(party)?.cosigningKey == key
        let isRetired = try execution.state.retiredCosigningKeys(of: party).contains(key)
        guard known || isRetired, isSigned(first, execution.block.ledger), isSigned(second, execution.block.ledger)
        else { throw Refusal(.equivocationUnproven, ["party": party.text]) }
        for settlement in try execution.state.settlements() {
            for given in settlement.givenUp where given.party == party && given.size == size {
                guard ![first.root, second.root].contains(given.root) else {
                    throw Refusal(.voteGivenUp, ["party": party.text, "height": String(settlement.height)])
                }
            }
        }
        guard try execution.state.equivocation(party, size: size) == nil else {
            throw Refusal(.alreadyExists, ["equivocation": "of \(party) at size \(size)"])
        }
        try execution.write(
            EquivocationRecord(
                by: execution.by, party: party, roots: [first.root, second.root], size: size,
                time: execution.now, transaction: execution.transaction.id),
            to: .equivocation(party, size: size))
    }

    private func isSigned(_ said: SaidTree, _ ledger: LedgerIdentity) -> Bool {
        guard let checkpoint = try? Checkpoint(origin: ledger.origin, size: Int(size), root: said.root) else {
            return false
        }
        return ledger.isCosignature(said.signature, of: checkpoint, by: party, key: key)
    }
}

/// Proven: a department has said two things about one height. It stays a member until the others remove it.
package struct EquivocationRecord: Codable, Hashable, Sendable {
    package let by: PartyName
    package let party: PartyName
    /// Sorted.
    package let roots: [Digest]
    package let size: Int64
    package let time: Timestamp
    /// Id of the report, which has the signatures.
    package let transaction: Digest
}

extension LedgerState {
    func equivocation(_ party: PartyName, size: Int64) throws -> EquivocationRecord? {
        try read(EquivocationRecord.self, at: .equivocation(party, size: size))
    }
}
