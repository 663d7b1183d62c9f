import CanonicalJSON
package import Foundation
package import SharingModel
package import SignedEnvelopes

/// A salted reference: a link between two sections, closed.
///
/// `SHA-256("chancery section reference v1" ‖ 00 ‖ salt ‖ canonical JSON of the link)`. The 32 random bytes of the salt
/// are of this link alone, so that who has it can make and check this reference and no other; without it 32 bytes are
/// seen which are like any others, even by who guesses both places. It may stand anywhere.
package enum SectionReference {
    /// Bytes of a salt, twice what guessing it has to cost.
    package static let saltByteCount = 32

    private static let domain = Data("chancery section reference v1\u{0}".utf8)

    /// - Throws: ``ReferenceFault/saltLength(bytes:)``, ``ReferenceFault/notALink``.
    package static func of(_ link: SectionLink, salt: Data) throws(ReferenceFault) -> Digest {
        guard salt.count == saltByteCount else { throw .saltLength(bytes: salt.count) }
        try link.check()
        guard let text = try? CanonicalJSON.encode(link) else { throw .notALink }
        return Digest.sha256(domain + salt + text)
    }

    /// 32 bytes that nobody has used.
    package static func drawSalt() -> Data {
        var generator = SystemRandomNumberGenerator()
        return Data((0..<saltByteCount).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
}

/// A department's word that a reference is of two places of one enterprise. It goes in a DSSE envelope of type
/// ``payloadType``, signed by its signing key; it says nothing of the places.
package struct ReferenceStatement: Codable, Hashable, Sendable {
    package static let payloadType = "application/vnd.chancery.reference.v1+json"

    package let by: PartyName
    /// Digest of the founding record.
    package let consortium: Digest
    package let reference: Digest
}

/// What the enterprise is given: a link, its salt, and a department's word for it. A secret of the enterprise: who has
/// it, knows the link and can show it. It shows one link, and has nothing of others.
package struct ReferenceFile: Codable, Hashable, Sendable {
    package let link: SectionLink
    package let salt: Data
    /// A ``ReferenceStatement``.
    package let statement: Envelope
    package let version: Int

    /// Longest file that is read, in bytes.
    package static let longest = 8_192

    /// Makes and signs the reference of a link.
    package init(_ link: SectionLink, salt: Data, by party: PartyName, signing key: SigningKey) throws {
        self.link = link
        self.salt = salt
        let statement = ReferenceStatement(
            by: party, consortium: link.consortium, reference: try SectionReference.of(link, salt: salt))
        self.statement = try Envelope.sign(statement, payloadType: ReferenceStatement.payloadType, with: [key])
        version = 1
    }

    /// Reads a file that may come from anywhere. Nothing is proven by this: see ``verify(for:department:)``.
    /// - Throws: ``ReferenceFault/malformed``.
    package init(bytes: Data) throws(ReferenceFault) {
        guard bytes.count <= ReferenceFile.longest,
            let file = try? CanonicalJSON.decode(ReferenceFile.self, from: bytes), file.version == 1
        else { throw .malformed }
        self = file
    }

    /// Canonical JSON.
    package func bytes() throws -> Data { try CanonicalJSON.encode(self) }

    /// Checks that a department of this consortium vouches for this link.
    ///
    /// - Parameter department: The record of the department of that name, as it is now; `nil` where there is none.
    package func verify(
        for consortium: Digest, department: (PartyName) throws -> Party?
    ) throws -> VerifiedReference {
        guard link.consortium == consortium else { throw ReferenceFault.otherConsortium(link.consortium) }
        let reference = try SectionReference.of(link, salt: salt)
        guard statement.payloadType == ReferenceStatement.payloadType,
            let stated = try? CanonicalJSON.decode(ReferenceStatement.self, from: statement.payload)
        else { throw ReferenceFault.malformed }
        guard stated.reference == reference, stated.consortium == consortium else { throw ReferenceFault.otherPlaces }
        guard let party = try department(stated.by), party.role == .department else {
            throw ReferenceFault.notADepartment(stated.by)
        }
        guard let key = try? VerificationKey(ed25519: party.signingKey),
            (try? statement.verify(signers: [key])) != nil
        else { throw ReferenceFault.notSigned(by: stated.by) }
        return VerifiedReference(link: link, reference: reference, by: stated.by)
    }
}

/// A link for which a department vouches; made by ``ReferenceFile/verify(for:department:)`` alone.
package struct VerifiedReference: Hashable, Sendable {
    package let link: SectionLink
    package let reference: Digest
    package let by: PartyName

    fileprivate init(link: SectionLink, reference: Digest, by: PartyName) {
        self.link = link
        self.reference = reference
        self.by = by
    }
}
