import CanonicalJSON
import Foundation
package import SharingModel
package import SignedEnvelopes

/// What a department says when etcd has shown different histories and no quorum forms at a height: on which batch it
/// settles, and which cosignature it gives up for that.
package struct Settlement: Codable, Hashable, Sendable {
    /// SHA-256 of the batch's bytes.
    package let batch: Digest
    package let by: PartyName
    /// The tree that it cosigned at this height and gives up; `nil` if it cosigned the settled batch's, or none.
    package let givesUp: Tree?
    package let height: Int64
    package let ledger: LedgerIdentity

    package struct Tree: Codable, Hashable, Sendable {
        package let root: Digest
        package let size: Int64

        package init(root: Digest, size: Int64) {
            self.root = root
            self.size = size
        }
    }

    package static let payloadType = "application/vnd.chancery.settlement.v1+json"

    package init(batch: Digest, by: PartyName, givesUp: Tree?, height: Int64, ledger: LedgerIdentity) {
        self.batch = batch
        self.by = by
        self.givesUp = givesUp
        self.height = height
        self.ledger = ledger
    }

    /// Reads a statement; its signature is not looked at.
    package init(reading envelope: Envelope) throws {
        self = try CanonicalJSON.decode(Settlement.self, from: envelope.payload)
    }

    package func signed(with key: SigningKey) throws -> Envelope {
        try Envelope.sign(self, payloadType: Settlement.payloadType, with: [key])
    }

    /// Reads the statements of all departments and checks that they agree.
    /// - Parameters:
    ///   - members: Who has to have made one, with the signing key.
    /// - Throws: ``Refusal`` with `settlement-invalid`.
    package static func verify(
        _ statements: [Envelope], height: Int64, ledger: LedgerIdentity, members: [Party]
    ) throws(Refusal) -> [Settlement] {
        func invalid(_ reason: String) -> Refusal {
            Refusal(.settlementInvalid, ["height": String(height), "reason": reason])
        }
        var settlements: [Settlement] = []
        for statement in statements {
            guard statement.payloadType == payloadType,
                let settlement = try? CanonicalJSON.decode(Settlement.self, from: statement.payload),
                let party = members.first(where: { $0.name == settlement.by }),
                let key = try? VerificationKey(ed25519: party.signingKey),
                (try? statement.verify(signers: [key])) != nil
            else { throw invalid("statement") }
            settlements.append(settlement)
        }
        guard settlements.map(\.by) == members.map(\.name).sorted() else { throw invalid("missing") }
        guard let first = settlements.first,
            settlements.allSatisfy({ $0.batch == first.batch && $0.height == height && $0.ledger == ledger })
        else { throw invalid("differs") }
        return settlements
    }
}

/// `cosigner.settlement`: the statements of all departments are put on record, so that a cosignature that was given up
/// is not taken for equivocation. Any party submits it, once the height is final.
package struct SettleHeight: TransactionBody {
    package static let kind = TransactionKind.settleHeight
    package let height: Int64
    /// ``Settlement``s, sorted by department.
    package let statements: [Envelope]

    package init(height: Int64, statements: [Envelope]) {
        self.height = height
        self.statements = statements
    }

    package func checkForm() throws(ContractsError) {
        try Form.check(height, in: 1...Form.largestNumber, "height")
        try Form.check(length: statements.count, in: 1...Form.longestList, "statements")
    }

    package func execute(in execution: inout Execution) throws {
        try execution.actor(in: Set(Role.allCases))
        guard height < execution.block.height else {
            throw Refusal(.settlementInvalid, ["height": String(height), "reason": "height"])
        }
        let section = execution.block.ledger.section
        let members = try execution.state.parties().filter { $0.role == .department && $0.section == section }
        let settled = try Settlement.verify(
            statements, height: height, ledger: execution.block.ledger, members: members)
        guard let batch = settled.first?.batch,
            try execution.state.settlements().allSatisfy({ $0.height != height })
        else { throw Refusal(.alreadyExists, ["settlement": "of height \(height)"]) }
        try execution.write(
            SettlementRecord(
                batch: batch,
                givenUp: settled.compactMap { one in
                    one.givesUp.map { SettlementRecord.GivenUp(party: one.by, root: $0.root, size: $0.size) }
                },
                height: height, transaction: execution.transaction.id),
            to: .settlement(height))
    }
}

/// A height that all departments settled by hand.
package struct SettlementRecord: Codable, Hashable, Sendable {
    package let batch: Digest
    /// The cosignatures that no longer count, sorted by department.
    package let givenUp: [GivenUp]
    package let height: Int64
    /// Id of the transaction that has the statements.
    package let transaction: Digest

    package struct GivenUp: Codable, Hashable, Sendable {
        package let party: PartyName
        package let root: Digest
        package let size: Int64
    }
}
