import Contracts
import SharingModel
import Testing

@Suite("Tokens, from the request to the owners' word")
struct TokenTests {
    @Test("A token goes from requested to approved, redeemed and exhausted")
    func lifeCycle() throws {
        var ledger = try TestLedger.withDatasets()
        let token = try ledger.accept(TestLedger.request(uses: 2), by: "statistics")
        #expect(try status(token, ledger) == .requested)
        try ledger.accept(ApproveToken(token: token), by: "site1")
        try ledger.accept(ApproveToken(token: token), by: "site2")
        #expect(try status(token, ledger) == .approved)
        _ = try ledger.compute(token)
        #expect(try ledger.typed.token(token)?.usesLeft == 1)
        _ = try ledger.compute(token)
        #expect(try status(token, ledger) == .exhausted)
        #expect(try ledger.refuse(ledger.redeem(token), by: "statistics") == .usesExhausted)
    }

    @Test("A request for a pool covers the datasets that are in use at that moment, and none that come later")
    func poolRequest() throws {
        var ledger = try TestLedger.withDatasets()
        try ledger.accept(WithdrawDataset(dataset: "care2", manifest: TestLedger.manifest("care2")), by: "site2")
        let token = try ledger.accept(TestLedger.request(), by: "statistics")
        try ledger.accept(TestLedger.dataset("care9", owners: ["site1"]), by: "site1")
        #expect(try ledger.typed.token(token)?.datasets.map(\.dataset) == ["care1", "care3"])
    }

    @Test("A request shows which columns open together")
    func columns() throws {
        var ledger = try TestLedger.withDatasets()
        let token = try ledger.accept(TestLedger.request(packs: ["care", "income"]), by: "statistics")
        let dataset = try #require(try ledger.typed.token(token)?.datasets.first)
        #expect(dataset.packs == ["care": ["mdvis", "meddol"], "income": ["income"]])
        #expect(dataset.manifest == TestLedger.manifest("care1"))
    }

    @Test("Of joint owners k must approve; fewer do not suffice, and n−k+1 denials end it")
    func jointOwners() throws {
        var ledger = try TestLedger.withPool()
        let owners: [PartyName] = ["site1", "site2", "site3"]
        let proposal = try ledger.accept(TestLedger.dataset("joint", owners: owners, approvals: 2), by: "site1")
        for owner in owners.dropFirst() {
            try ledger.accept(ApproveDataset(dataset: "joint", proposal: proposal), by: owner)
        }
        let token = try ledger.accept(TestLedger.request(), by: "statistics")
        try ledger.accept(ApproveToken(token: token), by: "site3")
        #expect(try status(token, ledger) == .requested)
        try ledger.accept(DenyToken(token: token, reason: "not ours"), by: "site2")
        #expect(try status(token, ledger) == .requested)

        var denied = ledger
        try denied.accept(DenyToken(token: token), by: "site1")
        #expect(try status(token, denied) == .denied)
        #expect(try denied.refuse(denied.redeem(token, datasets: ["joint"]), by: "statistics") == .tokenDenied)

        try ledger.accept(ApproveToken(token: token), by: "site1")
        #expect(try status(token, ledger) == .approved)
        try ledger.accept(ledger.redeem(token, datasets: ["joint"]), by: "statistics")
    }

    @Test("A token is active for the datasets whose owners approved, and for no other")
    func partly() throws {
        var ledger = try TestLedger.withDatasets()
        let token = try ledger.accept(TestLedger.request(), by: "statistics")
        try ledger.accept(ApproveToken(token: token), by: "site1")
        try ledger.accept(DenyToken(token: token), by: "site3")
        #expect(try ledger.typed.token(token)?.approvedDatasets.map(\.dataset) == ["care1"])
        #expect(try ledger.refuse(ledger.redeem(token), by: "statistics") == .datasetNotApproved)
        #expect(try ledger.refuse(ledger.redeem(token, datasets: ["care3"]), by: "statistics") == .datasetNotApproved)
        try ledger.accept(ledger.redeem(token, datasets: ["care1"]), by: "statistics")
    }

    @Test("An owner that asks for its own data has agreed by asking")
    func ownData() throws {
        var ledger = try TestLedger.withDatasets()
        let token = try ledger.accept(TestLedger.request(), by: "site1")
        #expect(try ledger.typed.token(token)?.approvedDatasets.map(\.dataset) == ["care1"])
    }

    @Test("An owner decides for the datasets that it names, each once")
    func namedDatasets() throws {
        var ledger = try TestLedger.withDatasets()
        try ledger.accept(TestLedger.dataset("care4", owners: ["site1"]), by: "site1")
        let token = try ledger.accept(TestLedger.request(), by: "statistics")
        try ledger.accept(ApproveToken(token: token, datasets: ["care4"]), by: "site1")
        #expect(try ledger.typed.token(token)?.approvedDatasets.map(\.dataset) == ["care4"])
        let both = ApproveToken(token: token, datasets: ["care1", "care4"])
        #expect(try ledger.refuse(both, by: "site1") == .alreadyDecided)
        #expect(try ledger.refuse(ApproveToken(token: token, datasets: ["care2"]), by: "site1") == .notAnOwner)
        #expect(try ledger.refuse(ApproveToken(token: token, datasets: ["none"]), by: "site1") == .datasetNotGranted)
        // Without names: what is left to decide.
        try ledger.accept(ApproveToken(token: token), by: "site1")
        #expect(try ledger.typed.token(token)?.approvedDatasets.map(\.dataset) == ["care1", "care4"])
    }

