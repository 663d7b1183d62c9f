import CanonicalJSON
import Contracts
import SharingModel
import Testing

@Suite("Status, incidents and reports")
struct ContestTests {
    @Test("A department is idle until it says that it is busy, and says so for itself alone")
    func status() throws {
        var ledger = try TestLedger()
        #expect(try ledger.typed.contest().status(of: "site2") == .idle)
        try ledger.accept(SetStatus(status: .busy), by: "site2")
        #expect(try ledger.typed.contest().status(of: "site2") == .busy)
        #expect(try ledger.typed.contest().status(of: "site1") == .idle)
        #expect(try ledger.refuse(SetStatus(status: .busy), by: "site2") == .statusUnchanged)
        for outsider: PartyName in ["statistics", "ministry", "clinic", "taxes"] {
            #expect(try ledger.refuse(SetStatus(status: .busy), by: outsider) == .roleNotAllowed)
        }
        try ledger.accept(SetStatus(status: .idle), by: "site2")
        #expect(try ledger.typed.contest().busy.isEmpty)
    }

    @Test("The answer is the last ten incidents by time, those of one second by number")
    func answer() throws {
        var ledger = try TestLedger()
        #expect(try ledger.typed.contest().answer == [])
        let ages: [Int64] = [1, 2, 3, 50, 40, 40, 10, 99, 7, 0, 41, 8]
        for (number, age) in ages.enumerated() {
            let incident = RecordIncident(
                enterprise: "e\(number)", occurred: ledger.now.adding(seconds: -age), summary: "a leak")
            try ledger.accept(incident, by: number % 2 == 0 ? "site1" : "site2")
            let known = ages.prefix(number + 1).enumerated().suffix(10)
            let expected = known.sorted { ($0.element, -$0.offset) > ($1.element, -$1.offset) }.map { Int64($0.offset) }
            #expect(try ledger.typed.contest().answer == expected)
        }
        let incidents = try ledger.typed.incidents()
        #expect(incidents.map(\.number) == Array(0..<12))
        #expect(incidents.map(\.enterprise) == (0..<12).map { "e\($0)" })
        let foreign = RecordIncident(enterprise: "x", occurred: ledger.now)
        #expect(try ledger.refuse(foreign, by: "clinic") == .roleNotAllowed)
        let late = RecordIncident(enterprise: "x", occurred: ledger.now.adding(seconds: 3_601))
        #expect(try ledger.refuse(late, by: "site1") == .notYetHappened)
    }

    @Test("A fault counts once, when a third of the departments and one have reported it")
    func reports() throws {
        var ledger = try TestLedger()
        let report = ReportBatch(department: "site4", fault: .invalid, height: 9)
        try ledger.accept(report, by: "site1")
        #expect(try ledger.typed.batchFaults("site4").invalid == 0)
        #expect(try ledger.refuse(report, by: "site1") == .alreadyReported)
        // Another fault, and another height, are other reports.
        try ledger.accept(ReportBatch(department: "site4", fault: .rewritten, height: 9), by: "site2")
        try ledger.accept(ReportBatch(department: "site4", fault: .invalid, height: 10), by: "site2")
        #expect(try ledger.typed.batchFaults("site4").invalid == 0)
        try ledger.accept(report, by: "site2")
        #expect(try ledger.typed.batchFaults("site4").invalid == 1)
        try ledger.accept(report, by: "site3")
        #expect(try ledger.typed.batchFaults("site4").invalid == 1)
        #expect(try ledger.typed.batchFaults("site4").rewritten == 0)
        let foreign = ReportBatch(department: "taxes", fault: .invalid, height: 9)
        #expect(try ledger.refuse(foreign, by: "site1") == .roleNotAllowed)
        #expect(try ledger.refuse(report, by: "statistics") == .roleNotAllowed)
    }

    @Test("Who stands in earns no award for writing")
    func standIn() throws {
        var ledger = try TestLedger()
        ledger.mechanism = .contest
        ledger.isStandIn = true
        ledger.cosigners = ["site1", "site2", "site3"]
        try ledger.begin()
        let account = try ledger.typed.departmentAccounts()["site1"]
        #expect(account.efficiencyAwards == 0)
        #expect(account.standIns == 1)
        #expect(account.contributionAwards == 1)
    }

    @Test("A founding record says how the right is come by in a way that can be followed, or is refused")
    func policy() throws {
        func problem(_ accounting: AccountingPolicy) -> FoundingProblem? {
            let record = Consortium.record(policy: SharingPolicy(accounting: accounting)) { $0 }
            do throws(ContractsError) {
                try record.checkForm()
                return nil
            } catch {
                guard case .foundingRecordInvalid(let problem) = error else { return nil }
                #expect(!"\(problem)".isEmpty)
                return problem
            }
        }
        func rotation(_ clusters: [(ClusterName, [PartyName])], term: Int = 1, serving: Int = 1) -> AccountingPolicy {
            AccountingPolicy(
                mechanism: .rotation,
                rotation: AccountingPolicy.Rotation(
                    clusters: clusters.map { AccountingPolicy.Cluster(name: $0.0, departments: $0.1) },
                    serving: serving, term: term))
        }
        #expect(problem(rotation([("north", ["site1", "site2"]), ("south", ["site3"])])) == nil)
        #expect(problem(AccountingPolicy(mechanism: .contest)) == nil)
        #expect(problem(AccountingPolicy(mechanism: .embedded)) == .accountingMechanism)
        #expect(problem(AccountingPolicy(mechanism: .rotation)) == .accountingMechanism)
        #expect(problem(rotation([])) == .accountingClusters)
        #expect(problem(rotation([("north", [])])) == .accountingClusters)
        #expect(problem(rotation([("north", ["site1"]), ("north", ["site2"])])) == .accountingClusters)
        #expect(
            problem(rotation([("north", ["site1"]), ("south", ["site1"])])) == .accountingCluster("south", "site1"))
        #expect(problem(rotation([("north", ["statistics"])])) == .accountingCluster("north", "statistics"))
        #expect(problem(rotation([("north", ["site1"])], term: 0)) == .accountingTerm(0))
        #expect(problem(rotation([("north", ["site1"])], serving: 0)) == .accountingServing(0))
    }
}
