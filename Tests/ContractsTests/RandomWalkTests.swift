import BlobStore
import Contracts
import Foundation
import SharingModel
import Testing

@Suite("Thousands of random transactions")
struct RandomWalkTests {
    @Test("keep every promise after every step, and give the same state again", arguments: [1, 2, 3] as [UInt64])
    func walk(seed: UInt64) throws {
        print("random walk of contracts: seed \(seed)")
        var walk = try RandomWalk(seed: seed)
        for _ in 0..<700 { try walk.step() }
        try walk.checkTokens()

        let accepted = walk.ledger.history.filter(\.outcome.isAccepted)
        let kinds = Set(accepted.map(\.transaction.kind))
        // A walk that never gets anywhere would keep every promise too.
        #expect(kinds.count >= 16, "seed \(seed): only \(kinds.map(\.rawValue).sorted())")

        var replay = try TestLedger(empty: "health")
        for entry in walk.ledger.history {
            replay.now = entry.block.time
            let outcome = try replay.execute(entry.transaction)
            #expect(outcome == entry.outcome, "seed \(seed)")
            #expect(try outcome.writesDigest() == entry.outcome.writesDigest(), "seed \(seed)")
        }
        #expect(replay.state == walk.ledger.state, "seed \(seed)")
    }
}

/// Random parties do random things to things that exist, and sometimes to things that do not.
private struct RandomWalk {
    var ledger: TestLedger
    private let seed: UInt64
    private var generator: SplitMix64
    private var tokens: [Digest] = []
    private var redemptions: [Digest] = []
    private var results: [Digest] = []
    private var proposals: [(DatasetName, Digest)] = []
    private var version = 1

    init(seed: UInt64) throws {
        self.seed = seed
        generator = SplitMix64(seed: seed)
        ledger = try TestLedger.withPool()
    }

    mutating func step() throws {
        if chance(10) { ledger.now = ledger.now.adding(seconds: Int64.random(in: 1...7_200, using: &generator)) }
        let before = ledger.typed
        let (id, outcome, kind) = try act()
        guard outcome.isAccepted else { return }
        switch kind {
        case .requestToken: tokens.append(id)
        case .redeemToken:
            redemptions.append(id)
            try checkRedemption(id, before)
        case .recordResult: results.append(id)
        case .recordOpening: try checkOpening(id, before)
        case .publishDataset, .renewDataset:
            for waiting in try ledger.typed.proposals() where waiting.id == id {
                proposals.append((waiting.terms.name, id))
            }
        default: break
        }
    }

    /// Whatever happened: no token is used below 0 or above what was granted.
    func checkTokens() throws {
        #expect(!tokens.isEmpty)
        for token in try ledger.typed.tokens() {
            let redeemed = try ledger.typed.redemptions().count { $0.token == token.id }
            #expect(Int64(redeemed) == token.uses.taken, "seed \(seed)")
            #expect((0...token.terms.uses).contains(token.uses.taken), "seed \(seed)")
        }
        for pool in try ledger.typed.pools() {
            let openings = try ledger.typed.openings(in: pool.name)
            #expect(openings.map(\.number) == (0..<Int64(openings.count)).map { $0 }, "seed \(seed)")
        }
    }

    /// Judged by the state before: granted, in time, not revoked, by the grantee, for the manifests of the grant.
    private func checkRedemption(_ id: Digest, _ before: LedgerState) throws {
        let redemption = try #require(try ledger.typed.redemption(id))
        let token = try #require(try before.token(redemption.token))
        #expect(token.status(at: ledger.now) == .approved, "seed \(seed)")
        #expect(token.uses.taken < token.terms.uses && token.uses.givenBack == nil, "seed \(seed)")
        #expect(ledger.now < token.terms.until && redemption.grantee == token.terms.grantee, "seed \(seed)")
        #expect(Set(redemption.packs).isSubset(of: token.terms.packs), "seed \(seed)")
        let granted = token.approvedDatasets.filter { redemption.datasets.contains($0.dataset) }
        #expect(granted.map(\.manifest).sorted() == redemption.inputs, "seed \(seed)")
        for grant in granted {
            let approvals = Set(grant.consent.decisions.filter(\.approves).map(\.owner))
            #expect(approvals.count >= grant.consent.needed, "seed \(seed)")
            #expect(try before.dataset(manifest: grant.manifest)?.status(at: ledger.now) == .inUse, "seed \(seed)")
        }
    }

    private func checkOpening(_ id: Digest, _ before: LedgerState) throws {
        let opening = try #require(try ledger.typed.openings(in: "health").last)
        #expect(opening.id == id && opening.custodian == "ministry", "seed \(seed)")
        let result = try #require(try before.result(opening.result))
        let token = try #require(try before.token(result.record.token))
        #expect(token.uses.givenBack == nil && ledger.now < token.terms.until, "seed \(seed)")
        #expect(result.blockingDisputes.isEmpty && result.opening == nil, "seed \(seed)")
        for grant in token.datasets where result.record.inputs.contains(grant.manifest) {
            #expect(grant.revocation == nil, "seed \(seed)")
        }
    }
}

