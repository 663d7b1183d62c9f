import Contracts
package import Ledger
import SealedTables
package import SharingModel

extension PartySession {
    /// `dataset approve`: a joint owner agrees to the version or renewal that is proposed now.
    package func approveDataset(_ name: DatasetName) async throws -> Receipt {
        guard let proposal = try state({ try $0.proposal(name) }) else {
            throw GatewayError.notAllowed(
                reason: "nothing is proposed for the dataset \(name)",
                wayOn: "`chancery dataset show \(name)` tells what is in use")
        }
        // The contracts cannot read a manifest: that it holds what the proposal says is looked at by whoever agrees.
        try proposal.terms.check(SealedDataset(loading: proposal.terms.manifest, from: blobs).manifest)
        return try await submit(ApproveDataset(dataset: name, proposal: proposal.id))
    }

    /// `dataset withdraw`: takes effect at once; tokens on it cannot be redeemed any more.
    package func withdrawDataset(_ name: DatasetName, reason: String?) async throws -> Receipt {
        let manifest = try state { try $0.dataset(name)?.manifest ?? $0.proposal(name)?.terms.manifest }
        guard let manifest else {
            throw GatewayError.unknownDataset(name, datasets: try state { try $0.datasets().map(\.name) })
        }
        return try await submit(WithdrawDataset(dataset: name, manifest: manifest, reason: reason))
    }

    /// `dataset renew`: another end of validity.
    package func renewDataset(_ name: DatasetName, validUntil: Timestamp?) async throws -> Receipt {
        let dataset = try state { try $0.knownDataset(name) }
        return try await submit(RenewDataset(dataset: name, manifest: dataset.manifest, validUntil: validUntil))
    }
}
