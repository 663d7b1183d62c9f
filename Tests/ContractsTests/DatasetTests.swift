import Contracts
import SharingModel
import Testing

@Suite("Datasets")
struct DatasetTests {
    private let joint = TestLedger.dataset("joint", owners: ["site1", "site2", "site3"], approvals: 2)

    @Test("A dataset of one owner is in use as soon as it is published")
    func single() throws {
        let ledger = try TestLedger.withDatasets()
        let dataset = try #require(try ledger.typed.dataset("care1"))
        #expect(dataset.status(at: ledger.now) == .inUse)
        #expect(dataset.publishedBy == "site1")
        #expect(try ledger.typed.datasets().map(\.name) == ["care1", "care2", "care3"])
        #expect(try ledger.typed.datasets(in: "health") == ledger.typed.datasets())
    }

    @Test("A dataset of joint owners is in use when the last of them has approved")
    func jointOwners() throws {
        var ledger = try TestLedger.withPool()
        let proposal = try ledger.accept(joint, by: "site2")
        try ledger.accept(ApproveDataset(dataset: "joint", proposal: proposal), by: "site1")
        #expect(try ledger.typed.dataset("joint") == nil)
        #expect(try ledger.typed.proposal("joint")?.missing == ["site3"])
        try ledger.accept(ApproveDataset(dataset: "joint", proposal: proposal), by: "site3")
        #expect(try ledger.typed.dataset("joint")?.publication == proposal)
        #expect(try ledger.typed.proposals().isEmpty)
    }

    @Test("An owner approves a proposal once")
    func onceEach() throws {
        var ledger = try TestLedger.withPool()
        let proposal = try ledger.accept(joint, by: "site1")
        let approval = ApproveDataset(dataset: "joint", proposal: proposal)
        #expect(try ledger.refuse(approval, by: "site1") == .alreadyDecided)
        #expect(try ledger.refuse(approval, by: "ministry") == .notAnOwner)
    }

    @Test("An approval counts for the proposal that was read, not for one that took its place")
    func replacedProposal() throws {
        var ledger = try TestLedger.withPool()
        let first = try ledger.accept(joint, by: "site1")
        try ledger.accept(
            TestLedger.dataset("joint", version: 2, owners: ["site1", "site2", "site3"]), by: "site1")
        let late = ApproveDataset(dataset: "joint", proposal: first)
        #expect(try ledger.refuse(late, by: "site2") == .proposalUnknown)
    }

