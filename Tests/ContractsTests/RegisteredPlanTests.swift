import CanonicalJSON
import Contracts
import SharingModel
import Testing

@Suite("Registered plans")
struct RegisteredPlanTests {
    @Test("The holder of a limited token runs the registered plan with values for its blanks")
    func run() throws {
        var (ledger, token) = try TestLedger.withRegisteredPlan()
        let id = try ledger.accept(TestLedger.call(token), by: "statistics")
        let redemption = try #require(try ledger.typed.redemption(id))
        #expect(redemption.plan == TestLedger.instance)
        #expect(redemption.contract?.parameters == TestLedger.values)
    }

    @Test("A token without limits may name a registered plan too, and is then held to it")
    func unlimited() throws {
        var (ledger, _) = try TestLedger.withRegisteredPlan()
        let token = try ledger.accept(TestLedger.request(), by: "statistics")
        for site: PartyName in ["site1", "site2"] { try ledger.accept(ApproveToken(token: token), by: site) }
        #expect(try ledger.refuse(TestLedger.call(token, plan: cid("other")), by: "statistics") == .planMismatch)
        try ledger.accept(TestLedger.call(token), by: "statistics")
    }

    @Test("A plan counts as approved when k owners of each of its datasets agree")
    func approvals() throws {
        var ledger = try TestLedger.withDatasets()
        try ledger.accept(TestLedger.registration(), by: "site1")
        // site1 is its author and owns care1: it has agreed.
        #expect(try ledger.typed.registeredPlan("spending@1")?.isApproved == false)
        #expect(try ledger.refuse(ApproveContract(contract: "spending@1"), by: "site1") == .alreadyDecided)
        #expect(try ledger.refuse(ApproveContract(contract: "spending@1"), by: "site3") == .notAnOwner)
        let named = ApproveContract(contract: "spending@1", datasets: ["care1"])
        #expect(try ledger.refuse(named, by: "site2") == .notAnOwner)
        let unknown = ApproveContract(contract: "spending@1", datasets: ["care3"])
        #expect(try ledger.refuse(unknown, by: "site2") == .unknownDataset)
        try ledger.accept(ApproveContract(contract: "spending@1"), by: "site2")
        #expect(try ledger.typed.registeredPlan("spending@1")?.isApproved == true)
        #expect(try ledger.typed.registeredPlans().map(\.contract) == ["spending@1"])
    }

    @Test("The plan reads what was approved: other datasets, packs or versions are refused")
    func data() throws {
        var (ledger, token) = try TestLedger.withRegisteredPlan()
        #expect(try ledger.refuse(TestLedger.call(token, datasets: ["care1"]), by: "statistics") == .planMismatch)
        #expect(try ledger.refuse(TestLedger.call(token, packs: []), by: "statistics") == .planMismatch)
        try ledger.accept(TestLedger.dataset("care1", version: 2, owners: ["site1"]), by: "site1")
        let later = try ledger.accept(TestLedger.request(contracts: ["spending@1"]), by: "statistics")
        for site: PartyName in ["site1", "site2"] { try ledger.accept(ApproveToken(token: later), by: site) }
        // The new token is for the new version of care1; the plan was approved for the old one.
        #expect(try ledger.refuse(TestLedger.call(later), by: "statistics") == .datasetReplaced)
    }

    @Test("A name belongs to whoever registered its first version, and a version is registered once")
    func names() throws {
        var ledger = try TestLedger.withDatasets()
        try ledger.accept(TestLedger.registration(), by: "statistics")
        #expect(try ledger.refuse(TestLedger.registration(), by: "statistics") == .alreadyExists)
        #expect(try ledger.refuse(TestLedger.registration("spending@2"), by: "site1") == .notTheAuthor)
        try ledger.accept(TestLedger.registration("spending@2"), by: "statistics")
        #expect(try ledger.refuse(TestLedger.registration("audit@1"), by: "audit") == .roleNotAllowed)
        #expect(try ledger.refuse(TestLedger.registration("x@1", packs: ["none"]), by: "statistics") == .unknownPack)
    }

    @Test(
        "Values that a blank does not allow are refused",
        arguments: [
            ["year": .integer(0), "coins": .string("95")], ["year": .integer(6), "coins": .string("95")],
            ["year": .string("1"), "coins": .string("95")], ["year": .integer(1), "coins": .string("96")],
            ["year": .integer(1), "coins": .integer(95)], ["year": .integer(1)],
            ["year": .integer(1), "coins": .string("95"), "extra": .integer(1)],
        ] as [[String: ParameterValue]])
    func values(_ values: [String: ParameterValue]) throws {
        var (ledger, token) = try TestLedger.withRegisteredPlan()
        #expect(try ledger.refuse(TestLedger.call(token, values: values), by: "statistics") == .parameterInvalid)
    }

    @Test("An instance is the template with the values as its member parameters, and nothing else changed")
    func instance() throws {
        let (ledger, _) = try TestLedger.withRegisteredPlan()
        let plan = try #require(try ledger.typed.registeredPlan("spending@1"))
        let instance = try plan.instance(TestLedger.values)
        #expect(instance["parameters"] == ["coins": "95", "year": 1])
        #expect(instance["where"] == TestLedger.template["where"])
        #expect(try plan.instanceCID(TestLedger.values) == TestLedger.instance)
    }

    @Test(
        "A template whose blanks contradict themselves is turned away",
        arguments: [
            [PlanParameter(name: "year", type: .string, minimum: 1)],
            [PlanParameter(name: "year", type: .integer, minimum: 2, maximum: 1)],
            [PlanParameter(name: "year", type: .integer, allowed: [.string("1")])],
            [PlanParameter(name: "year", type: .integer, allowed: [])],
            [PlanParameter(name: "year", type: .integer, allowed: [.integer(1), .integer(1)])],
            [PlanParameter(name: "1year", type: .integer)], [PlanParameter(name: "", type: .integer)],
            [PlanParameter(name: "year", type: .integer), PlanParameter(name: "year", type: .string)],
        ])
    func blanks(_ parameters: [PlanParameter]) {
        let body = RegisterContract(
            contract: "x@1", summary: "s", datasets: ["care1"], packs: [], template: [:], parameters: parameters)
        #expect(throws: ContractsError.self) { try body.checkForm() }
    }

    @Test(
        "A reference is written name@version in one way only",
        arguments: [
            "spending", "spending@", "spending@0", "spending@01", "spending@+1", "spending@1@2", "@1", "Spending@1",
            "spending@1000001",
        ])
    func references(_ text: String) {
        #expect(ContractReference(text) == nil)
        #expect(ContractReference(String("spending@12"))?.version == 12)
    }
}
