package import SharingModel

/// One place at which an enterprise or a person stands in one section: a pseudonym of that section's datasets, or an
/// entry on its ledger. Exactly one of the two is there.
package struct SectionPlace: Codable, Hashable, Sendable {
    package let section: SectionName
    /// 16 bytes in 32 lower-case hexadecimal digits.
    package let pseudonym: String?
    /// Id of the transaction.
    package let transaction: Digest?

    private init(section: SectionName, pseudonym: String?, transaction: Digest?) {
        self.section = section
        self.pseudonym = pseudonym
        self.transaction = transaction
    }

    package static func transaction(_ id: Digest, in section: SectionName) -> SectionPlace {
        SectionPlace(section: section, pseudonym: nil, transaction: id)
    }

    /// - Parameter bytes: Of a pseudonym, 16.
    /// - Returns: `nil` for another number of them.
    package static func pseudonym(_ bytes: some Collection<UInt8>, in section: SectionName) -> SectionPlace? {
        guard bytes.count == 16 else { return nil }
        return SectionPlace(section: section, pseudonym: bytes.lowercaseHex, transaction: nil)
    }

    /// `health:9f0c…`: the section, and 32 hexadecimal digits of a pseudonym or 64 of a transaction's id.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let section = SectionName(String(parts[0])),
            let bytes = [UInt8](lowercaseHex: parts[1])
        else { return nil }
        if let id = Digest(bytes: bytes) {
            self = .transaction(id, in: section)
        } else if let place = SectionPlace.pseudonym(bytes, in: section) {
            self = place
        } else {
            return nil
        }
    }

    var isWellFormed: Bool {
        guard let pseudonym else { return transaction != nil }
        return transaction == nil && [UInt8](lowercaseHex: pseudonym)?.count == 16
    }
}

extension SectionPlace: CustomStringConvertible {
    package var description: String { "\(section):\(pseudonym ?? transaction?.hex ?? "")" }
}

/// That two places in two sections are of one enterprise or person. The sections are in order, so that one link has one
/// form whoever names which place first.
package struct SectionLink: Codable, Hashable, Sendable {
    /// Digest of the founding record.
    package let consortium: Digest
    /// Two, of two sections, in the order of their sections.
    package let places: [SectionPlace]

    /// - Throws: ``ReferenceFault/notALink`` for two places of one section: within a section one pseudonym is one person
    ///   already.
    package init(
        _ one: SectionPlace, _ other: SectionPlace, in consortium: Digest
    ) throws(ReferenceFault) {
        self.consortium = consortium
        places = one.section < other.section ? [one, other] : [other, one]
        try check()
    }

    func check() throws(ReferenceFault) {
        guard places.count == 2, places.allSatisfy(\.isWellFormed), places[0].section < places[1].section else {
            throw .notALink
        }
    }
}

/// Why a reference shows nothing.
package enum ReferenceFault: Error, Hashable, Sendable {
    /// No file of a reference, or not in its one form.
    case malformed
    /// Not two places of two sections.
    case notALink
    /// The salt has not as many bytes as it must have.
    case saltLength(bytes: Int)
    case otherConsortium(Digest)
    /// What was signed is the reference of other places, or with another salt.
    case otherPlaces
    /// Nobody of that name may vouch for a link: departments do.
    case notADepartment(PartyName)
    /// Not signed with the department's key as it is now.
    case notSigned(by: PartyName)
}

extension ReferenceFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "it is no file that `chancery pseudonym reference make` has written, or it was changed"
        case .notALink:
            "a link is of two places in two sections, each a pseudonym of 32 hexadecimal digits or a transaction's id of"
                + " 64; within a section one pseudonym is one person already"
        case .saltLength(let bytes): "its salt has \(bytes) bytes, and must have \(SectionReference.saltByteCount)"
        case .otherConsortium(let digest):
            "it is of the consortium \(digest.hex.prefix(16)), not of this one; check it in a home of that one"
        case .otherPlaces:
            "what was signed is not the reference of these places with this salt; ask who made it for the file as it was"
        case .notADepartment(let party): "\(party) is no department of this consortium, and so vouches for no link"
        case .notSigned(let party):
            "it is not signed with the key that \(party) has now; have \(party) make it again, which changes the signature"
                + " alone"
        }
    }
}
