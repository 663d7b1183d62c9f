package import Foundation
package import SharingModel

/// The part of a payload that differs by kind, and the rule that executes it.
package protocol TransactionBody: Codable, Hashable, Sendable {
    static var kind: TransactionKind { get }

    /// Refuses, without looking at the state, what no honest writer would sign: lists unsorted, doubled or too long,
    /// texts too long or with control characters, numbers out of range. Such a transaction is not recorded.
    func checkForm() throws(ContractsError)

    /// Whose signatures the envelope must carry: exactly these, sorted by name.
    /// - Throws: ``ContractsError`` if they cannot be known; whatever the state throws.
    func requiredSigners(_ header: TransactionHeader, _ state: LedgerState) throws -> [RequiredSigner]

    /// Applies the rule. Pure: reads and writes through `execution` only.
    /// - Throws: ``Refusal`` where the rule says no; whatever the state throws.
    func execute(in execution: inout Execution) throws
}

/// A party whose signature an envelope must carry.
package struct RequiredSigner: Hashable, Sendable {
    package let party: PartyName
    /// Ed25519 public key, 32 bytes.
    package let signingKey: Data
}

extension TransactionBody {
    package func requiredSigners(_ header: TransactionHeader, _ state: LedgerState) throws -> [RequiredSigner] {
        guard let party = try state.party(header.by) else { throw ContractsError.unknownParty(header.by) }
        return [RequiredSigner(party: party.name, signingKey: party.signingKey)]
    }
}

extension TransactionKind {
    var bodyType: any TransactionBody.Type {
        switch self {
        case .foundConsortium: FoundConsortium.self
        case .openSection: OpenSection.self
        case .createPool: CreatePool.self
        case .acknowledgeShare: AcknowledgeShare.self
        case .complainOfShare: ComplainOfShare.self
        case .renewShares: RenewShares.self
        case .dealShares: DealShares.self
        case .publishDataset: PublishDataset.self
        case .approveDataset: ApproveDataset.self
        case .withdrawDataset: WithdrawDataset.self
        case .renewDataset: RenewDataset.self
        case .requestToken: RequestToken.self
        case .approveToken: ApproveToken.self
        case .denyToken: DenyToken.self
        case .revokeToken: RevokeToken.self
        case .redeemToken: RedeemToken.self
        case .refuseQuery: RefuseQuery.self
        case .registerContract: RegisterContract.self
        case .approveContract: ApproveContract.self
        case .recordResult: RecordResult.self
        case .endorseResult: EndorseResult.self
        case .disputeResult: DisputeResult.self
        case .recordOpening: RecordOpening.self
        case .refuseOpening: RefuseOpening.self
        case .recordPart: RecordPart.self
        case .combineOpening: CombineOpening.self
        case .reportPart: ReportPart.self
        case .registerFieldKey: RegisterFieldKey.self
        case .depositKey: DepositKey.self
        case .acknowledgeDeposit: AcknowledgeDeposit.self
        case .complainOfDeposit: ComplainOfDeposit.self
        case .renewDeposit: RenewDeposit.self
        case .dealDeposit: DealDeposit.self
        case .requestOpening: RequestOpening.self
        case .grantOpening: GrantOpening.self
        case .denyOpening: DenyOpening.self
        case .useOpening: UseOpening.self
        case .reportGrant: ReportGrant.self
        case .registerPseudonymKey: RegisterPseudonymKey.self
        case .requestPseudonyms: RequestPseudonyms.self
        case .evaluatePseudonyms: EvaluatePseudonyms.self
        case .refusePseudonyms: RefusePseudonyms.self
        case .complainOfPseudonyms: ComplainOfPseudonyms.self
        case .proposeChange: ProposeChange.self
        case .approveChange: ApproveChange.self
        case .reportEquivocation: ReportEquivocation.self
        case .settleHeight: SettleHeight.self
        case .setStatus: SetStatus.self
        case .recordIncident: RecordIncident.self
        case .reportBatch: ReportBatch.self
        case .wakeLedger: WakeLedger.self
        }
    }
}
