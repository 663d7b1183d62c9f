package import Foundation

/// What a party may do by what it is.
package enum Role: String, Codable, Sendable, CaseIterable {
    /// Runs a gateway, owns datasets, cosigns blocks.
    case department
    /// Stands above departments; may hold a pool's key and, later, escrow.
    case superior
    /// Reads and checks everything; may demand openings under escrow.
    case auditor
    /// Asks for tokens and computes.
    case collaborator
    /// Is served by departments; cosigns no blocks.
    case enterprise
}

/// One party of a consortium with its public keys, as the founding record lists it.
package struct Party: Hashable, Codable, Sendable {
    package let name: PartyName
    package let role: Role
    /// The kind of business that a department belongs to; `nil` for parties of all sections.
    package let section: SectionName?
    package let area: String?
    package let superior: PartyName?
    /// Ed25519 public key (32 bytes) that signs this party's transactions.
    package let signingKey: Data
    /// Ed25519 public key (32 bytes) that cosigns checkpoints and does nothing else; departments have one.
    package let cosigningKey: Data?
    /// X25519 public key (32 bytes) to which openings are sealed with HPKE (RFC 9180).
    package let sealingKey: Data

    package init(
        name: PartyName, role: Role, section: SectionName?, area: String?, superior: PartyName?, signingKey: Data,
        cosigningKey: Data?, sealingKey: Data
    ) {
        self.name = name
        self.role = role
        self.section = section
        self.area = area
        self.superior = superior
        self.signingKey = signingKey
        self.cosigningKey = cosigningKey
        self.sealingKey = sealingKey
    }
}
