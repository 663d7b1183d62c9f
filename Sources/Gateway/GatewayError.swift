package import Contracts
package import SharingModel

/// Why a use case did not do what was asked. Values only; `GatewayError+Description` writes the sentences.
package enum GatewayError: Error, Sendable {
    // What was asked cannot be understood, or its input not be read.
    case notAHome(path: String)
    case damagedHome(path: String, problem: String)
    case partyMissing(parties: [PartyName])
    case unknownParty(PartyName, parties: [PartyName])
    case notThisParty(home: PartyName, asked: PartyName)
    case policy(path: String, problem: String)
    case unreadable(path: String, problem: String)
    case alreadyFounded(path: String)
    case sectionMissing(sections: [SectionName])
    case unknownPool(PoolName, pools: [PoolName])
    case unknownDataset(DatasetName, datasets: [DatasetName])
    case unknownSource(name: String, pools: [PoolName], datasets: [DatasetName])
    case unknownReference(what: String, text: String)
    case ambiguousReference(what: String, text: String, matches: [String])

    // The answer is no.
    /// The transaction stands on the ledger as refused.
    case refusedOnLedger(Refusal, transaction: Digest, height: Int)
    /// Nothing was written to the ledger.
    case notAllowed(reason: String, wayOn: String)
    case queryRefused(reasons: [String], transaction: Digest?)
    case keyMissing(name: String, party: PartyName)
    /// A result that cannot be right, or that is not right.
    case resultRefused(reason: String, transaction: Digest)
    /// Datasets that cannot be computed on here; nothing was computed, and no use of a token taken.
    case datasetsUnreadable([UnreadableDataset], wayAround: WayAround)
    case openingDamaged(problem: String)
    case notFinal(needed: Int)
    case ledgerWentBack(section: SectionName, problem: String)

    // A part does not answer; trying again is safe.
    case unavailable(part: String, problem: String)
}
