package import Contracts
package import SharingModel
package import SignedEnvelopes

/// Why an envelope is turned away at the door. What is turned away is not recorded, takes no use, and does not stand
/// in the way of a right envelope later.
package enum AdmissionError: Error, Hashable, Sendable {
    /// Too large, not canonical, or its signatures out of order or doubled.
    case malformedEnvelope(EnvelopeError)
    /// Not a transaction: unknown kind, or a payload that no honest writer signs.
    case malformedTransaction(ContractsError)
    case anotherLedger(named: LedgerIdentity, this: LedgerIdentity)
    case unknownParty(PartyName)
    case signatureMissing(PartyName)
    /// A signature by a key that the kind does not ask for; `keyid` of DSSE.
    case signatureNotAsked(keyID: Digest)
    case signatureWrong(PartyName)
    /// The signers' keys have changed since the signatures were checked.
    case signersChanged
    /// `notAfter` lies before the block time.
    case expired(notAfter: Timestamp, blockTime: Timestamp)
    /// `notAfter` lies more than `limit` seconds after the block time.
    case validTooLong(notAfter: Timestamp, blockTime: Timestamp, limit: Int64)
}
