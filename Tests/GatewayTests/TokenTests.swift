import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import Ledger
import QueryPlans
import SealedTables
import SharingModel
import TestSupport
import Testing

@Suite("Tokens in use")
struct TokenTests {
    @Test("Two queries at once on a token of one use: one is computed, one is refused, and one use is taken")
    func usedTwiceAtOnce() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant(uses: 1)
        let statements = ["SELECT SUM(meddol) FROM health", "SELECT AVG(mdvis) FROM health"]
        let outcomes = await withTaskGroup(of: Result<Digest, any Error>.self) { group in
            for statement in statements {
                group.addTask {
                    do {
                        return .success(try await consortium.query(statement, token: token).id)
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { (try? $0.get()) != nil } == 1)
        for case .failure(let error) in outcomes {
            #expect(refusal(error)?.code == .usesExhausted)
        }
        #expect(try consortium.session("site1").state { try $0.token(matching: token) }.uses.taken == 1)
    }

    @Test("An envelope that is submitted again takes no second use")
    func sameEnvelope() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant(uses: 2)
        let session = try consortium.session("statistics")
        let redeem = try consortium.redeemByYear(token, session)
        let envelope = try consortium.envelope(redeem, as: "statistics")
        let first = try await session.ledger.submit(envelope)
        #expect(try await session.ledger.submit(envelope) == first)
        try session.catchUp()
        #expect(try session.state { try $0.token(matching: token) }.uses.taken == 1)
    }

    @Test("A token that an owner revoked after the computation opens nothing")
    func revoked() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let computed = try await consortium.query(token: token)
        _ = try await consortium.session("site2").revokeToken(token, reason: "asked for too much")
        await expectRefusal(.datasetRevoked) { _ = try await consortium.open(computed.id) }
        await expectRefusal(.datasetRevoked) { _ = try await consortium.query(token: token) }
        #expect(try consortium.session("statistics").show(result: computed.id.hex).table == nil)
    }

    @Test("A token that has expired by block time opens nothing")
    func expired() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.request(lasting: 600)
        try await consortium.approve(token)
        let computed = try await consortium.query(token: token)
        consortium.clock.advance(seconds: 601)
        await expectRefusal(.tokenExpired) { _ = try await consortium.open(computed.id) }
    }

    @Test("A token that one owner has not approved computes nothing")
    func notApprovedByAll() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.request()
        try await consortium.approve(token, by: ["site1", "site2"])
        await expectRefusal(.datasetNotApproved) { _ = try await consortium.query(token: token) }
    }

    @Test("A token for one pack does not give another")
    func otherPack() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant(["profile"])
        await expectRefusal(.packNotGranted) { _ = try await consortium.query(token: token) }
    }

    @Test("A token limited to a registered plan runs it with allowed values, and nothing else")
    func registeredPlan() async throws {
        let consortium = try await TestConsortium.published()
        let contract = try await consortium.register("SELECT SUM(meddol) FROM health WHERE year = :year")
        let token = try await consortium.request(contracts: [contract])
        try await consortium.approve(token)
        await expectRefusal(.planNotApproved) { _ = try await consortium.run(contract, year: 1, token: token) }
        for department in TestConsortium.departments {
            _ = try await consortium.session(department).approveContract(contract)
        }
        await #expect(throws: Refusal.self) { _ = try await consortium.run(contract, year: 4, token: token) }
        await expectRefusal(.planRequired) { _ = try await consortium.query(token: token) }
        let computed = try await consortium.run(contract, year: 2, token: token)
        _ = try await consortium.open(computed.id)
        let table = try #require(try consortium.session("statistics").show(result: computed.id.hex).table)
        let plain = try TestConsortium.table.get()
        let rows = try #require(try plain.groups(by: "year").first { $0.value == 2 }).rows
        #expect(table.rows == [[.string(try plain.sum("meddol", in: rows, digits: 7))]])
    }

    @Test("A jointly owned dataset is in use when all owners have agreed, and a token needs them all")
    func jointOwners() async throws {
        let consortium = try await TestConsortium.published()
        let dataset = try await consortium.publishJoint()
        #expect(try consortium.session("site3").state { try $0.dataset(dataset) } == nil)
        _ = try await consortium.session("site2").approveDataset(dataset)
        let token = try await consortium.request(joint: dataset)
        try await consortium.approve(token, by: ["site1"])
        await expectRefusal(.tokenNotApproved) {
            _ = try await consortium.query("SELECT SUM(meddol) FROM joint", token: token)
        }
        try await consortium.approve(token, by: ["site2"])
        let computed = try await consortium.query("SELECT SUM(meddol) FROM joint", token: token)
        #expect(try await !consortium.open(computed.id).wasThere)
    }

    @Test("A dataset whose manifest is not what the ledger says is neither approved, computed on nor opened")
    func misdescribed() async throws {
        let consortium = try await TestConsortium.published()
        let (dataset, proposal) = try await consortium.publishMisdescribed()
        await #expect(throws: GatewayError.self) { _ = try await consortium.session("site2").approveDataset(dataset) }
        // Even where an owner approves unseen, nobody honest goes on.
        _ = try await consortium.submit(
            ApproveDataset(dataset: dataset, proposal: proposal), as: "site2")
        let token = try await consortium.request(joint: dataset)
        try await consortium.approve(token, by: ["site1", "site2"])
        await #expect(throws: GatewayError.self) {
            _ = try await consortium.query("SELECT SUM(mdvis) FROM joint", token: token)
        }
    }
}