    @Test("Nobody takes a name that others have, or have proposed")
    func names() throws {
        var ledger = try TestLedger.withDatasets()
        try ledger.accept(TestLedger.dataset("joint", owners: ["site1", "site2"]), by: "site1")
        #expect(
            try ledger.refuse(TestLedger.dataset("joint", version: 2, owners: ["site3"]), by: "site3") == .alreadyExists
        )
        #expect(
            try ledger.refuse(TestLedger.dataset("care1", version: 2, owners: ["site3"]), by: "site3") == .alreadyExists
        )
    }

    @Test("Somebody who is no owner, or no member of the pool, publishes nothing")
    func publishers() throws {
        var ledger = try TestLedger.withPool()
        #expect(try ledger.refuse(joint, by: "site4") == .notAMember)
        #expect(try ledger.refuse(TestLedger.dataset("x", owners: ["site1", "site4"]), by: "site1") == .notAMember)
        #expect(try ledger.refuse(TestLedger.dataset("x", owners: ["site2"]), by: "site1") == .notAnOwner)
    }

    @Test("A change of the data takes all old and all new owners; until then the old version stays in use")
    func newVersion() throws {
        var ledger = try TestLedger.withDatasets()
        let next = TestLedger.dataset("care1", version: 2, owners: ["site1", "site2"])
        let proposal = try ledger.accept(next, by: "site1")
        #expect(try ledger.typed.dataset("care1")?.manifest == TestLedger.manifest("care1"))
        try ledger.accept(ApproveDataset(dataset: "care1", proposal: proposal), by: "site2")
        #expect(try ledger.typed.dataset("care1")?.manifest == next.manifest)
        let old = try #require(try ledger.typed.dataset(manifest: TestLedger.manifest("care1")))
        #expect(old.status(at: ledger.now) == .replaced)
        #expect(old.replacedBy == next.manifest)

        // site1 alone gives it to nobody else.
        let alone = try ledger.accept(TestLedger.dataset("care1", version: 3, owners: ["site1"]), by: "site1")
        #expect(try ledger.typed.proposal("care1")?.missing == ["site2"])
        #expect(try ledger.typed.proposal("care1")?.id == alone)
    }

    @Test("A manifest that waits as a proposal and is published elsewhere meanwhile does not come into use twice")
    func raceForManifest() throws {
        var ledger = try TestLedger.withPool()
        let proposal = try ledger.accept(joint, by: "site1")
        let same = PublishDataset(
            name: "other", pool: "health", manifest: joint.manifest, keyFingerprint: PoolKey.fingerprint, rows: 1,
            shards: 1, bytes: 1, packs: [:], publicColumns: [], owners: ["site2"], approvals: 1)
        try ledger.accept(same, by: "site2")
        try ledger.accept(ApproveDataset(dataset: "joint", proposal: proposal), by: "site2")
        let last = ApproveDataset(dataset: "joint", proposal: proposal)
        #expect(try ledger.refuse(last, by: "site3") == .manifestAlreadyPublished)
    }

    @Test("One owner is enough to withdraw, and the same data never comes back")
    func withdrawal() throws {
        var ledger = try TestLedger.withDatasets()
        let manifest = TestLedger.manifest("care1")
        let withdraw = WithdrawDataset(dataset: "care1", manifest: manifest, reason: "wrong year")
        #expect(try ledger.refuse(withdraw, by: "site2") == .notAnOwner)
        try ledger.accept(withdraw, by: "site1")
        #expect(try ledger.typed.dataset("care1")?.status(at: ledger.now) == .withdrawn)
        #expect(try ledger.typed.dataset("care1")?.withdrawal?.reason == "wrong year")
        #expect(try ledger.refuse(withdraw, by: "site1") == .datasetWithdrawn)
        #expect(
            try ledger.refuse(TestLedger.dataset("care1", owners: ["site1"]), by: "site1") == .manifestAlreadyPublished)
        let renew = RenewDataset(dataset: "care1", manifest: manifest, validUntil: nil)
        #expect(try ledger.refuse(renew, by: "site1") == .datasetWithdrawn)
        try ledger.accept(TestLedger.dataset("care1", version: 2, owners: ["site1"]), by: "site1")
        #expect(try ledger.typed.dataset("care1")?.status(at: ledger.now) == .inUse)
        #expect(try ledger.typed.dataset(manifest: manifest)?.status(at: ledger.now) == .withdrawn)
    }

    @Test("One owner is enough to drop a proposal, and the name is free again")
    func droppedProposal() throws {
        var ledger = try TestLedger.withPool()
        try ledger.accept(joint, by: "site1")
        let drop = WithdrawDataset(dataset: "joint", manifest: joint.manifest)
        #expect(try ledger.refuse(drop, by: "site4") == .notAnOwner)
        try ledger.accept(drop, by: "site3")
        try ledger.accept(TestLedger.dataset("joint", owners: ["site2"]), by: "site2")
    }

    @Test("A dataset is stale from the second at which its validity ends, until its owners renew it")
    func renewal() throws {
        var ledger = try TestLedger.withPool()
        try ledger.accept(
            TestLedger.dataset("care1", owners: ["site1"], validUntil: "2026-11-22T00:00:00Z"), by: "site1")
        let dataset = try #require(try ledger.typed.dataset("care1"))
        #expect(dataset.status(at: "2026-11-21T23:59:59Z") == .inUse)
        #expect(dataset.status(at: "2026-11-22T00:00:00Z") == .stale)
        ledger.now = "2026-11-23T00:00:00Z"
        let renew = RenewDataset(dataset: "care1", manifest: dataset.manifest, validUntil: "2026-12-22T00:00:00Z")
        try ledger.accept(renew, by: "site1")
        #expect(try ledger.typed.dataset("care1")?.status(at: ledger.now) == .inUse)
        #expect(try ledger.typed.dataset("care1")?.terms.validUntil == "2026-12-22T00:00:00Z")
    }

    @Test("Joint owners all approve a renewal, and a withdrawal ends it")
    func jointRenewal() throws {
        var ledger = try TestLedger.withPool()
        let body = TestLedger.dataset("joint", owners: ["site1", "site2"], validUntil: "2026-11-22T00:00:00Z")
        let proposal = try ledger.accept(body, by: "site1")
        try ledger.accept(ApproveDataset(dataset: "joint", proposal: proposal), by: "site2")
        let renew = RenewDataset(dataset: "joint", manifest: body.manifest, validUntil: nil)
        #expect(try ledger.refuse(renew, by: "site3") == .notAnOwner)
        let renewal = try ledger.accept(renew, by: "site2")
        #expect(try ledger.typed.dataset("joint")?.terms.validUntil == body.validUntil)
        var approved = ledger
        try approved.accept(ApproveDataset(dataset: "joint", proposal: renewal), by: "site1")
        #expect(try approved.typed.dataset("joint")?.terms.validUntil == nil)
        try ledger.accept(WithdrawDataset(dataset: "joint", manifest: body.manifest), by: "site1")
        let late = ApproveDataset(dataset: "joint", proposal: renewal)
        #expect(try ledger.refuse(late, by: "site1") == .proposalUnknown)
    }

    @Test("A proposal whose end of validity has come before the last approval does not come into use")
    func lateApproval() throws {
        var ledger = try TestLedger.withPool()
        let body = TestLedger.dataset("joint", owners: ["site1", "site2"], validUntil: "2026-11-22T00:00:00Z")
        let proposal = try ledger.accept(body, by: "site1")
        ledger.now = "2026-11-22T00:00:00Z"
        #expect(try ledger.refuse(ApproveDataset(dataset: "joint", proposal: proposal), by: "site2") == .alreadyPast)
    }
}
