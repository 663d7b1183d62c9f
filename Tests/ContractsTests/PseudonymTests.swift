import BlobStore
import Contracts
import Foundation
import ObliviousPRF
import SharingModel
import Testing

@Suite("Pseudonyms by a section's custodian")
struct PseudonymTests {
    @Test("The custodian whom the policy names registers one key, once; it has to be a point")
    func key() throws {
        var ledger = try TestLedger.withPseudonymPolicy()
        for party: PartyName in ["site1", "audit", "statistics"] {
            #expect(try ledger.refuse(Pseudonymity.registration, by: party) == .notKeyCustodian)
        }
        for bytes in [Data(count: 49), Data([2]) + Data(repeating: 0xFF, count: 48)] {
            #expect(try ledger.refuse(RegisterPseudonymKey(publicKey: bytes), by: "ministry") == .keyInvalid)
        }
        #expect(throws: ContractsError.self) { try RegisterPseudonymKey(publicKey: Data(count: 48)).checkForm() }
        try ledger.accept(Pseudonymity.registration, by: "ministry")
        #expect(try ledger.refuse(Pseudonymity.registration, by: "ministry") == .alreadyExists)
        #expect(try ledger.typed.pseudonymKey()?.id == Pseudonymity.key.publicKey.id)

        var other = try TestLedger()
        #expect(try other.refuse(Pseudonymity.registration, by: "ministry") == .noPseudonymCustodian)
    }

    @Test("Departments of the section ask, and nobody else; before there is a key nobody does")
    func asking() throws {
        var ledger = try TestLedger.withPseudonymPolicy()
        #expect(try ledger.refuse(Pseudonymity.request(), by: "site1") == .pseudonymKeyMissing)
        try ledger.accept(Pseudonymity.registration, by: "ministry")
        // taxes is a department of another section.
        for party: PartyName in ["ministry", "audit", "statistics", "taxes"] {
            #expect(try ledger.refuse(Pseudonymity.request(), by: party) == .roleNotAllowed)
        }
        let foreign = RequestPseudonyms(key: digest("other"), count: 1, elements: cid("e", .raw))
        #expect(try ledger.refuse(foreign, by: "site1") == .pseudonymKeyMissing)
        let request = try ledger.accept(Pseudonymity.request(), by: "site1")
        let known = try #require(try ledger.typed.pseudonymRequest(request))
        #expect(known.department == "site1" && known.terms.count == 4)
        #expect(known.status(under: Pseudonymity.key.publicKey.id) == .waiting)
    }

    @Test("The count of the answer is that of the request; an answer comes once, from the custodian")
    func answering() throws {
        var ledger = try TestLedger.withPseudonymKey()
        let request = try ledger.accept(Pseudonymity.request(), by: "site1")
        #expect(try ledger.refuse(Pseudonymity.answer(request), by: "site2") == .notKeyCustodian)
        #expect(try ledger.refuse(Pseudonymity.answer(digest("none")), by: "ministry") == .evaluationUnknown)
        for count: Int64 in [1, 3, 5, 4_096] {
            #expect(try ledger.refuse(Pseudonymity.answer(request, count), by: "ministry") == .countDiffers)
        }
        try ledger.accept(Pseudonymity.answer(request), by: "ministry")
        // Replayed, refused after the fact, or for another request: nothing changes.
        #expect(try ledger.refuse(Pseudonymity.answer(request), by: "ministry") == .evaluationAnswered)
        let refusal = RefusePseudonyms(request: request, reason: "late")
        #expect(try ledger.refuse(refusal, by: "ministry") == .evaluationAnswered)
        #expect(try ledger.typed.pseudonymRequest(request)?.status(under: Pseudonymity.key.publicKey.id) == .evaluated)

        let second = try ledger.accept(Pseudonymity.request(2, "more"), by: "site1")
        try ledger.accept(RefusePseudonyms(request: second, reason: "element 0 is no point"), by: "ministry")
        #expect(try ledger.refuse(Pseudonymity.answer(second, 2), by: "ministry") == .evaluationAnswered)
        #expect(try ledger.typed.pseudonymRequest(second)?.answer?.refusal == "element 0 is no point")
    }

