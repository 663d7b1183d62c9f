import CanonicalJSON
package import Contracts
import Foundation
package import SharingModel
package import SignedEnvelopes

/// A department's word in the ``Agreement`` on the block of one height.
package struct AgreementStatement: Codable, Hashable, Sendable {
    package let by: PartyName
    package let height: Int
    package let ledger: LedgerIdentity
    /// Root of the tree after the height before.
    package let parent: Digest
    /// Of the tree after this height, as it gets by the block that is meant; absent in a ``Word/skip``.
    package let root: Digest?
    /// From 0 on.
    package let round: Int
    package let word: Word

    package init(
        by: PartyName, height: Int, ledger: LedgerIdentity, parent: Digest, root: Digest?, round: Int, word: Word
    ) {
        (self.by, self.height, self.ledger, self.parent) = (by, height, ledger, parent)
        (self.root, self.round, self.word) = (root, round, word)
    }

    package enum Word: String, Codable, Sendable {
        /// This block may be the height's, as far as this round goes. Given once a round.
        case prepare
        /// A quorum has prepared this block in this round, and this department has not skipped the round: nor will it.
        case commit
        /// This department does not commit anything in this round.
        case skip
    }

    package static let payloadType = "application/vnd.chancery.agreement.v1+json"
}

/// A statement with its signature, as it goes from node to node: those of others are sent on byte-identical.
package struct AgreementMessage: Hashable, Sendable {
    package let statement: AgreementStatement
    package let envelope: Envelope

    /// Reads a statement whose signature is not checked here.
    /// - Throws: ``MessageError/malformed``.
    package init(reading envelope: Envelope) throws(MessageError) {
        guard envelope.payloadType == AgreementStatement.payloadType,
            let statement = try? CanonicalJSON.decode(AgreementStatement.self, from: envelope.payload),
            statement.round >= 0, (statement.root == nil) == (statement.word == .skip)
        else { throw .malformed }
        (self.statement, self.envelope) = (statement, envelope)
    }

    package init(_ statement: AgreementStatement, key: SigningKey) throws {
        self.statement = statement
        envelope = try Envelope.sign(statement, payloadType: AgreementStatement.payloadType, with: [key])
    }

    func isSigned(by key: Data) -> Bool {
        guard let verifier = try? VerificationKey(ed25519: key) else { return false }
        return (try? envelope.verify(signers: [verifier])) != nil
    }
}
