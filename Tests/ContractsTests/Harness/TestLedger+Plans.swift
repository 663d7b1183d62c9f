import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import SharingModel
import Testing

extension TestLedger {
    static let template: JSONValue = [
        "version": 1, "datasets": ["care1", "care2"], "where": "year = :year", "parameters": [:],
    ]

    /// A plan of `care1` and `care2` with a blank year and a blank plan.
    static func registration(
        _ contract: ContractReference = "spending@1", datasets: [DatasetName] = ["care1", "care2"],
        packs: [PackName] = ["care"]
    ) -> RegisterContract {
        RegisterContract(
            contract: contract, summary: "Mean spending in a year", datasets: datasets, packs: packs,
            template: template,
            parameters: [
                PlanParameter(name: "year", type: .integer, minimum: 1, maximum: 5),
                PlanParameter(name: "coins", type: .string, allowed: [.string("0"), .string("95")]),
            ])
    }

    static let values: [String: ParameterValue] = ["year": .integer(1), "coins": .string("95")]

    /// The CID of ``template`` with ``values`` put in, from bytes that were written by hand.
    static let instance = CID(
        of: Data(
            """
            {"datasets":["care1","care2"],"parameters":{"coins":"95","year":1},"version":1,"where":"year = :year"}
            """.utf8), codec: .dagJSON)

    /// A token limited to `spending@1`, which the owners approved, and the token too.
    static func withRegisteredPlan() throws -> (ledger: TestLedger, token: Digest) {
        var ledger = try TestLedger.withDatasets()
        try ledger.accept(registration(), by: "statistics")
        for site: PartyName in ["site1", "site2"] {
            try ledger.accept(ApproveContract(contract: "spending@1"), by: site)
        }
        let token = try ledger.accept(request(contracts: ["spending@1"]), by: "statistics")
        for site: PartyName in ["site1", "site2", "site3"] {
            try ledger.accept(ApproveToken(token: token), by: site)
        }
        return (ledger, token)
    }

    static func call(
        _ token: Digest, _ contract: ContractReference = "spending@1", plan: CID = instance,
        values: [String: ParameterValue] = values, datasets: [DatasetName] = ["care1", "care2"],
        packs: [PackName] = ["care"]
    ) -> RedeemToken {
        RedeemToken(
            token: token, plan: plan, datasets: datasets, packs: packs,
            contract: ContractCall(contract: contract, parameters: values))
    }
}
