package import SharingModel

/// Which ledger a transaction is for: the consortium by the digest of its founding record, and the section.
package struct LedgerIdentity: Hashable, Codable, Sendable {
    /// SHA-256 of the founding record's canonical JSON.
    package let consortium: Digest
    /// ``SharingModel/Name/registry`` for the ledger of parties, keys and policies.
    package let section: SectionName

    package init(consortium: Digest, section: SectionName) {
        self.consortium = consortium
        self.section = section
    }
}

extension LedgerIdentity {
    /// The origin line of this ledger's checkpoints.
    package var origin: String { "chancery/\(consortium.hex.prefix(16))/\(section)" }

    /// The name on a department's signature lines: one for all the ledgers that it cosigns.
    package static func cosignerName(of party: PartyName, in consortium: Digest) -> String {
        "chancery/\(consortium.hex.prefix(16))/party/\(party)"
    }
}
