package import BlobStore
package import SharingModel

/// `opening.part`: a holder of a shared key has computed a result again, found the same bytes, and gives its part of the
/// decryption.
package struct RecordPart: TransactionBody {
    package static let kind = TransactionKind.recordPart
    package let result: Digest
    /// Of the holder's share.
    package let epoch: Int
    /// The part with its proof, sealed to the requester. Absent, with the commitment, where the acting party has none to
    /// give: it says so all the same, so that its attempt stands on the ledger with the reason why it is none.
    package let part: CID?
    /// SHA-256 of the plain part document: with it a part that does not hold convicts its giver.
    package let commitment: Digest?
    /// Openings of the pool that the disclosure guard was applied against: all that there are before the first part of
    /// this result, those that were begun included.
    package let openingsSeen: Int64

    package init(result: Digest, epoch: Int, part: CID?, commitment: Digest?, openingsSeen: Int64) {
        self.result = result
        self.epoch = epoch
        self.part = part
        self.commitment = commitment
        self.openingsSeen = openingsSeen
    }
}

/// `opening.combine`: the requester has opened a result from the parts of enough holders.
package struct CombineOpening: TransactionBody {
    package static let kind = TransactionKind.combineOpening
    package let result: Digest
    /// Of the parts.
    package let epoch: Int
    /// Whose parts, sorted.
    package let holders: [PartyName]
    /// The opening with the parts, sealed to the requester itself.
    package let opening: CID
    /// SHA-256 of the plain opening document.
    package let commitment: Digest

    package init(result: Digest, epoch: Int, holders: [PartyName], opening: CID, commitment: Digest) {
        self.result = result
        self.epoch = epoch
        self.holders = holders.sorted()
        self.opening = opening
        self.commitment = commitment
    }
}

/// `opening.report`: the requester shows a part that does not hold. Anybody finds its digest in the holder's signed
/// transaction, and sees that its proof is wrong.
package struct ReportPart: TransactionBody {
    package static let kind = TransactionKind.reportPart
    package let result: Digest
    package let holder: PartyName
    /// The plain part document, in the blob store.
    package let part: CID

    package init(result: Digest, holder: PartyName, part: CID) {
        self.result = result
        self.holder = holder
        self.part = part
    }
}