    @Test("An owner cannot approve data that is stale, withdrawn or replaced by now")
    func approvalOfOldData() throws {
        var ledger = try TestLedger.withDatasets()
        let token = try ledger.accept(TestLedger.request(), by: "statistics")
        try ledger.accept(TestLedger.dataset("care1", version: 2, owners: ["site1"]), by: "site1")
        try ledger.accept(WithdrawDataset(dataset: "care2", manifest: TestLedger.manifest("care2")), by: "site2")
        #expect(try ledger.refuse(ApproveToken(token: token), by: "site1") == .datasetReplaced)
        #expect(try ledger.refuse(ApproveToken(token: token), by: "site2") == .datasetWithdrawn)
    }

    @Test("An owner takes its own data out of a token and leaves the rest")
    func ownerRevokes() throws {
        var (ledger, token) = try TestLedger.withToken()
        try ledger.accept(RevokeToken(token: token, reason: "misuse"), by: "site1")
        #expect(try ledger.typed.token(token)?.approvedDatasets.map(\.dataset) == ["care2", "care3"])
        #expect(try ledger.refuse(ledger.redeem(token), by: "statistics") == .datasetRevoked)
        try ledger.accept(ledger.redeem(token, datasets: ["care2"]), by: "statistics")
        #expect(try ledger.refuse(RevokeToken(token: token), by: "site1") == .datasetRevoked)
        #expect(try ledger.refuse(RevokeToken(token: token), by: "audit") == .notAnOwner)
    }

    @Test("The grantee gives a token back whole, used or not")
    func granteeRevokes() throws {
        var (ledger, token) = try TestLedger.withToken()
        try ledger.accept(ledger.redeem(token), by: "statistics")
        try ledger.accept(RevokeToken(token: token), by: "statistics")
        #expect(try status(token, ledger) == .revoked)
        #expect(try ledger.refuse(ledger.redeem(token), by: "statistics") == .tokenRevoked)
        #expect(try ledger.refuse(ApproveToken(token: token), by: "site1") == .tokenRevoked)
        #expect(try ledger.refuse(RevokeToken(token: token), by: "statistics") == .tokenRevoked)
    }

    @Test("A token that every owner took its data from is revoked")
    func allRevoked() throws {
        var (ledger, token) = try TestLedger.withToken()
        for site: PartyName in ["site1", "site2", "site3"] { try ledger.accept(RevokeToken(token: token), by: site) }
        #expect(try status(token, ledger) == .revoked)
        #expect(try ledger.refuse(ledger.redeem(token), by: "statistics") == .tokenRevoked)
    }

    @Test("A token is expired from the second of its end, by block time")
    func expiry() throws {
        var (ledger, token) = try TestLedger.withToken(until: "2026-11-22T00:00:00Z")
        ledger.now = "2026-11-21T23:59:59Z"
        try ledger.accept(ledger.redeem(token), by: "statistics")
        ledger.now = "2026-11-22T00:00:00Z"
        #expect(try ledger.refuse(ledger.redeem(token), by: "statistics") == .tokenExpired)
        #expect(try status(token, ledger) == .expired)
        #expect(try ledger.refuse(TestLedger.request(until: ledger.now), by: "statistics") == .alreadyPast)
    }

    @Test("Whoever computes may ask: departments, superiors, auditors and collaborators, but not enterprises")
    func roles() throws {
        var ledger = try TestLedger.withDatasets()
        for party: PartyName in ["site4", "ministry", "audit", "statistics"] {
            try ledger.accept(TestLedger.request(), by: party)
        }
        #expect(try ledger.refuse(TestLedger.request(), by: "clinic") == .roleNotAllowed)
        #expect(try ledger.typed.tokens().count == 4)
    }

    @Test("A request cannot name data that is unknown, stale or withdrawn, nor a plan that nobody registered")
    func badRequests() throws {
        var ledger = try TestLedger.withDatasets()
        try ledger.accept(WithdrawDataset(dataset: "care2", manifest: TestLedger.manifest("care2")), by: "site2")
        func named(_ name: DatasetName) -> RequestToken {
            RequestToken(datasets: [name], packs: ["care"], purpose: "p", uses: 1, until: "2026-12-01T00:00:00Z")
        }
        #expect(try ledger.refuse(named("none"), by: "statistics") == .unknownDataset)
        #expect(try ledger.refuse(named("care2"), by: "statistics") == .datasetWithdrawn)
        #expect(try ledger.refuse(TestLedger.request(contracts: ["x@1"]), by: "statistics") == .planNotRegistered)
    }

    @Test("A query that the guard refused is recorded, and takes no use")
    func refusedQuery() throws {
        var (ledger, token) = try TestLedger.withToken()
        let body = RefuseQuery(token: token, plan: cid("plan"), released: 330, refused: 16, reason: "16 small groups")
        let id = try ledger.accept(body, by: "statistics")
        #expect(try ledger.typed.token(token)?.usesLeft == 2)
        #expect(try ledger.typed.queryRefusals().map(\.id) == [id])
        #expect(try ledger.typed.queryRefusals().first?.refused == 16)
        #expect(try ledger.refuse(body, by: "site1") == .notTheGrantee)
    }

    private func status(_ token: Digest, _ ledger: TestLedger) throws -> TokenStatus? {
        try ledger.typed.token(token)?.status(at: ledger.now)
    }
}
