import Contracts
import KeyVault
package import Ledger
import Paillier
package import SharingModel

/// `escrow acknowledge`: a holder opens the shares that wait for it, of deposits and of their renewals, checks each
/// against the published values, keeps it in its vault, and says so on the ledger. Of a share that is not what was
/// published it complains there. Shares that others have taken the place of are dropped.
package struct AcknowledgeDeposits {
    /// Whose deposit; `nil` for all that wait.
    package let owner: PartyName?

    package init(owner: PartyName? = nil) {
        self.owner = owner
    }

    package struct Answer: Sendable {
        package let owner: PartyName
        /// `nil` for the owner's key for fields.
        package let pool: PoolName?
        /// Of the share.
        package let epoch: Int
        package let receipt: Receipt
        /// What is wrong with the share; `nil` where it was acknowledged.
        package let complaint: String?
    }

    /// - Returns: One answer for each deposit or renewal that waited; none where nothing did.
    package func run(as session: PartySession) async throws -> [Answer] {
        let asked = try session.state { try $0.deposits() }.filter { owner == nil || owner == $0.owner }
        var answers = [Answer]()
        for deposit in asked where deposit.missing.contains(session.party) {
            answers.append(try await answer(deposit, session))
        }
        for deposit in asked where deposit.isComplete {
            if let answer = try await answer(renewalOf: deposit, session) { answers.append(answer) }
        }
        try session.dropEscrowShares()
        return answers
    }

    private func answer(_ deposit: DepositRecord, _ session: PartySession) async throws -> Answer {
        func said(_ receipt: Receipt, _ complaint: String? = nil) -> Answer {
            Answer(
                owner: deposit.owner, pool: deposit.pool, epoch: deposit.record.epoch, receipt: receipt,
                complaint: complaint)
        }
        do {
            let share = try EscrowShare.open(
                deposit, on: session.ledger.identity, for: session.party, under: session.sharedKey(deposit),
                with: session.vault.unsealingKey())
            try session.keep(share, ofDeposit: deposit.id)
        } catch let fault as EscrowShareFault {
            let complaint = ComplainOfDeposit(
                owner: deposit.owner, deposit: deposit.id, reason: fault.rawValue, pool: deposit.pool)
            return said(try await session.submit(complaint), fault.rawValue)
        }
        return said(
            try await session.submit(
                AcknowledgeDeposit(owner: deposit.owner, deposit: deposit.id, pool: deposit.pool)))
    }

    /// - Returns: `nil` where no renewal waits for this party's word.
    private func answer(renewalOf deposit: DepositRecord, _ session: PartySession) async throws -> Answer? {
        let shared = try KeyInShares(deposit, session)
        guard let ceremony = shared.ceremony, ceremony.complaint == nil, let next = ceremony.key,
            next.holders.contains(session.party), !ceremony.acknowledged.contains(session.party)
        else { return nil }
        func said(_ receipt: Receipt, _ complaint: String? = nil) -> Answer {
            Answer(
                owner: deposit.owner, pool: deposit.pool, epoch: ceremony.epoch, receipt: receipt, complaint: complaint)
        }
        do {
            try session.keep(shared.take(from: ceremony, next, session), ofDeposit: ceremony.id)
        } catch let fault as WrongDealing {
            let reason = "what \(fault.dealer) dealt \(fault.reason)"
            let complaint = ComplainOfDeposit(
                owner: deposit.owner, deposit: ceremony.id, reason: fault.reason, pool: deposit.pool,
                dealer: fault.dealer)
            return said(try await session.submit(complaint), reason)
        }
        return said(
            try await session.submit(
                AcknowledgeDeposit(
                    owner: deposit.owner, deposit: ceremony.id, pool: deposit.pool, key: next.digest())))
    }
}
