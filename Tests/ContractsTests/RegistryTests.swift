import Contracts
import Foundation
import SharingModel
import Testing

@Suite("Registry and sections")
struct RegistryTests {
    @Test("The registry opens with all departments' signatures, submitted by the first by name")
    func registryOpens() throws {
        var ledger = try TestLedger(empty: .registry)
        let body = FoundConsortium(record: Consortium.record)
        let transaction = try ledger.transaction(body, by: "site1")
        let signers = try ledger.engine.requiredSigners(of: transaction, state: ledger.state)
        #expect(signers.map(\.party) == ["site1", "site2", "site3", "site4", "taxes"])
        #expect(signers.map(\.signingKey) == signers.map { Consortium.key("sign \($0.party)") })
        #expect(try ledger.execute(transaction).isAccepted)
        #expect(try ledger.typed.consortium()?.name == "demo")
        #expect(try ledger.typed.consortium()?.registryCheckpoint == nil)
    }

    @Test("A section opens with its own departments' signatures and knows every party of the consortium")
    func sectionOpens() throws {
        var ledger = try TestLedger(empty: "health")
        let body = OpenSection(record: Consortium.record, registry: "checkpoint\n")
        let transaction = try ledger.transaction(body, by: "site1")
        let signers = try ledger.engine.requiredSigners(of: transaction, state: ledger.state)
        #expect(signers.map(\.party) == ["site1", "site2", "site3", "site4"])
        #expect(try ledger.execute(transaction).isAccepted)
        #expect(try ledger.typed.parties() == Consortium.record.parties)
        #expect(try ledger.typed.consortium()?.registryCheckpoint == "checkpoint\n")
    }

    @Test("Another department than the first cannot submit the opening")
    func submitter() throws {
        var ledger = try TestLedger(empty: "health")
        let body = OpenSection(record: Consortium.record, registry: "checkpoint")
        let transaction = try ledger.transaction(body, by: "site2")
        #expect(throws: ContractsError.notTheSubmitter("site2", expected: "site1")) {
            try ledger.engine.requiredSigners(of: transaction, state: ledger.state)
        }
    }

    @Test("A founding record that is not the ledger's own is turned away")
    func foreignRecord() throws {
        var ledger = try TestLedger(empty: "health")
        let other = Consortium.record(name: "other") { $0 }
        let transaction = try ledger.transaction(OpenSection(record: other, registry: "checkpoint"), by: "site1")
        #expect(throws: ContractsError.foundingDigestMismatch) {
            try ledger.engine.requiredSigners(of: transaction, state: ledger.state)
        }
    }

    @Test("Before a ledger is open it knows nobody")
    func notOpen() throws {
        var ledger = try TestLedger(empty: "health")
        let transaction = try ledger.transaction(TestLedger.pool("health"), by: "ministry")
        #expect(throws: ContractsError.unknownParty("ministry")) {
            try ledger.engine.requiredSigners(of: transaction, state: ledger.state)
        }
    }

    @Test("Founding stands on the registry's ledger alone, and everything else beside it")
    func kindsOfLedgers() throws {
        var health = try TestLedger(empty: "health")
        #expect(throws: ContractsError.kindOfAnotherLedger(kind: .foundConsortium, section: "health")) {
            try health.transaction(FoundConsortium(record: Consortium.record), by: "site1")
        }
        var registry = try TestLedger(empty: .registry)
        #expect(throws: ContractsError.kindOfAnotherLedger(kind: .createPool, section: .registry)) {
            try registry.transaction(TestLedger.pool("health"), by: "ministry")
        }
    }

    @Test("A founding record that later rules could not rely on is turned away", arguments: FaultyRecord.all)
    func faultyRecords(_ faulty: FaultyRecord) {
        #expect(throws: ContractsError.foundingRecordInvalid(faulty.problem)) { try faulty.record.checkForm() }
        #expect(!faulty.problem.description.isEmpty)
    }
}

struct FaultyRecord: Sendable, CustomTestStringConvertible {
    let problem: FoundingProblem
    let record: FoundingRecord
    var testDescription: String { problem.description }

    static var all: [FaultyRecord] {
        let long = String(repeating: "x", count: 129)
        return [
            FaultyRecord(.consortiumName, Consortium.record(name: "") { $0 }),
            FaultyRecord(.consortiumName, Consortium.record(name: long) { $0 }),
            FaultyRecord(.consortiumName, Consortium.record(name: "evil\u{1B}[2J") { $0 }),
            FaultyRecord(.noSections, Consortium.record(sections: []) { $0 }),
            FaultyRecord(.reservedSection, Consortium.record(sections: ["health", "registry", "tax"]) { $0 }),
            FaultyRecord(.sectionsNotSorted, Consortium.record(sections: ["health", "health", "tax"]) { $0 }),
            FaultyRecord(.noDepartments("roads"), Consortium.record(sections: ["health", "roads", "tax"]) { $0 }),
            FaultyRecord(.minimumSubjects(1), Consortium.record(policy: SharingPolicy(minimumSubjects: 1)) { $0 }),
            FaultyRecord(
                .transactionValidity(86_401),
                Consortium.record(policy: SharingPolicy(longestTransactionValidity: 86_401)) { $0 }),
            FaultyRecord(
                .partiesNotSorted,
                Consortium.record { $0.name == "site2" ? Consortium.party("site1", .department, "health") : $0 }),
            FaultyRecord(
                .unknownSection(party: "audit", section: "roads"),
                Consortium.record { $0.name == "audit" ? Consortium.party("audit", .auditor, "roads") : $0 }),
            FaultyRecord(
                .departmentWithoutSection("site4"),
                Consortium.record { $0.name == "site4" ? Consortium.party("site4", .department) : $0 }),
            FaultyRecord(
                .unknownSuperior(party: "site1", superior: "ministry"),
                Consortium.record { $0.name == "ministry" ? nil : $0 }),
            FaultyRecord(.area("audit"), changing("audit") { $0.with(area: "") }),
            FaultyRecord(.cosigningKeyMissing("site3"), changing("site3") { $0.with(cosigning: .some(nil)) }),
            FaultyRecord(
                .cosigningKeyNotAllowed("audit"), changing("audit") { $0.with(cosigning: Consortium.key("a")) }),
            FaultyRecord(
                .keyInvalid(party: "site3", key: "signingKey"), changing("site3") { $0.with(signing: Data([1, 2])) }),
            FaultyRecord(
                // The neutral element: one signature under it fits many messages.
                .keyInvalid(party: "site3", key: "cosigningKey"),
                changing("site3") { $0.with(cosigning: Data([1] + [UInt8](repeating: 0, count: 31))) }),
            FaultyRecord(
                .keyInvalid(party: "site3", key: "sealingKey"), changing("site3") { $0.with(sealing: Data()) }),
            FaultyRecord(
                .keyShared("site3", "site3"), changing("site3") { $0.with(cosigning: $0.signingKey) }),
        ]
    }

    private init(_ problem: FoundingProblem, _ record: FoundingRecord) {
        self.problem = problem
        self.record = record
    }

    private static func changing(_ name: PartyName, _ change: (Party) -> Party) -> FoundingRecord {
        Consortium.record { $0.name == name ? change($0) : $0 }
    }
}

extension Party {
    fileprivate func with(
        area: String? = nil, signing: Data? = nil, cosigning: Data?? = .none, sealing: Data? = nil
    ) -> Party {
        Party(
            name: name, role: role, section: section, area: area, superior: superior,
            signingKey: signing ?? signingKey, cosigningKey: cosigning ?? cosigningKey,
            sealingKey: sealing ?? sealingKey)
    }
}