extension TestConsortium {
    /// Registers a plan with one blank, `:year`, of 1 to 3.
    func register(_ statement: String) async throws -> ContractReference {
        let contract = ContractReference(name: try name("spending"), version: 1)
        _ = try await session("statistics").registerContract(
            ContractOffer(
                contract: contract, summary: "spending in a year", statement: statement,
                parameters: [PlanParameter(name: "year", type: .integer, minimum: 1, maximum: 3)]))
        return contract
    }

    func run(_ contract: ContractReference, year: Int64, token: String) async throws -> RunQuery.Computed {
        let computed = try await RunQuery(.contract(contract, parameters: ["year": .integer(year)]), token: token)
            .run(as: session("statistics"))
        try computed.acknowledge()
        return computed
    }

    /// `joint`, of site1 and site2, published by site1 alone as yet.
    func publishJoint() async throws -> DatasetName {
        let dataset: DatasetName = try name("joint")
        _ = try await PublishTable(
            csv: csv(site: 1), schema: Repository.schema, pool: name("health"), dataset: dataset,
            owners: ["site1", "site2"].map { try name($0) }
        ).run(as: session("site1"))
        return dataset
    }

    /// `joint`, of which the ledger is told of fewer columns than open together.
    func publishMisdescribed() async throws -> (dataset: DatasetName, proposal: Digest) {
        let before = try TestFolder(copying: folder.directory)
        let dataset = try await publishJoint()
        let honest = try #require(try session("site1").state { try $0.proposal(dataset) }).terms
        try takeLedgers(from: before)
        let care: PackName = try name("care")
        let receipt = try await submit(
            PublishDataset(
                name: dataset, pool: honest.pool, manifest: honest.manifest, keyFingerprint: honest.keyFingerprint,
                rows: honest.rows, shards: honest.shards, bytes: honest.bytes,
                packs: honest.packs.merging([care: ["mdvis"]]) { $1 }, publicColumns: honest.publicColumns,
                owners: honest.owners, approvals: honest.approvals),
            as: "site1")
        #expect(receipt.isAccepted)
        return (dataset, receipt.transaction)
    }

    func request(joint dataset: DatasetName, contracts: [ContractReference]? = nil) async throws -> String {
        let wish = TokenWish(
            scope: .datasets([dataset]), packs: [try name("care")], purpose: "joint work", uses: 1,
            until: .after(seconds: 3_600), contracts: contracts)
        return try await request(wish)
    }

    func openedByRegisteredPlan() async throws -> Digest {
        let dataset = try await publishJoint()
        _ = try await session("site2").approveDataset(dataset)
        let contract = try await register("SELECT SUM(meddol), AVG(mdvis) FROM joint WHERE year = :year")
        for owner in ["site1", "site2"] { _ = try await session(owner).approveContract(contract) }
        let token = try await request(joint: dataset, contracts: [contract])
        try await approve(token, by: ["site1", "site2"])
        let computed = try await run(contract, year: 2, token: token)
        _ = try await open(computed.id)
        return computed.id
    }
}

/// The ledger's refusal in an error, if it is one.
func refusal(_ error: (any Error)?) -> Refusal? {
    guard case GatewayError.refusedOnLedger(let refusal, _, _)? = error else { return nil }
    return refusal
}

func expectRefusal(_ code: RefusalCode, _ body: () async throws -> Void) async {
    let error = await #expect(throws: GatewayError.self) { try await body() }
    #expect(refusal(error)?.code == code, "\(String(describing: error))")
}

extension TestConsortium {
    /// A redemption for the plan of `byYear`, its block stored, as a query takes it before computing.
    func redeemByYear(_ token: String, _ session: PartySession, packs: [String] = ["care"]) throws -> RedeemToken {
        let known = try session.state { try $0.token(matching: token) }
        let planned = try session.plan(TestConsortium.byYear, under: known)
        let plan = try planned.template.instantiate()
        try session.blobs.put(plan.block)
        return RedeemToken(
            token: known.id, plan: plan.cid, datasets: planned.datasets.map(\.name),
            packs: try packs.map { try name($0) })
    }
}