extension RandomWalk {
    private mutating func act() throws -> (Digest, Outcome, TransactionKind) {
        let token = pick(tokens)
        let result = pick(results)
        switch Int.random(in: 0..<40, using: &generator) {
        case 0...3: return try submit(publication())
        case 4: return try submit(renewal())
        case 5...8:
            let (name, proposal) = proposals.randomElement(using: &generator) ?? ("care0", digest("none"))
            return try submit(ApproveDataset(dataset: name, proposal: proposal))
        case 9: return try submit(withdrawal())
        case 10...12: return try submit(request(), "statistics")
        case 13...19: return try submit(ApproveToken(token: token))
        case 20: return try submit(DenyToken(token: token))
        case 21: return try submit(RevokeToken(token: token))
        case 22...27: return try submit(redemption(of: token), "statistics")
        case 28:
            return try submit(
                RefuseQuery(token: token, plan: cid("p"), released: 0, refused: 1, reason: "r"), "statistics")
        case 29...31: return try submit(computation(), "statistics")
        case 32: return try submit(EndorseResult(result: result, computed: cid("result of plan")))
        case 33: return try submit(DisputeResult(result: result, computed: nil, reason: "differs"))
        case 34...36:
            let seen = try ledger.typed.openingCount(in: "health") + (chance(10) ? 1 : 0)
            return try submit(TestLedger.opening(result, seen: seen), "ministry")
        case 37: return try submit(RefuseOpening(result: result, openingsSeen: 0, reason: "guard"), "ministry")
        case 38:
            let contract = ContractReference(name: "spending", version: Int.random(in: 1...20, using: &generator))
            return try submit(TestLedger.registration(contract, datasets: [dataset()]), "statistics")
        default:
            let contract = ContractReference(name: "spending", version: Int.random(in: 1...20, using: &generator))
            return try submit(ApproveContract(contract: contract))
        }
    }

    /// Mostly by `usual`, where there is one; else by anybody.
    private mutating func submit(
        _ body: some TransactionBody, _ usual: PartyName? = nil
    ) throws -> (Digest, Outcome, TransactionKind) {
        let anybody: [PartyName] = [
            "site1", "site2", "site3", "site1", "site2", "site3", "site4", "ministry", "statistics",
        ]
        let party = usual.flatMap { chance(90) ? $0 : nil } ?? anybody.randomElement(using: &generator) ?? "site1"
        let (id, outcome) = try ledger.submit(body, by: party)
        return (id, outcome, type(of: body).kind)
    }

    private mutating func publication() -> PublishDataset {
        version += 1
        let owners = (["site1", "site2", "site3"] as [PartyName]).filter { _ in chance(60) }
        let some = owners.isEmpty ? ["site1"] : owners
        return TestLedger.dataset(
            dataset(), version: chance(90) ? version : 1, owners: some,
            approvals: Int.random(in: 1...some.count, using: &generator),
            validUntil: chance(50) ? ledger.now.adding(seconds: Int64.random(in: 0...90_000, using: &generator)) : nil)
    }

    private mutating func renewal() throws -> RenewDataset {
        let name = dataset()
        let manifest = try ledger.typed.dataset(name)?.manifest ?? cid("none")
        return RenewDataset(dataset: name, manifest: manifest, validUntil: nil)
    }

    private mutating func withdrawal() throws -> WithdrawDataset {
        let name = dataset()
        let manifest = try ledger.typed.dataset(name)?.manifest ?? cid("none")
        return WithdrawDataset(dataset: name, manifest: chance(60) ? cid("none") : manifest)
    }

    private mutating func request() -> RequestToken {
        let until = ledger.now.adding(seconds: Int64.random(in: 0...200_000, using: &generator))
        return TestLedger.request(uses: Int64.random(in: 1...3, using: &generator), until: until)
    }

    private mutating func redemption(of id: Digest) throws -> RedeemToken {
        let approved = try ledger.typed.token(id)?.approvedDatasets.map(\.dataset) ?? []
        let named = approved.filter { _ in chance(70) }
        return ledger.redeem(
            id, datasets: named.isEmpty ? [dataset()] : named, packs: [chance(90) ? "care" : "income"])
    }

    private mutating func computation() throws -> RecordResult {
        let id = pick(redemptions)
        let inputs = try ledger.typed.redemption(id)?.inputs ?? [cid("none")]
        return TestLedger.result(id, plan: chance(90) ? "plan" : "other", inputs: inputs)
    }

    private mutating func dataset() -> DatasetName {
        (["care1", "care2", "care3", "care4"] as [DatasetName]).randomElement(using: &generator) ?? "care1"
    }

    /// Mostly one of the latest, so that the walk gets somewhere.
    private mutating func pick(_ ids: [Digest]) -> Digest {
        let recent = chance(80) ? ids.suffix(4) : ids[...]
        return chance(95) ? recent.randomElement(using: &generator) ?? digest("none") : digest("none")
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &generator) < percent
    }
}
