import CanonicalJSON
import Contracts
import Foundation
import SharingModel
import Testing

@Suite("Notices about datasets")
struct NoticeTests {
    private let end: Timestamp = "2026-11-22T00:00:00Z"

    /// `care1` ends; `statistics` holds an active token on all three datasets, site4 one that nobody approved.
    private func begun() throws -> (ledger: TestLedger, token: Digest) {
        var (ledger, token) = try TestLedger.withToken()
        try ledger.accept(TestLedger.request(), by: "site4")
        try ledger.accept(renewal(until: end), by: "site1")
        return (ledger, token)
    }

    private func renewal(until time: Timestamp?) -> RenewDataset {
        RenewDataset(dataset: "care1", manifest: TestLedger.manifest("care1"), validUntil: time)
    }

    @Test("The first block at or after the end of validity tells the holders of active tokens, and no block before it")
    func stale() throws {
        var (ledger, token) = try begun()
        ledger.now = end.adding(seconds: -1)
        try ledger.begin()
        #expect(try ledger.typed.notices(of: "care1").isEmpty)
        ledger.now = end
        let block = try ledger.begin()
        let notice = try #require(try ledger.typed.notices(of: "care1").first)
        #expect(try ledger.typed.notices(of: "care1").count == 1, "a token that was not approved is none to be told of")
        #expect(notice.party == "statistics" && notice.event == .stale && notice.tokens == [token])
        #expect(notice.at == end && notice.manifest == TestLedger.manifest("care1"))
        #expect(try ledger.typed.notices(of: "care2").isEmpty)
        // Told once: the index holds it no more.
        ledger.now = end.adding(seconds: 60)
        #expect(try ledger.engine.begin(block, state: ledger.state).isEmpty)
        #expect(try ledger.state.entries(prefix: "dataset-end/").isEmpty)
    }

    @Test("A stale dataset cannot be used; renewed, it can, and who was told of the one is told of the other")
    func renewed() throws {
        var (ledger, token) = try begun()
        ledger.now = end
        #expect(try ledger.refuse(ledger.redeem(token, datasets: ["care1"]), by: "statistics") == .datasetStale)
        try ledger.accept(ledger.redeem(token, datasets: ["care2"]), by: "statistics")
        let later = end.adding(seconds: 86_400)
        try ledger.accept(renewal(until: later), by: "site1")
        #expect(try ledger.typed.notice(of: "care1", to: "statistics")?.event == .renewed)
        try ledger.accept(ledger.redeem(token, datasets: ["care1"]), by: "statistics")
        // All uses are taken now: nobody holds an active token when it ends again.
        ledger.now = later
        try ledger.begin()
        #expect(try ledger.typed.notice(of: "care1", to: "statistics")?.event == .renewed)
        #expect(try ledger.typed.dataset("care1")?.status(at: ledger.now) == .stale)
    }

    @Test("A renewal in time moves the end, and one without end takes it away: nobody is told")
    func renewedInTime() throws {
        var (ledger, _) = try begun()
        let later = end.adding(seconds: 86_400)
        try ledger.accept(renewal(until: later), by: "site1")
        ledger.now = end
        try ledger.begin()
        #expect(try ledger.typed.notices(of: "care1").isEmpty)
        try ledger.accept(renewal(until: nil), by: "site1")
        ledger.now = later
        try ledger.begin()
        #expect(try ledger.typed.notices(of: "care1").isEmpty)
        #expect(try ledger.state.entries(prefix: "dataset-end/").isEmpty)
    }

