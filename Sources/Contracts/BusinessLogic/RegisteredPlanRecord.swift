package import BlobStore
import CanonicalJSON
package import SharingModel

/// A plan with blanks, as it was registered. Never rewritten.
package struct RegisteredPlanRecord: Codable, Hashable, Sendable {
    package let terms: RegisterContract
    package let author: PartyName
    package let pool: PoolName
    /// Id of the `contract.register` transaction.
    package let registration: Digest
    package let registeredAt: Timestamp
}

/// One dataset of a registered plan, in the version that was current when it was registered.
package struct RegisteredPlanDatasetRecord: Codable, Hashable, Sendable {
    package let contract: ContractReference
    package let dataset: DatasetName
    package let manifest: CID
    package let consent: Consent

    func decided(_ decision: OwnerDecision) -> RegisteredPlanDatasetRecord {
        RegisteredPlanDatasetRecord(
            contract: contract, dataset: dataset, manifest: manifest, consent: consent.adding(decision))
    }
}

/// Who may register further versions under a name.
package struct ContractNameRecord: Codable, Hashable, Sendable {
    package let name: ContractName
    package let author: PartyName
}

/// A registered plan as it stands: its terms and what the owners said.
package struct RegisteredPlan: Hashable, Sendable {
    package let record: RegisteredPlanRecord
    /// Sorted by name.
    package let datasets: [RegisteredPlanDatasetRecord]

    package var contract: ContractReference { record.terms.contract }

    /// Whether enough owners of every dataset have approved.
    package var isApproved: Bool { datasets.allSatisfy { $0.consent.status == .given } }
}
