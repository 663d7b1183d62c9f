import BlobStore
import Contracts
import Foundation
import ObliviousPRF
import SharingModel
import Testing

@Suite("Another key in the place of a section's key for pseudonyms")
struct PseudonymKeyTests {
    private let old = Pseudonymity.key.publicKey
    private let new = PRFKey().publicKey

    private var replacement: RegisterPseudonymKey {
        RegisterPseudonymKey(publicKey: new.bytes, replaces: old.id)
    }

    @Test("The custodian registers it by naming the one in use, once; both are known from then on")
    func registering() throws {
        var ledger = try TestLedger.withPseudonymPolicy()
        #expect(try ledger.refuse(replacement, by: "ministry") == .pseudonymKeyMissing)
        try ledger.accept(Pseudonymity.registration, by: "ministry")
        #expect(try ledger.refuse(replacement, by: "audit") == .notKeyCustodian)
        let nothing = RegisterPseudonymKey(publicKey: new.bytes, replaces: digest("none"))
        #expect(try ledger.refuse(nothing, by: "ministry") == .pseudonymKeyMissing)
        let since = ledger.now
        ledger.now = ledger.now.adding(seconds: 60)
        try ledger.accept(replacement, by: "ministry")
        // Said again, or of a key that was replaced: it changes nothing.
        #expect(try ledger.refuse(replacement, by: "ministry") == .pseudonymKeyReplaced)
        #expect(try ledger.refuse(Pseudonymity.registration, by: "ministry") == .alreadyExists)
        let keys = try ledger.typed.pseudonymKeys()
        #expect(keys.map(\.id) == [old.id, new.id] && keys.map(\.generation) == [1, 2])
        #expect(keys.map(\.since) == [since, ledger.now] && keys.map(\.until) == [ledger.now, nil])
        #expect(try ledger.typed.pseudonymKey()?.id == new.id)
        #expect(try ledger.typed.pseudonymKey(old.id)?.until == ledger.now)
        #expect(try ledger.typed.pseudonymKey(digest("none")) == nil)
    }

    @Test("A key that was replaced never comes back, and no key takes its own place")
    func retired() throws {
        var ledger = try TestLedger.withPseudonymKey()
        let itself = RegisterPseudonymKey(publicKey: old.bytes, replaces: old.id)
        #expect(try ledger.refuse(itself, by: "ministry") == .keyRetired)
        try ledger.accept(replacement, by: "ministry")
        let back = RegisterPseudonymKey(publicKey: old.bytes, replaces: new.id)
        #expect(try ledger.refuse(back, by: "ministry") == .keyRetired)
        try ledger.accept(RegisterPseudonymKey(publicKey: PRFKey().publicKey.bytes, replaces: new.id), by: "ministry")
        #expect(try ledger.typed.pseudonymKeys().count == 3)
    }

    @Test("New requests and datasets are under the key in use; what was published keeps its own and can be renewed")
    func publishing() throws {
        var ledger = try TestLedger.withPseudonymKey()
        try ledger.accept(Pseudonymity.dataset(under: old.id), by: "site1")
        let before = try #require(try ledger.typed.dataset("care1"))
        #expect(try ledger.typed.pseudonymStanding(of: before) == .section(old.id))
        ledger.now = ledger.now.adding(seconds: 60)
        try ledger.accept(replacement, by: "ministry")
        #expect(try ledger.typed.pseudonymStanding(of: before) == .replaced(old.id, at: ledger.now))

        #expect(try ledger.refuse(Pseudonymity.request(), by: "site1") == .pseudonymKeyReplaced)
        #expect(try ledger.refuse(dataset("care2", under: old.id), by: "site1") == .pseudonymKeyReplaced)
        #expect(try ledger.refuse(dataset("care2", under: digest("own")), by: "site1") == .otherPseudonyms)
        try ledger.accept(dataset("care2", under: new.id), by: "site1")
        let renewal = RenewDataset(
            dataset: "care1", manifest: before.manifest, validUntil: ledger.now.adding(seconds: 86_400))
        try ledger.accept(renewal, by: "site1")
        #expect(try ledger.typed.dataset("care1")?.terms.pseudonymKey == old.id)
    }

    @Test("A version that joint owners had not all approved when the key was replaced does not come into use")
    func proposed() throws {
        var ledger = try TestLedger.withPseudonymKey()
        let owners: [PartyName] = ["site1", "site2"]
        let proposal = try ledger.accept(dataset("care2", under: old.id, owners: owners), by: "site1")
        try ledger.accept(replacement, by: "ministry")
        let approval = ApproveDataset(dataset: "care2", proposal: proposal)
        #expect(try ledger.refuse(approval, by: "site2") == .pseudonymKeyReplaced)
        #expect(try ledger.typed.dataset("care2") == nil)
    }

    @Test("A request that waited for the old key lapses: it is not answered, refused or complained of, and counts")
    func lapsed() throws {
        var ledger = try TestLedger.withPseudonymKey()
        let answered = try ledger.accept(Pseudonymity.request(3, "answered"), by: "site1")
        try ledger.accept(Pseudonymity.answer(answered, 3), by: "ministry")
        let waiting = try ledger.accept(Pseudonymity.request(4, "waiting"), by: "site1")
        try ledger.accept(replacement, by: "ministry")
        #expect(try ledger.typed.pseudonymRequest(waiting)?.status(under: new.id) == .lapsed)
        #expect(try ledger.refuse(Pseudonymity.answer(waiting), by: "ministry") == .evaluationAnswered)
        let refusal = RefusePseudonyms(request: waiting, reason: "late")
        #expect(try ledger.refuse(refusal, by: "ministry") == .evaluationAnswered)
        let complaint = ComplainOfPseudonyms(request: waiting, reason: "late")
        #expect(try ledger.refuse(complaint, by: "site1") == .evaluationAnswered)

        // An answer that was there stands, and so does the right to complain of it.
        #expect(try ledger.typed.pseudonymRequest(answered)?.status(under: new.id) == .evaluated)
        try ledger.accept(ComplainOfPseudonyms(request: answered, reason: "not the key's"), by: "site1")

        // The limit of ten within two days goes on: seven are counted, under whatever key.
        #expect(try ledger.typed.pseudonymsAsked(by: "site1", Pseudonymity.rule, at: ledger.now) == 7)
        #expect(try ledger.refuse(request(4), by: "site1") == .evaluationsExhausted)
        try ledger.accept(request(3), by: "site1")
    }

    private func request(_ count: Int64) -> RequestPseudonyms {
        RequestPseudonyms(key: new.id, count: count, elements: cid("elements \(count)", .raw))
    }

    private func dataset(
        _ name: DatasetName, under key: Digest, owners: [PartyName] = ["site1"]
    ) -> PublishDataset {
        PublishDataset(
            name: name, pool: "health", manifest: TestLedger.manifest(name), keyFingerprint: PoolKey.fingerprint,
            rows: 100, shards: 1, bytes: 1_000, packs: ["care": ["mdvis"]], publicColumns: ["year"],
            pseudonymKey: key, owners: owners, approvals: 1)
    }
}
