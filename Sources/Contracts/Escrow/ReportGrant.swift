package import BlobStore
package import SharingModel

/// `escrow.report`: the requester shows a part that does not hold. Anybody finds its digest in the grant that its giver
/// signed, and sees that its proof is wrong. That is for whoever looks to see: the ledger holds the requester's word, and
/// convicts nobody by it.
package struct ReportGrant: TransactionBody {
    package static let kind = TransactionKind.reportGrant
    package let request: Digest
    package let holder: PartyName
    /// The plain part, cut and linked as a sealed one, in the blob store.
    package let part: CID

    package init(request: Digest, holder: PartyName, part: CID) {
        self.request = request
        self.holder = holder
        self.part = part
    }

    package func checkForm() throws(ContractsError) {}

    package func execute(in execution: inout Execution) throws {
        guard let request = try execution.state.escrowRequest(request) else {
            throw Refusal(.requestUnknown, ["request": request.hex])
        }
        guard request.requester == execution.by else {
            throw Refusal(.notTheRequester, ["party": execution.by.text, "request": request.id.hex])
        }
        guard let vote = try execution.state.escrowVotes(on: request.id).first(where: { $0.holder == holder }),
            vote.grant != nil
        else { throw Refusal(.requestNotGranted, ["request": request.id.hex]) }
        guard vote.reported == nil else {
            throw Refusal(.alreadyDecided, ["party": execution.by.text, "request": request.id.hex])
        }
        try execution.write(
            EscrowVote(
                request: vote.request, holder: holder, at: vote.at, transaction: vote.transaction, grant: vote.grant,
                epoch: vote.epoch, denial: nil, reported: part),
            to: .escrowVote(request.id, holder))
    }
}
