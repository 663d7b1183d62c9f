import CanonicalJSON
package import Contracts
package import Foundation
import KeyVault
import Ledger
package import SharingModel

/// `pseudonym reference make`: a department vouches that two places in two sections are of one enterprise. What opens the
/// reference, the link and its salt, stays in its vault and goes to the enterprise; nothing is recorded.
///
/// Killed at any point, the command can be run again: one link has one salt, which is in the vault before anybody sees the
/// reference, and the same link asked for again gives the same reference.
package struct MakeReference {
    package let places: (SectionPlace, SectionPlace)

    package init(_ one: SectionPlace, _ other: SectionPlace) {
        places = (one, other)
    }

    package struct Made: Sendable {
        package let reference: Digest
        package let file: ReferenceFile
        /// Whether the vault had it.
        package let wasThere: Bool
    }

    /// - Throws: ``ReferenceFault/notALink``, ``GatewayError/notAllowed(reason:wayOn:)`` for a party that is no
    ///   department, or a section that there is none of.
    package func run(as session: PartySession) async throws -> Made {
        guard session.home.party.role == .department else {
            throw GatewayError.notAllowed(
                reason: "\(session.party) is no department, and so vouches for no link",
                wayOn: "ask the enterprise's department")
        }
        let known = session.home.consortium.record.sections
        for place in [places.0, places.1] where !known.contains(place.section) {
            throw GatewayError.notAllowed(
                reason: "the consortium has no section \(place.section)",
                wayOn: "its sections are \(known.map(\.text).joined(separator: ", "))")
        }
        let link = try SectionLink(places.0, places.1, in: session.ledger.identity.consortium)
        // Two runs at a time would draw two salts for one link.
        let lock = try await session.lock("references")
        defer { withExtendedLifetime(lock) {} }
        let kept = try session.vault.references().first { $0.link == link }
        let opening = kept ?? KeptReference(link: link, salt: SectionReference.drawSalt())
        if kept == nil { try session.vault.store(opening) }
        return Made(
            reference: try opening.reference,
            file: try ReferenceFile(link, salt: opening.salt, by: session.party, signing: session.signingKey()),
            wasThere: kept != nil)
    }
}

/// What a department keeps of a reference that it has made.
package struct KeptReference: Codable, Hashable, Sendable {
    package let link: SectionLink
    package let salt: Data

    /// - Throws: `ReferenceFault` for what ``MakeReference`` does not write.
    package var reference: Digest { get throws { try SectionReference.of(link, salt: salt) } }
}

extension SecretName {
    private static let referencePrefix = "reference."

    static func reference(_ reference: Digest) -> SecretName? {
        SecretName(referencePrefix + reference.hex.prefix(48))
    }

    var isReference: Bool { text.hasPrefix(SecretName.referencePrefix) }
}

extension KeyVault {
    func store(_ kept: KeptReference) throws {
        guard let name = SecretName.reference(try kept.reference) else { return }
        try store(name, exporting: CanonicalJSON.encode(kept))
    }

    func references() throws -> [KeptReference] {
        try names().filter(\.isReference).map { name in
            try load(name).withUnsafeBytes { try CanonicalJSON.decode(KeptReference.self, from: Data($0)) }
        }
    }
}

extension PartySession {
    /// The references that this department has made, by link.
    package func references() throws -> [KeptReference] {
        try vault.references().sorted { "\($0.link.places)" < "\($1.link.places)" }
    }
}

extension ReadingSession {
    /// Checks a file that an enterprise shows: two places in two sections are one, says a department.
    /// - Throws: `ReferenceFault`.
    package func check(reference bytes: Data) throws -> VerifiedReference {
        try ReferenceFile(bytes: bytes).verify(for: ledger.identity.consortium) { name in
            try state { try $0.party(name) }
        }
    }
}
