import BlobStore
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import ObliviousPRF
import QueryPlans
import SealedTables
import SharingModel
import Testing

@Suite("Another key in the place of a section's key for pseudonyms")
struct PseudonymKeyTests {
    private let people = ["ann", "bob", "cid"].map { (person: $0, plan: 1) }

    @Test("New datasets are under the new key, those before keep theirs, and the catalog says which is which")
    func wholeWay() async throws {
        let consortium = try await PseudonymConsortium()
        let before = try await consortium.publishWithPseudonyms("site1", people)
        let old = try #require(try consortium.health { try $0.pseudonymKey() })
        consortium.base.clock.advance(seconds: 60)
        let created = try await replace(old, consortium)
        #expect(created.key.id != old.id && created.key.generation == 2 && created.lapsed == 0)

        // What was evaluated under the old key is of no use for new datasets: it is asked for again.
        let error = await #expect(throws: GatewayError.self) { try await consortium.publish("site2", people) }
        #expect("\(try #require(error))".contains("3 of 3 values have no pseudonym"))
        let after = try await consortium.publishWithPseudonyms("site2", people)
        #expect(before.pseudonymKey == old.id && after.pseudonymKey == created.key.id)
        #expect(try Set(consortium.pseudonyms("site1")).isDisjoint(with: consortium.pseudonyms("site2")))
        let standings = try consortium.health { state in
            try ["site1", "site2"].map { site in
                try state.dataset(name("care-\(site)")).flatMap { try state.pseudonymStanding(of: $0) }
            }
        }
        #expect(standings == [.replaced(old.id, at: created.key.since), .section(created.key.id)])
    }

    @Test("The same persons under the old and the new key are no more persons: the limit is not passed by adding them")
    func neverTheSum() async throws {
        let consortium = try await PseudonymConsortium()
        // Six rows of plan 1 in two datasets, of the same three persons; in plan 2 the second has five by itself.
        let first = people + ["a", "b", "c"].map { (person: $0, plan: 2) }
        let second = people + ["a", "b", "d", "e", "f"].map { (person: $0, plan: 2) }
        try await consortium.publishWithPseudonyms("site1", first)
        try await replace(#require(try consortium.health { try $0.pseudonymKey() }), consortium)
        try await consortium.publishWithPseudonyms("site2", second)
        #expect(try await consortium.subjects(releasing: [2]) == [1: 3, 2: 5])
    }

    @Test("A department takes its old table over by publishing it again: then the persons are matched once more")
    func carriedOver() async throws {
        let consortium = try await PseudonymConsortium()
        let first = people + ["a", "b", "c"].map { (person: $0, plan: 2) }
        try await consortium.publishWithPseudonyms("site1", first)
        try await replace(#require(try consortium.health { try $0.pseudonymKey() }), consortium)
        try await consortium.publishWithPseudonyms("site2", people + ["d", "e", "f"].map { (person: $0, plan: 2) })
        #expect(try await consortium.subjects(releasing: []) == [1: 3, 2: 3])

        let asked = try await consortium.request("site1", first)
        #expect(asked.known == 0 && asked.waiting == 6)
        _ = try await consortium.evaluate()
        let again = try await consortium.publish("site1", first, replacing: true)
        #expect(try again.pseudonymKey == consortium.health { try $0.pseudonymKey()?.id })
        #expect(try await consortium.subjects(releasing: [2]) == [1: 3, 2: 6])
        // Run once more, it finds what it has published.
        #expect(try await consortium.publish("site1", first, replacing: true) == again)
    }

    @Test("What waited for the old key lapses; asked again, it is evaluated under the new one, and both are counted")
    func lapsed() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        let waiting = try consortium.waiting()
        let created = try await replace(#require(try consortium.health { try $0.pseudonymKey() }), consortium)
        #expect(try consortium.status(of: waiting) == .lapsed && created.lapsed == 1)
        #expect(try await consortium.evaluate().isEmpty)
        let refused = await #expect(throws: GatewayError.self) {
            try await EvaluateRequest(waiting.id.hex).run(as: consortium.session("ministry"))
        }
        #expect("\(try #require(refused))".contains("is lapsed"))

        let again = try await consortium.request("site1", people)
        #expect(again.lapsed.map(\.id) == [waiting.id] && again.requests.map(\.count) == [3])
        #expect(try consortium.vaultFiles("site1", "asked.").count == 1)
        _ = try await consortium.evaluate()
        _ = try await consortium.publish("site1", people)
        let session = try consortium.session("site1")
        let rule = try #require(try session.state { try $0.pseudonymRule(for: name("health")) })
        let counted = try session.state {
            try $0.pseudonymsAsked(by: name("site1"), rule, at: consortium.base.clock.now)
        }
        #expect(counted == 6)
    }

    @Test("An answer that came in time is taken in after the key was replaced, and of no use for new datasets")
    func answeredInTime() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        _ = try await consortium.evaluate()
        let old = try #require(try consortium.health { try $0.pseudonymKey() })
        try await replace(old, consortium)
        let again = try await consortium.request("site1", people)
        #expect(again.known == 0 && again.waiting == 3 && again.lapsed.isEmpty)
        #expect(try consortium.vaultFiles("site1", "known.").count == 1)
        #expect(try consortium.vaultFiles("site1", "asked.").count == 1)
    }

