import Contracts
import Foundation
import Gateway
import Ledger
import Paillier
import SharingModel
import Testing

/// A party that holds shares in two sections has one vault for both.
@Suite("Pools of two sections")
struct PoolsOfTwoSectionsTests {
    private let holders = ["audit", "ministry"]

    /// A pool `joint` in shares, acknowledged.
    private func create(_ section: String, of member: String, in consortium: PseudonymConsortium) async throws {
        _ = try await CreatePoolKey(
            pool: name("joint"), members: [name(member)], custodian: name("ministry"), bitCount: 2_048,
            holders: CreatePoolKey.Holders(
                holders.map { try name($0) }, structure: AccessStructure(threshold: 2, of: 2))
        ).run(as: consortium.session("ministry", section: section))
        try await acknowledge(section, in: consortium)
    }

    private func acknowledge(_ section: String, in consortium: PseudonymConsortium) async throws {
        for holder in holders {
            _ = try await AcknowledgePoolShare(name("joint")).run(as: consortium.session(holder, section: section))
        }
    }

    private func shares(of holder: String, in consortium: PseudonymConsortium) throws -> [String] {
        try consortium.base.secrets(holder).filter { $0.hasPrefix("share.") }.sorted()
    }

    @Test("They may have one name: neither takes the other's shares, nor throws them away when its own are refreshed")
    func oneName() async throws {
        let consortium = try await PseudonymConsortium(hasCustodian: false)
        try await create("health", of: "site1", in: consortium)
        try await create("tax", of: "revenue", in: consortium)
        #expect(try shares(of: "audit", in: consortium) == ["share.joint.1.health", "share.joint.1.tax"])
        let ceremony = try await RenewPoolShares(name("joint"))
            .run(as: consortium.session("audit", section: "health")).receipt.transaction.hex
        for holder in holders {
            _ = try await DealPoolShares(name("joint"), ceremony: ceremony)
                .run(as: consortium.session(holder, section: "health"))
        }
        try await acknowledge("health", in: consortium)
        _ = try await AcknowledgePoolShare(name("joint")).run(as: consortium.session("audit", section: "health"))
        #expect(try shares(of: "audit", in: consortium) == ["share.joint.1.tax", "share.joint.2.health"])
    }
}
