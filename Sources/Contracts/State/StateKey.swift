import BlobStore
import SharingModel

/// The keys of a section's state. `docs` and other programs may rely on them.
///
/// | Key | Value |
/// |---|---|
/// | `consortium` | ``ConsortiumRecord`` |
/// | `accounts` | ``DepartmentAccounts`` |
/// | `party/NAME` | ``SharingModel/Party``: as it is in the block, changes that take effect there included |
/// | `registry-proposal/ID` | ``ChangeProposal`` |
/// | `registry-change/HEIGHT` | ``DecidedChange`` that takes effect at HEIGHT, of 12 digits |
/// | `equivocation/PARTY/SIZE` | ``EquivocationRecord``; SIZE is 12 digits |
/// | `settlement/HEIGHT` | ``SettlementRecord`` |
/// | `contest` | ``ContestRecord`` |
/// | `incident/NUMBER` | ``IncidentRecord``; NUMBER is 12 digits, from 0, in the order of recording |
/// | `batch-report/DEPARTMENT/HEIGHT/FAULT` | ``BatchReportRecord``; HEIGHT is 12 digits |
/// | `batch-faults/DEPARTMENT` | ``BatchFaultCounts`` |
/// | `pool/NAME` | ``PoolRecord`` |
/// | `pool-epoch/POOL/EPOCH` | ``PublishedValues``: the shares' published values of every epoch in force; EPOCH is 12 digits |
/// | `pool-ceremony/POOL` | ``ShareCeremony``: the last that was begun and did not come into force, dealt or in escrow |
/// | `pool-dataset/POOL/DATASET` | ``DatasetPointer``: datasets that were ever in use, by pool |
/// | `pool-openings/POOL` | ``OpeningCount`` |
/// | `pool-opening/POOL/NUMBER` | ``OpeningPointer``; NUMBER is 12 digits, from 0, in the order of opening |
/// | `dataset/NAME` | ``DatasetPointer``: the current version |
/// | `dataset-proposal/NAME` | ``DatasetProposal`` that waits for owners |
/// | `manifest/CID` | ``DatasetRecord``: every version that was ever in use |
/// | `dataset-end/SECONDS/CID` | ``DatasetPointer``: versions in use, by the end of their validity; 12 digits |
/// | `dataset-token/NAME/ID` | ``DatasetTokenPointer``: tokens that were asked for on a dataset |
/// | `field-key/PARTY` | ``FieldKeyRecord`` |
/// | `escrow-deposit/PARTY` | ``DepositRecord`` of the party's key for fields: in force, or the first |
/// | `escrow-pool-deposit/POOL` | ``DepositRecord`` of the pool's key |
/// | `escrow-pending/PARTY`, `escrow-pool-pending/POOL` | ``DepositRecord``: dealt anew, waits for its holders |
/// | `escrow-past/PARTY/EPOCH`, `escrow-pool-past/POOL/EPOCH` | ``DepositRecord``: was in force; without the shares |
/// | `escrow-ceremony/PARTY` | ``ShareCeremony``: as `pool-ceremony`, of the party's key for fields |
/// | `escrow-request/ID` | ``EscrowRequest`` |
/// | `escrow-vote/ID/PARTY` | ``EscrowVote``: what a holder said |
/// | `escrow-notice/PARTY/ID` | ``EscrowNotice``: the last word |
/// | `escrow-count/PARTY` | ``EscrowCount``, by owner |
/// | `pseudonym-key` | ``PseudonymKeyRecord`` in use |
/// | `pseudonym-key-past/ID` | ``PseudonymKeyRecord`` that another took the place of |
/// | `pseudonym-request/ID` | ``PseudonymRequest`` |
/// | `pseudonym-count/PARTY` | ``PseudonymCount``, by department |
/// | `notice/DATASET/PARTY` | ``DatasetNotice``: the last word |
/// | `token/ID` | ``TokenRecord`` |
/// | `token-dataset/ID/DATASET` | ``TokenDatasetRecord``: what the owners said |
/// | `token-uses/ID` | ``TokenUsesRecord`` |
/// | `redemption/ID` | ``RedemptionRecord`` |
/// | `query-refusal/ID` | ``QueryRefusalRecord`` |
/// | `contract-name/NAME` | ``ContractNameRecord`` |
/// | `contract/NAME@VERSION` | ``RegisteredPlanRecord`` |
/// | `contract-dataset/NAME@VERSION/DATASET` | ``RegisteredPlanDatasetRecord``: what the owners said |
/// | `result/ID` | ``ResultRecord`` |
/// | `result-statement/ID/PARTY` | ``ResultStatement``: the last word of each department |
/// | `opening/RESULT` | ``OpeningRecord`` |
/// | `opening-refusal/RESULT` | ``OpeningRefusalRecord``: the custodian's last refusal |
/// | `opening-begun/RESULT` | ``OpeningBegun``: of a shared key, since the first part |
/// | `opening-part/RESULT/PARTY` | ``OpeningPartRecord``: each holder's last part |
/// | `part-report/RESULT/PARTY/EPOCH` | ``OpeningPartRecord`` that was reported, whatever became of it; EPOCH is 12 digits |
/// | `part-refusal/RESULT/PARTY` | ``OpeningRefusalRecord``: each holder's last refusal |
///
/// IDs are transaction ids in hexadecimal. Names hold no `/`, so no key is a prefix of another kind's.
struct StateKey: Hashable, Sendable {
    let text: String