    @Test("A withdrawal and a new version tell the holders too, and end the old end")
    func withdrawnAndReplaced() throws {
        let (ledger, token) = try begun()
        var withdrawn = ledger
        try withdrawn.accept(
            WithdrawDataset(dataset: "care1", manifest: TestLedger.manifest("care1")), by: "site1")
        let notice = try #require(try withdrawn.typed.notice(of: "care1", to: "statistics"))
        #expect(notice.event == .withdrawn && notice.tokens == [token])
        // A new version of what was withdrawn has no holder to tell.
        try withdrawn.accept(TestLedger.dataset("care1", version: 2, owners: ["site1"]), by: "site1")
        #expect(try withdrawn.typed.notice(of: "care1", to: "statistics")?.event == .withdrawn)

        var replaced = ledger
        try replaced.accept(TestLedger.dataset("care1", version: 2, owners: ["site1"]), by: "site1")
        #expect(try replaced.typed.notice(of: "care1", to: "statistics")?.event == .replaced)
        for var ledger in [withdrawn, replaced] {
            ledger.now = end
            try ledger.begin()
            #expect(try ledger.typed.notice(of: "care1", to: "statistics")?.event != .stale)
            #expect(try ledger.state.entries(prefix: "dataset-end/").isEmpty)
        }
    }

    @Test("A block costs what ends in it: of many ends it reads those that have come")
    func cost() throws {
        var (ledger, _) = try begun()
        for number in 0..<50 {
            let name = DatasetName(stringLiteral: "other\(number)")
            let body = TestLedger.dataset(
                name, owners: ["site2"], validUntil: end.adding(seconds: Int64(number + 1) * 1_000))
            try ledger.accept(body, by: "site2")
        }
        let counting = CountingState(ledger.state)
        let block = BlockContext(
            ledger: ledger.identity, height: 99, time: end.adding(seconds: 2_500), proposer: "site1",
            mechanism: .embedded, isStandIn: false, departments: ["site1"], cosigners: [])
        let writes = try ledger.engine.begin(block, state: counting)
        #expect(writes.filter { $0.value == nil }.map(\.key).count == 3, "care1, other0 and other1")
        #expect(counting.entries <= 3 + 2 * 4, "the ends, and the tokens of care1")
    }

    @Test("All owners of a joint dataset renew it; k of them give access")
    func joint() throws {
        var ledger = try TestLedger.withPool()
        let owners: [PartyName] = ["site1", "site2", "site3"]
        let body = TestLedger.dataset("joint", owners: owners, approvals: 2, validUntil: end)
        let proposal = try ledger.accept(body, by: "site1")
        for owner in owners.dropFirst() {
            #expect(try ledger.typed.dataset("joint") == nil)
            try ledger.accept(ApproveDataset(dataset: "joint", proposal: proposal), by: owner)
        }
        let request = RequestToken(
            datasets: ["joint"], packs: ["care"], purpose: "p", uses: 9, until: "2026-12-01T00:00:00Z")
        let token = try ledger.accept(request, by: "statistics")
        try ledger.accept(ApproveToken(token: token), by: "site3")
        #expect(try ledger.typed.token(token)?.status(at: ledger.now) == .requested)
        try ledger.accept(ApproveToken(token: token), by: "site1")
        #expect(try ledger.typed.token(token)?.status(at: ledger.now) == .approved)

        ledger.now = end
        let redeem = ledger.redeem(token, datasets: ["joint"])
        #expect(try ledger.refuse(redeem, by: "statistics") == .datasetStale)
        let renew = RenewDataset(dataset: "joint", manifest: body.manifest, validUntil: nil)
        let renewal = try ledger.accept(renew, by: "site2")
        for owner: PartyName in ["site1", "site3"] {
            #expect(try ledger.refuse(redeem, by: "statistics") == .datasetStale)
            try ledger.accept(ApproveDataset(dataset: "joint", proposal: renewal), by: owner)
        }
        #expect(try ledger.typed.notice(of: "joint", to: "statistics")?.event == .renewed)
        try ledger.accept(redeem, by: "statistics")
    }
}

/// Counts the entries that are read in lists.
private final class CountingState: StateReader {
    private let state: MemoryState
    private(set) var entries = 0

    init(_ state: MemoryState) {
        self.state = state
    }

    func value(for key: String) throws -> Data? { try state.value(for: key) }

    func entries(prefix: String) throws -> [StateEntry] {
        let found = try state.entries(prefix: prefix)
        entries += found.count
        return found
    }

    func entries(prefix: String, before end: String) throws -> [StateEntry] {
        let found = try state.entries(prefix: prefix, before: end)
        entries += found.count
        return found
    }
}