    @Test("Sealed before the key was replaced and killed before it was published, a table is sealed again")
    func sealedBefore() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        _ = try await consortium.evaluate()
        let old = try #require(try consortium.health { try $0.pseudonymKey() })
        // As a killed run leaves it: sealed and noted, and the ledger knows nothing of it.
        let killed = PseudonymConsortium(
            base: try TestConsortium(copying: consortium.base.folder, at: consortium.base.clock.now))
        let sealed = try await consortium.publish("site1", people)
        for (from, to) in [
            (try consortium.base.home("site1").publishedDirectory, try killed.base.home("site1").publishedDirectory),
            (try consortium.base.home("site1").blobs, try killed.base.home("site1").blobs),
        ] {
            try? FileManager.default.removeItem(at: to)
            try FileManager.default.copyItem(at: from, to: to)
        }
        try await replace(old, killed)
        _ = try await killed.request("site1", people)
        _ = try await killed.evaluate()
        let again = try await killed.publish("site1", people)
        #expect(sealed.pseudonymKey == old.id && again.pseudonymKey != old.id)
        #expect(try again.pseudonymKey == killed.health { try $0.pseudonymKey()?.id })
    }

    @Test("Who opens a value of an old dataset is told by the old key, which the custodian's vault keeps")
    func oldKeyIsKept() async throws {
        let consortium = try await PseudonymConsortium()
        try await consortium.publishWithPseudonyms("site1", people)
        let old = try #require(try consortium.health { try $0.pseudonymKey() })
        try await replace(old, consortium)
        let vault = try consortium.base.vault("ministry")
        let first = try vault.load("pseudonyms.health").withUnsafeBytes { try PRFKey(secret: $0) }
        let second = try vault.load("pseudonyms-2.health").withUnsafeBytes { try PRFKey(secret: $0) }
        #expect(first.publicKey.id == old.id)
        #expect(try second.publicKey.id == consortium.health { try $0.pseudonymKey()?.id })
        let ann = try #require(try consortium.pseudonyms("site1").first)
        #expect(try Pseudonym(evaluated: first.output(of: Data("ann".utf8))) == ann)
    }

    @Test("Run again it tells of the key that it has made; another, or one under an old name, is refused on the ledger")
    func again() async throws {
        let consortium = try await PseudonymConsortium()
        let old = try #require(try consortium.health { try $0.pseudonymKey() })
        let first = try await replace(old, consortium)
        let again = try await replace(old, consortium)
        #expect(again.key == first.key && again.receipt.transaction == first.receipt.transaction)
        #expect(try consortium.health { try $0.pseudonymKeys() }.count == 2)
        let third = try await replace(first.key, consortium)
        #expect(third.key.generation == 3)
        let unknown = await #expect(throws: GatewayError.self) {
            try await CreatePseudonymKey(replacing: "ffffffff").run(as: consortium.session("ministry"))
        }
        #expect("\(try #require(unknown))".contains("ffffffff"))
        await #expect(throws: GatewayError.self) {
            try await CreatePseudonymKey(replacing: third.key.id.hex).run(as: consortium.session("audit"))
        }
    }

    @Test("A custodian whose vault has lost the key registers another in its place; until then it says what to do")
    func lostKey() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        try consortium.base.vault("ministry").remove("pseudonyms.health")
        await #expect(throws: KeyVaultError.self) { try await consortium.evaluate() }
        // Another vault's key in its place is not taken for it.
        try consortium.base.vault("ministry").store(
            "pseudonyms.health", PRFKey().withSecret { SecretBytes(copying: $0) })
        let error = await #expect(throws: GatewayError.self) { try await consortium.evaluate() }
        #expect("\(try #require(error))".contains("--replaces"))

        try await replace(#require(try consortium.health { try $0.pseudonymKey() }), consortium)
        try await consortium.publishWithPseudonyms("site1", people)
    }

    @discardableResult
    private func replace(
        _ key: PseudonymKeyRecord, _ consortium: PseudonymConsortium
    ) async throws -> CreatePseudonymKey.Created {
        try await CreatePseudonymKey(replacing: String(key.id.hex.prefix(12))).run(as: consortium.session("ministry"))
    }
}
