import CanonicalJSON
import Contracts
import SharingModel
import Testing

@Suite("Accounts of the departments")
struct AccountingTests {
    @Test("A block credits its writer and those whose cosignatures it carries, and charges the others")
    func awards() throws {
        var ledger = try TestLedger()
        ledger.mechanism = .turns
        (ledger.proposer, ledger.cosigners) = ("site2", ["site1", "site2"])
        try ledger.begin()
        (ledger.proposer, ledger.cosigners) = ("site1", ["site1", "site2", "site3"])
        try ledger.begin()
        let accounts = try ledger.typed.departmentAccounts()
        let departments = Consortium.record.departments(of: "health").map(\.name)
        #expect(accounts.departments.map(\.department) == departments)
        #expect(accounts["site1"].efficiencyAwards == 1)
        #expect(accounts["site1"].contributionAwards == 2)
        #expect(accounts["site1"].absences == 0)
        #expect(accounts["site2"].efficiencyAwards == 1)
        #expect(accounts["site3"].efficiencyAwards == 0)
        #expect(accounts["site3"].contributionAwards == 1)
        #expect(accounts["site3"].absences == 1)
    }

    @Test("One operator's log credits nobody")
    func embedded() throws {
        var ledger = try TestLedger()
        let before = ledger.state
        ledger.cosigners = ["site1"]
        try ledger.begin()
        #expect(ledger.state == before)
    }
}