    @Test("A wrong answer is complained of by who asked, once, and stays on the ledger as disputed")
    func complaint() throws {
        var ledger = try TestLedger.withPseudonymKey()
        let request = try ledger.accept(Pseudonymity.request(), by: "site1")
        let complaint = ComplainOfPseudonyms(request: request, reason: "element 2 is not the key's")
        #expect(try ledger.refuse(complaint, by: "site1") == .evaluationAnswered)
        try ledger.accept(Pseudonymity.answer(request), by: "ministry")
        #expect(try ledger.refuse(complaint, by: "site2") == .notTheRequester)
        try ledger.accept(complaint, by: "site1")
        #expect(try ledger.refuse(complaint, by: "site1") == .evaluationAnswered)
        #expect(try ledger.typed.pseudonymRequest(request)?.status(under: Pseudonymity.key.publicKey.id) == .disputed)
    }

    @Test("Evaluations are counted by department and period; a request above the limit is refused and counts nothing")
    func limit() throws {
        var ledger = try TestLedger.withPseudonymKey()
        try ledger.accept(Pseudonymity.request(6, "a"), by: "site1")
        #expect(try ledger.refuse(Pseudonymity.request(5, "b"), by: "site1") == .evaluationsExhausted)
        try ledger.accept(Pseudonymity.request(10, "c"), by: "site2")
        try ledger.accept(Pseudonymity.request(4, "d"), by: "site1")
        #expect(try ledger.refuse(Pseudonymity.request(1, "e"), by: "site1") == .evaluationsExhausted)
        #expect(try ledger.typed.pseudonymsAsked(by: "site1", Pseudonymity.rule, at: ledger.now) == 10)
        // The second day still counts the first; the third does not.
        ledger.now = ledger.now.adding(seconds: 86_400)
        #expect(try ledger.refuse(Pseudonymity.request(1, "f"), by: "site1") == .evaluationsExhausted)
        ledger.now = ledger.now.adding(seconds: 86_400)
        try ledger.accept(Pseudonymity.request(10, "g"), by: "site1")
    }

    @Test("Where a custodian is named, a dataset's pseudonyms are under its key; elsewhere under any")
    func publishing() throws {
        var ledger = try TestLedger.withPseudonymPolicy()
        #expect(try ledger.refuse(Pseudonymity.dataset(under: digest("own")), by: "site1") == .otherPseudonyms)
        try ledger.accept(Pseudonymity.registration, by: "ministry")
        #expect(try ledger.refuse(Pseudonymity.dataset(under: digest("own")), by: "site1") == .otherPseudonyms)
        try ledger.accept(Pseudonymity.dataset(under: Pseudonymity.key.publicKey.id), by: "site1")

        var without = try TestLedger()
        try without.accept(TestLedger.pool("health"), by: "ministry")
        try without.accept(Pseudonymity.dataset(under: digest("own")), by: "site1")
    }

    @Test(
        "A policy whose custodian could read its own answers, or is nobody, or that allows nothing, is refused",
        arguments: [
            PseudonymRule(section: "health", custodian: "site1", mostEvaluations: 1, periodDays: 1),
            PseudonymRule(section: "health", custodian: "statistics", mostEvaluations: 1, periodDays: 1),
            PseudonymRule(section: "health", custodian: "nobody", mostEvaluations: 1, periodDays: 1),
            PseudonymRule(section: "elsewhere", custodian: "ministry", mostEvaluations: 1, periodDays: 1),
            PseudonymRule(section: "health", custodian: "ministry", mostEvaluations: 0, periodDays: 1),
            PseudonymRule(section: "health", custodian: "ministry", mostEvaluations: 1, periodDays: 367),
        ])
    func policies(_ rule: PseudonymRule) {
        #expect(throws: ContractsError.self) { try Pseudonymity.record(rule).checkForm() }
        #expect(throws: Never.self) { try Pseudonymity.record().checkForm() }
    }
}
