import BlobStore
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import ObliviousPRF
import SealedTables
import SharingModel
import Testing

@Suite("Pseudonyms by a section's custodian")
struct PseudonymTests {
    private let people = ["ann", "bob", "cid", "dan", "eve", "ann"].map { (person: $0, plan: 1) }

    @Test("Publishing says what is missing; asked for, evaluated and taken in, the pseudonyms are the key's")
    func wholeWay() async throws {
        let consortium = try await PseudonymConsortium()
        let before = await #expect(throws: GatewayError.self) { try await consortium.publish("site1", people) }
        #expect("\(try #require(before))".contains("5 of 5 values have no pseudonym of section health yet"))
        #expect("\(try #require(before))".contains("chancery pseudonym request"))

        let obtained = try await consortium.request("site1", people)
        #expect(obtained.values == 5 && obtained.known == 0 && obtained.waiting == 5)
        #expect(obtained.requests.map(\.count) == [5])
        let waiting = await #expect(throws: GatewayError.self) { try await consortium.publish("site1", people) }
        #expect("\(try #require(waiting))".contains("ministry was asked for them"))

        let answers = try await consortium.evaluate()
        #expect(answers.map(\.refusal) == [nil])
        let manifest = try await consortium.publish("site1", people)
        let key = try #require(try consortium.health { try $0.pseudonymKey() })
        #expect(manifest.pseudonymKey == key.id && manifest.subjects == 5)

        // What anybody with the key would compute, and nothing else.
        let secret = try consortium.base.vault("ministry").load("pseudonyms.health").withUnsafeBytes {
            try PRFKey(secret: Data($0))
        }
        let expected = try people.map { try Pseudonym(evaluated: secret.output(of: Data($0.person.utf8))) }
        #expect(try consortium.pseudonyms("site1") == expected)
        #expect(try consortium.vaultFiles("site1", "asked.").isEmpty)

        let recorded = try consortium.health { try $0.pseudonymRequests() }
        #expect(try recorded.map(\.terms.count) == [5] && recorded.map(consortium.status) == [.evaluated])
    }

    @Test("Only values that were not evaluated for this department are asked for")
    func onlyNew() async throws {
        let consortium = try await PseudonymConsortium()
        try await consortium.publishWithPseudonyms("site1", people)
        let again = try await consortium.request("site1", people)
        #expect(again.known == 5 && again.waiting == 0 && again.requests.isEmpty)
        let more = try await consortium.request("site1", people + [(person: "fay", plan: 1)])
        #expect(more.known == 5 && more.waiting == 1 && more.requests.map(\.count) == [1])
        // While it waits, it is not asked for again.
        let waiting = try await consortium.request("site1", people + [(person: "fay", plan: 1)])
        #expect(waiting.waiting == 1 && waiting.requests.isEmpty)
    }

    @Test("The custodian and the ledger see elements that say nothing: two requests for one value share no byte of it")
    func oblivious() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        _ = try await consortium.request("site2", people)
        let requests = try consortium.health { try $0.pseudonymRequests() }
        let session = try consortium.session("ministry")
        let elements = try requests.flatMap { request in
            try BlindedBatch(bytes: session.blobs.get(request.terms.elements).data).elements
        }
        #expect(elements.count == 10 && Set(elements).count == 10)
    }

    @Test("The guard counts a person in two departments once: five rows of three persons are refused, six of six not")
    func countsOnce() async throws {
        let consortium = try await PseudonymConsortium()
        let first =
            ["ann", "bob", "cid"].map { (person: $0, plan: 1) } + ["a", "b", "c"].map { (person: $0, plan: 2) }
        let second = ["ann", "bob"].map { (person: $0, plan: 1) } + ["d", "e", "f"].map { (person: $0, plan: 2) }
        try await consortium.publishWithPseudonyms("site1", first)
        try await consortium.publishWithPseudonyms("site2", second)
        #expect(try await consortium.subjects(releasing: [2]) == [1: 3, 2: 6])
        #expect(try Array(consortium.pseudonyms("site2").prefix(2)) == Array(consortium.pseudonyms("site1").prefix(2)))

        // Under keys of their own nobody is matched: the guard knows of no more than three in either group.
        let own = try await PseudonymConsortium(hasCustodian: false)
        try await own.publish("site1", first)
        try await own.publish("site2", second)
        #expect(try await own.subjects(releasing: []) == [1: 3, 2: 3])
        #expect(try Set(own.pseudonyms("site1")).isDisjoint(with: own.pseudonyms("site2")))
    }

    @Test("One person has another pseudonym in another section, under another key")
    func sections() async throws {
        let consortium = try await PseudonymConsortium()
        let health = try await consortium.publishWithPseudonyms("site1", people)
        let tax = try await consortium.publishWithPseudonyms("revenue", people)
        #expect(health.pseudonymKey != tax.pseudonymKey)
        #expect(try Set(consortium.pseudonyms("site1")).isDisjoint(with: consortium.pseudonyms("revenue")))
    }

    @Test("Who is not the custodian makes no key and evaluates nothing; a section without one says so")
    func custodian() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        for party in ["site2", "audit"] {
            let session = try consortium.session(party)
            await #expect(throws: GatewayError.self) { try await CreatePseudonymKey().run(as: session) }
            await #expect(throws: GatewayError.self) { try await EvaluateRequest(nil).run(as: session) }
        }
        let own = try await PseudonymConsortium(hasCustodian: false)
        let error = await #expect(throws: GatewayError.self) { try await own.request("site1", people) }
        #expect("\(try #require(error))".contains("has no custodian for pseudonyms"))
    }

    @Test("Above the policy's limit the ledger refuses, and nothing is left behind that would be taken for a request")
    func limit() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", (0..<18).map { (person: "person \($0)", plan: 1) })
        try await expectRefused(.evaluationsExhausted) {
            _ = try await consortium.request("site1", (0..<21).map { (person: "person \($0)", plan: 1) })
        }
        #expect(try consortium.vaultFiles("site1", "asked.").count == 1)
        let fits = try await consortium.request("site1", (0..<20).map { (person: "person \($0)", plan: 1) })
        #expect(fits.requests.map(\.count) == [2])
    }
}

/// Expects that the ledger refuses, and why.
private func expectRefused(_ code: RefusalCode, _ body: () async throws -> Void) async throws {
    let error = await #expect(throws: GatewayError.self) { try await body() }
    guard case .refusedOnLedger(let refusal, _, _) = error else {
        Issue.record("refused otherwise: \(String(describing: error))")
        return
    }
    #expect(refusal.code == code)
}