    private init(_ parts: String...) {
        text = parts.joined(separator: "/")
    }

    /// Twelve digits, so that the order of texts is that of numbers.
    private static func digits(_ number: Int64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    static var consortium: StateKey { StateKey("consortium") }
    static func party(_ name: PartyName) -> StateKey { StateKey("party", name.text) }
    static var parties: StateKey { StateKey("party", "") }

    static var accounts: StateKey { StateKey("accounts") }
    static func proposal(_ id: Digest) -> StateKey { StateKey("registry-proposal", id.hex) }
    static var changeProposals: StateKey { StateKey("registry-proposal", "") }
    static func change(at height: Int64) -> StateKey { StateKey("registry-change", digits(height)) }
    static var changes: StateKey { StateKey("registry-change", "") }
    static func equivocation(_ party: PartyName, size: Int64) -> StateKey {
        StateKey("equivocation", party.text, digits(size))
    }
    static var equivocations: StateKey { StateKey("equivocation", "") }
    static func settlement(_ height: Int64) -> StateKey { StateKey("settlement", digits(height)) }
    static var settlements: StateKey { StateKey("settlement", "") }
    static var contest: StateKey { StateKey("contest") }
    static func incident(_ number: Int64) -> StateKey { StateKey("incident", digits(number)) }
    static var incidents: StateKey { StateKey("incident", "") }
    static func batchReport(_ department: PartyName, _ height: Int64, _ fault: ReportedFault) -> StateKey {
        StateKey("batch-report", department.text, digits(height), fault.rawValue)
    }
    static func batchFaults(_ department: PartyName) -> StateKey { StateKey("batch-faults", department.text) }

    static func pool(_ name: PoolName) -> StateKey { StateKey("pool", name.text) }
    static var pools: StateKey { StateKey("pool", "") }
    static func poolEpoch(_ pool: PoolName, _ epoch: Int) -> StateKey {
        StateKey("pool-epoch", pool.text, digits(Int64(epoch)))
    }
    static func ceremony(of subject: SharedKeySubject) -> StateKey {
        switch subject {
        case .pool(let name): StateKey("pool-ceremony", name.text)
        case .fields(let owner): StateKey("escrow-ceremony", owner.text)
        }
    }
    static func poolDataset(_ pool: PoolName, _ dataset: DatasetName) -> StateKey {
        StateKey("pool-dataset", pool.text, dataset.text)
    }
    static func poolDatasets(_ pool: PoolName) -> StateKey { StateKey("pool-dataset", pool.text, "") }
    static func openingCount(_ pool: PoolName) -> StateKey { StateKey("pool-openings", pool.text) }
    static func poolOpening(_ pool: PoolName, _ number: Int64) -> StateKey {
        StateKey("pool-opening", pool.text, digits(number))
    }
    static func poolOpenings(_ pool: PoolName) -> StateKey { StateKey("pool-opening", pool.text, "") }

    static func dataset(_ name: DatasetName) -> StateKey { StateKey("dataset", name.text) }
    static var datasets: StateKey { StateKey("dataset", "") }
    static func proposal(_ name: DatasetName) -> StateKey { StateKey("dataset-proposal", name.text) }
    static var proposals: StateKey { StateKey("dataset-proposal", "") }
    static func manifest(_ manifest: CID) -> StateKey { StateKey("manifest", manifest.text) }

    static func expiry(_ end: Timestamp, _ manifest: CID) -> StateKey {
        StateKey("dataset-end", digits(end.seconds), manifest.text)
    }
    static var expiries: StateKey { StateKey("dataset-end", "") }
    /// Behind all that end at `time` or before.
    static func expiries(after time: Timestamp) -> StateKey { StateKey("dataset-end", digits(time.seconds + 1)) }
    static func datasetToken(_ name: DatasetName, _ token: Digest) -> StateKey {
        StateKey("dataset-token", name.text, token.hex)
    }
    static func datasetTokens(_ name: DatasetName) -> StateKey { StateKey("dataset-token", name.text, "") }
    static func notice(_ dataset: DatasetName, _ party: PartyName) -> StateKey {
        StateKey("notice", dataset.text, party.text)
    }
    static func notices(_ dataset: DatasetName) -> StateKey { StateKey("notice", dataset.text, "") }

    static func fieldKey(_ owner: PartyName) -> StateKey { StateKey("field-key", owner.text) }
    static var fieldKeys: StateKey { StateKey("field-key", "") }
    static func deposit(_ owner: PartyName, _ pool: PoolName? = nil) -> StateKey {
        pool.map { StateKey("escrow-pool-deposit", $0.text) } ?? StateKey("escrow-deposit", owner.text)
    }
    static func pendingDeposit(_ owner: PartyName, _ pool: PoolName?) -> StateKey {
        pool.map { StateKey("escrow-pool-pending", $0.text) } ?? StateKey("escrow-pending", owner.text)
    }
    static func pastDeposit(_ owner: PartyName, _ pool: PoolName?, _ epoch: Int) -> StateKey {
        pool.map { StateKey("escrow-pool-past", $0.text, digits(Int64(epoch))) }
            ?? StateKey("escrow-past", owner.text, digits(Int64(epoch)))
    }
    static var pendingDeposits: StateKey { StateKey("escrow-pending", "") }
    static var pendingPoolDeposits: StateKey { StateKey("escrow-pool-pending", "") }
    static var poolDeposits: StateKey { StateKey("escrow-pool-deposit", "") }
    static var deposits: StateKey { StateKey("escrow-deposit", "") }
    static func escrowRequest(_ id: Digest) -> StateKey { StateKey("escrow-request", id.hex) }
    static var escrowRequests: StateKey { StateKey("escrow-request", "") }
    static func escrowVote(_ request: Digest, _ holder: PartyName) -> StateKey {
        StateKey("escrow-vote", request.hex, holder.text)
    }
    static func escrowVotes(_ request: Digest) -> StateKey { StateKey("escrow-vote", request.hex, "") }
    static func escrowNotice(_ party: PartyName, _ request: Digest) -> StateKey {
        StateKey("escrow-notice", party.text, request.hex)
    }
    static func escrowNotices(_ party: PartyName) -> StateKey { StateKey("escrow-notice", party.text, "") }
    static func escrowCount(_ owner: PartyName) -> StateKey { StateKey("escrow-count", owner.text) }

    static var pseudonymKey: StateKey { StateKey("pseudonym-key") }
    static func pastPseudonymKey(_ id: Digest) -> StateKey { StateKey("pseudonym-key-past", id.hex) }
    static var pastPseudonymKeys: StateKey { StateKey("pseudonym-key-past", "") }
    static func pseudonymRequest(_ id: Digest) -> StateKey { StateKey("pseudonym-request", id.hex) }
    static var pseudonymRequests: StateKey { StateKey("pseudonym-request", "") }
    static func pseudonymCount(_ department: PartyName) -> StateKey { StateKey("pseudonym-count", department.text) }

    static func token(_ id: Digest) -> StateKey { StateKey("token", id.hex) }
    static var tokens: StateKey { StateKey("token", "") }
    static func tokenDataset(_ id: Digest, _ dataset: DatasetName) -> StateKey {
        StateKey("token-dataset", id.hex, dataset.text)
    }
    static func tokenDatasets(_ id: Digest) -> StateKey { StateKey("token-dataset", id.hex, "") }
    static func tokenUses(_ id: Digest) -> StateKey { StateKey("token-uses", id.hex) }
    static func redemption(_ id: Digest) -> StateKey { StateKey("redemption", id.hex) }
    static var redemptions: StateKey { StateKey("redemption", "") }
    static func queryRefusal(_ id: Digest) -> StateKey { StateKey("query-refusal", id.hex) }
    static var queryRefusals: StateKey { StateKey("query-refusal", "") }

    static func contractName(_ name: ContractName) -> StateKey { StateKey("contract-name", name.text) }
    static func contract(_ contract: ContractReference) -> StateKey { StateKey("contract", contract.description) }
    static var contracts: StateKey { StateKey("contract", "") }
    static func contractDataset(_ contract: ContractReference, _ dataset: DatasetName) -> StateKey {
        StateKey("contract-dataset", contract.description, dataset.text)
    }
    static func contractDatasets(_ contract: ContractReference) -> StateKey {
        StateKey("contract-dataset", contract.description, "")
    }

    static func result(_ id: Digest) -> StateKey { StateKey("result", id.hex) }
    static var results: StateKey { StateKey("result", "") }
    static func statement(_ result: Digest, _ party: PartyName) -> StateKey {
        StateKey("result-statement", result.hex, party.text)
    }
    static func statements(_ result: Digest) -> StateKey { StateKey("result-statement", result.hex, "") }
    static func opening(_ result: Digest) -> StateKey { StateKey("opening", result.hex) }
    static func openingRefusal(_ result: Digest) -> StateKey { StateKey("opening-refusal", result.hex) }
    static func openingBegun(_ result: Digest) -> StateKey { StateKey("opening-begun", result.hex) }
    static func openingPart(_ result: Digest, _ party: PartyName) -> StateKey {
        StateKey("opening-part", result.hex, party.text)
    }
    static func openingParts(_ result: Digest) -> StateKey { StateKey("opening-part", result.hex, "") }
    static func partReport(_ result: Digest, _ party: PartyName, _ epoch: Int) -> StateKey {
        StateKey("part-report", result.hex, party.text, digits(Int64(epoch)))
    }
    static func partReports(_ result: Digest) -> StateKey { StateKey("part-report", result.hex, "") }
    static func partRefusal(_ result: Digest, _ party: PartyName) -> StateKey {
        StateKey("part-refusal", result.hex, party.text)
    }
    static func partRefusals(_ result: Digest) -> StateKey { StateKey("part-refusal", result.hex, "") }
}
