import CanonicalJSON
package import Foundation
package import SharingModel

/// The departments that cosign one ledger, and how many of them make a checkpoint final.
package struct Members: Hashable, Codable, Sendable {
    /// Sorted by name.
    package let departments: [Member]
    package let quorum: Quorum
    package let section: SectionName

    /// A department and the key that cosigns for it and does nothing else.
    package struct Member: Hashable, Codable, Sendable {
        /// Ed25519 public key, 32 bytes.
        package let cosigningKey: Data
        package let name: PartyName
    }

    /// - Parameter founding: The pinned founding record.
    package init(of section: SectionName, founding: FoundingRecord) {
        self.init(of: section, parties: founding.parties, quorum: founding.policy.quorum)
    }

    /// - Parameter parties: All parties of the consortium, as they are at some height; of the registry all
    ///   departments are members. Departments without a cosigning key are left out.
    init(of section: SectionName, parties: [Party], quorum: Quorum) {
        departments =
            parties
            .filter { $0.role == .department && (section == .registry || $0.section == section) }
            .compactMap { party in party.cosigningKey.map { Member(cosigningKey: $0, name: party.name) } }
            .sorted { $0.name < $1.name }
        self.quorum = quorum
        self.section = section
    }

    /// Cosignatures that make a checkpoint final.
    package var needed: Int { quorum.size(of: departments.count) }

    package func member(_ name: PartyName) -> Member? {
        departments.first { $0.name == name }
    }

    /// SHA-256 of the canonical JSON of this value: ``BlockRecord/members``.
    package func digest() throws -> Digest {
        .sha256(try CanonicalJSON.encode(self))
    }
}
