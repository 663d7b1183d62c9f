/// What a transaction asks for. The raw value stands in the envelope's payload type and never changes.
package enum TransactionKind: String, Codable, Hashable, Sendable, CaseIterable {
    case foundConsortium = "consortium.found"
    case openSection = "section.open"
    case createPool = "pool.create"
    case acknowledgeShare = "pool.acknowledge"
    case complainOfShare = "pool.complain"
    case renewShares = "pool.renew"
    case dealShares = "pool.deal"
    case publishDataset = "dataset.publish"
    case approveDataset = "dataset.approve"
    case withdrawDataset = "dataset.withdraw"
    case renewDataset = "dataset.renew"
    case requestToken = "token.request"
    case approveToken = "token.approve"
    case denyToken = "token.deny"
    case revokeToken = "token.revoke"
    case redeemToken = "token.redeem"
    case refuseQuery = "query.refuse"
    case registerContract = "contract.register"
    case approveContract = "contract.approve"
    case recordResult = "result.record"
    case endorseResult = "result.endorse"
    case disputeResult = "result.dispute"
    case recordOpening = "opening.record"
    case refuseOpening = "opening.refuse"
    case recordPart = "opening.part"
    case combineOpening = "opening.combine"
    case reportPart = "opening.report"
    case registerFieldKey = "field-key.register"
    case depositKey = "escrow.deposit"
    case acknowledgeDeposit = "escrow.acknowledge"
    case complainOfDeposit = "escrow.complain"
    case renewDeposit = "escrow.renew"
    case dealDeposit = "escrow.deal"
    case requestOpening = "escrow.request"
    case grantOpening = "escrow.grant"
    case denyOpening = "escrow.deny"
    case useOpening = "escrow.open"
    case reportGrant = "escrow.report"
    case registerPseudonymKey = "pseudonym-key.register"
    case requestPseudonyms = "pseudonym.request"
    case evaluatePseudonyms = "pseudonym.evaluate"
    case refusePseudonyms = "pseudonym.refuse"
    case complainOfPseudonyms = "pseudonym.complain"
    case proposeChange = "registry.propose"
    case approveChange = "registry.approve"
    case reportEquivocation = "cosigner.equivocation"
    case settleHeight = "cosigner.settlement"
    case setStatus = "department.status"
    case recordIncident = "incident.record"
    case reportBatch = "batch.report"
    case wakeLedger = "ledger.wake"

    /// DSSE payload type: `application/vnd.chancery.<kind>.v1+json`.
    package var payloadType: String { TransactionKind.prefix + rawValue + TransactionKind.suffix }

    /// - Returns: `nil` if `payloadType` is not exactly that of a known kind.
    package init?(payloadType: String) {
        guard payloadType.hasPrefix(TransactionKind.prefix), payloadType.hasSuffix(TransactionKind.suffix) else {
            return nil
        }
        let kind = payloadType.dropFirst(TransactionKind.prefix.count).dropLast(TransactionKind.suffix.count)
        self.init(rawValue: String(kind))
        // Swift compares texts by canonical equivalence; a payload type is compared by bytes.
        guard self.payloadType.utf8.elementsEqual(payloadType.utf8) else { return nil }
    }

    /// Whether the kind stands on the consortium's registry ledger; all others stand on a section's.
    package var belongsToRegistry: Bool { self == .foundConsortium }

    private static let prefix = "application/vnd.chancery."
    private static let suffix = ".v1+json"
}
