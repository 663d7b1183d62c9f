import CanonicalJSON
import Contracts
package import Foundation
package import SharingModel

/// The last leaf of a block: what the block is, and by what right it was made.
///
/// Its canonical JSON is the leaf. The record is *computed* by whoever executes the block, never received and
/// believed: ``BlockVerifier`` makes its own and compares. The previous block's hash is not repeated here; the tree
/// commits to everything before this leaf.
package struct BlockRecord: Hashable, Codable, Sendable {
    /// 0 for the founding or opening block, then one more each.
    package let height: Int
    /// Seconds; never less than the previous block's.
    package let time: Timestamp
    /// The party whose process put the block together.
    package let proposer: PartyName
    /// Digest of the members that may cosign, see ``Members/digest``.
    package let members: Digest
    /// Root of the tree over the canonical JSON of this block's ``OutcomeLeaf``s, in the envelopes' order.
    package let outcomes: Digest
    /// The cosignatures of the previous height that were known when this block was made, sorted by party.
    package let previous: [PartyCosignature]
    /// Envelopes in the block: the leaves just before this one.
    package let transactions: Int
    /// Version of this form; 1.
    package let version: Int
    package let mechanism: Mechanism
    /// Digest of what the block itself writes into the state before its transactions, see
    /// ``Contracts/ContractEngine/begin(_:state:)``; of each transaction's writes in its ``OutcomeLeaf``.
    package let writes: Digest

    /// What gave the accounting right for this height, and what shows it.
    package struct Mechanism: Hashable, Codable, Sendable {
        package let name: AccountingMechanism
        /// The party whose process committed, or whose batch it was.
        package let `operator`: PartyName
        /// `contest`: the numbers of the last incidents, sorted by time; absent for who stands in.
        package let answer: [Int64]?
        /// `rotation`: the writer's place in the order that was drawn.
        package let place: Int?
        /// `rotation`, `contest`: whether it wrote in place of those who hold the right.
        package let standIn: Bool?
        /// `rotation`: the term, from 0.
        package let term: Int?

        package init(
            name: AccountingMechanism, operator party: PartyName, answer: [Int64]? = nil, place: Int? = nil,
            standIn: Bool? = nil, term: Int? = nil
        ) {
            (self.name, self.operator, self.answer) = (name, party, answer)
            (self.place, self.standIn, self.term) = (place, standIn, term)
        }

        package static func embedded(operator party: PartyName) -> Mechanism {
            Mechanism(name: .embedded, operator: party)
        }

        package static func turns(proposer party: PartyName) -> Mechanism {
            Mechanism(name: .turns, operator: party)
        }
    }

    /// The leaf.
    package func canonicalBytes() throws -> Data { try CanonicalJSON.encode(self) }

    package static let version = 1
    /// Most envelopes in a block; a verifier refuses more, so a block is always executed in bounded memory.
    package static let largestTransactionCount = 1_024
}

/// A department's cosignature of one checkpoint, as the ledger keeps it and as the next block's record repeats it.
package struct PartyCosignature: Hashable, Codable, Sendable {
    package let party: PartyName
    /// The signature part of the C2SP note line, without key id: 8 bytes of time and 64 of Ed25519.
    package let signature: Data

    package init(party: PartyName, signature: Data) {
        self.party = party
        self.signature = signature
    }
}
