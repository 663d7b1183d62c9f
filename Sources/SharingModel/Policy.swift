/// The rules that the founding record fixes for everybody.
package struct SharingPolicy: Hashable, Codable, Sendable {
    /// Fewest distinct subjects in any part that openings reveal (the disclosure guard's k), at least 2.
    package let minimumSubjects: Int
    /// Cosignatures that make a checkpoint final, of the section's departments.
    package let quorum: Quorum
    /// Longest validity of a transaction, in seconds of block time after it is made; at most 86 400.
    package let longestTransactionValidity: Int64
    /// How departments that order together come by the right to write a block; absent for turns.
    package let accounting: AccountingPolicy?
    /// Who holds escrow for whom; absent where nobody does.
    package let escrow: EscrowPolicy?
    /// Which sections have one key for pseudonyms; absent where none has.
    package let pseudonyms: PseudonymPolicy?

    package init(
        minimumSubjects: Int = 5, quorum: Quorum = .twoThirds, longestTransactionValidity: Int64 = 86_400,
        accounting: AccountingPolicy? = nil, escrow: EscrowPolicy? = nil,
        pseudonyms: PseudonymPolicy? = nil
    ) {
        self.minimumSubjects = minimumSubjects
        self.quorum = quorum
        self.longestTransactionValidity = longestTransactionValidity
        self.accounting = accounting
        self.escrow = escrow
        self.pseudonyms = pseudonyms
    }
}

/// How many of n departments must cosign.
package enum Quorum: String, Codable, Sendable, CaseIterable {
    /// ⌊2n/3⌋ + 1: safe while fewer than a third are dishonest.
    case twoThirds = "two-thirds"
    /// ⌊n/2⌋ + 1: goes on with fewer, and is safe only while nobody is dishonest.
    case majority

    package func size(of departments: Int) -> Int {
        switch self {
        case .twoThirds: departments * 2 / 3 + 1
        case .majority: departments / 2 + 1
        }
    }
}
