/// All reasons for which a recorded transaction can be refused. Raw values stand on ledgers: never change one.
package enum RefusalCode: String, Codable, Hashable, Sendable, CaseIterable {
    // Of any transaction.
    case wrongLedger = "wrong-ledger"
    case transactionExpired = "transaction-expired"
    case validityTooLong = "validity-too-long"
    case unknownParty = "unknown-party"
    case roleNotAllowed = "role-not-allowed"
    case alreadyExists = "already-exists"

    // Registry and sections.
    case ledgerAlreadyOpen = "ledger-already-open"
    case statementInvalid = "statement-invalid"
    case changeInvalid = "change-invalid"
    case keyRetired = "key-retired"
    case changeUnknown = "change-unknown"
    case changeDecided = "change-decided"
    case changeExpired = "change-expired"
    case changePending = "change-pending"
    case heightTooFar = "height-too-far"

    // Cosigning.
    case equivocationUnproven = "equivocation-unproven"
    case voteGivenUp = "vote-given-up"
    case settlementInvalid = "settlement-invalid"

    // Pools.
    case unknownPool = "unknown-pool"
    case notAMember = "not-a-member"
    case notCustodian = "not-custodian"
    case keyInvalid = "key-invalid"

    // Keys in shares.
    case notAHolder = "not-a-holder"
    case poolNotInForce = "pool-not-in-force"
    case keyIsShared = "key-is-shared"
    case ceremonyUnknown = "ceremony-unknown"
    case ceremonyPending = "ceremony-pending"
    case ceremonyEnded = "ceremony-ended"
    case dealingInvalid = "dealing-invalid"
    case dealersInsufficient = "dealers-insufficient"
    case epochOver = "epoch-over"
    case partUnknown = "part-unknown"
    case tooFewParts = "too-few-parts"

    // Datasets.
    case unknownDataset = "unknown-dataset"
    case notAnOwner = "not-an-owner"
    case manifestAlreadyPublished = "manifest-already-published"
    case keyMismatch = "key-mismatch"
    case proposalUnknown = "proposal-unknown"
    case alreadyDecided = "already-decided"
    case datasetWithdrawn = "dataset-withdrawn"
    case datasetStale = "dataset-stale"
    case datasetReplaced = "dataset-replaced"
    case alreadyPast = "already-past"

    // Tokens.
    case unknownToken = "unknown-token"
    case notTheGrantee = "not-the-grantee"
    case purposeMissing = "purpose-missing"
    case nothingToGrant = "nothing-to-grant"
    case severalPools = "several-pools"
    case unknownPack = "unknown-pack"
    case tokenNotApproved = "token-not-approved"
    case tokenDenied = "token-denied"
    case tokenRevoked = "token-revoked"
    case tokenExpired = "token-expired"
    case usesExhausted = "uses-exhausted"
    case datasetNotGranted = "dataset-not-granted"
    case datasetNotApproved = "dataset-not-approved"
    case datasetRevoked = "dataset-revoked"
    case packNotGranted = "pack-not-granted"

    // Registered plans.
    case planNotRegistered = "plan-not-registered"
    case planNotApproved = "plan-not-approved"
    case planNotGranted = "plan-not-granted"
    case planRequired = "plan-required"
    case planMismatch = "plan-mismatch"
    case parameterInvalid = "parameter-invalid"
    case notTheAuthor = "not-the-author"

    // Keys for fields and their escrow.
    case fieldKeyMissing = "field-key-missing"
    case escrowNotAsked = "escrow-not-asked"
    case escrowMissing = "escrow-missing"
    case depositInvalid = "deposit-invalid"
    case depositUnknown = "deposit-unknown"
    case notAnEscrowHolder = "not-an-escrow-holder"
    case shareMissing = "share-missing"
    case cellUnknown = "cell-unknown"
    case reasonMissing = "reason-missing"
    case escrowUnreachable = "escrow-unreachable"
    case requestUnknown = "request-unknown"
    case requestExpired = "request-expired"
    case requestDenied = "request-denied"
    case requestUsed = "request-used"
    case requestNotGranted = "request-not-granted"
    case notTheRequester = "not-the-requester"
    case ownRequest = "own-request"
    case tooEarly = "too-early"
    case overLimit = "over-limit"

    // Pseudonyms.
    case noPseudonymCustodian = "no-pseudonym-custodian"
    case notKeyCustodian = "not-key-custodian"
    case pseudonymKeyMissing = "pseudonym-key-missing"
    case pseudonymKeyReplaced = "pseudonym-key-replaced"
    case otherPseudonyms = "other-pseudonyms"
    case evaluationUnknown = "evaluation-unknown"
    case evaluationAnswered = "evaluation-answered"
    case countDiffers = "count-differs"
    case evaluationsExhausted = "evaluations-exhausted"

    // Keeping the ledger.
    case statusUnchanged = "status-unchanged"
    case notYetHappened = "not-yet-happened"
    case alreadyReported = "already-reported"

    // Results and openings.
    case redemptionUnknown = "redemption-unknown"
    case inputsMismatch = "inputs-mismatch"
    case resultUnknown = "result-unknown"
    case resultDiffers = "result-differs"
    case resultDisputed = "result-disputed"
    case ownResult = "own-result"
    case alreadyOpened = "already-opened"
    case historyMoved = "history-moved"
}
