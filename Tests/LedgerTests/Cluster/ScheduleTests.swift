import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import Testing

/// Seeded schedules of everything that can happen between nodes. `CHANCERY_SCHEDULES=5000` runs so many of each,
/// `CHANCERY_SEED=N` only that one.
@Suite("Schedules of departments' nodes", .serialized)
struct ScheduleTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let count = environment["CHANCERY_SCHEDULES"].flatMap { UInt64($0) }
    private static let only = environment["CHANCERY_SEED"].flatMap { UInt64($0) }

    private static func seeds(_ few: UInt64) -> Range<UInt64> {
        only.map { $0..<($0 + 1) } ?? 0..<(count ?? few)
    }

    private func check(_ cluster: SimulatedCluster, _ seed: UInt64, _ what: String) throws {
        let check = HistoryCheck(
            acknowledged: cluster.acknowledged, ledgers: cluster.departments.map { ($0.name, $0.ledger) })
        let findings = try check.findings()
        #expect(findings.isEmpty, "\(what), seed \(seed): \(findings)")
        for department in cluster.departments {
            let recorded = try department.ledger.read { try LedgerState($0).equivocations().map(\.party.text) }
            #expect(
                recorded.allSatisfy { $0 == cluster.hostile },
                "\(what), seed \(seed): \(department.name)'s ledger accuses \(recorded)")
        }
    }

    private func run(
        _ departments: Int, _ seed: UInt64, _ what: String, hostile: String? = nil, joining: String? = nil,
        _ faults: Faults
    ) async throws -> SimulatedCluster {
        let cluster = try await SimulatedCluster(
            departments: departments, seed: seed, hostile: hostile, joining: joining)
        do {
            try await cluster.run(steps: faults.contains(.members) ? 500 : 300, faults)
            try await cluster.heal()
        } catch {
            Issue.record("\(what), seed \(seed): \(error)")
        }
        try check(cluster, seed, what)
        return cluster
    }

    @Test("Under crashes, cuts, losses, clocks, rebuilt and gapped nodes nothing acknowledged is lost, and it goes on")
    func faults() async throws {
        var acknowledged = 0
        for seed in Self.seeds(9) {
            let departments = [3, 4, 7][Int(seed % 3)]
            acknowledged += try await run(departments, seed, "faults", .all).acknowledged.count
        }
        #expect(acknowledged > 0)
    }

    @Test("While departments join, leave and take other keys under crashes, cuts and losses nothing is lost")
    func members() async throws {
        var changes = 0
        for seed in Self.seeds(6) {
            let departments = [3, 4][Int(seed % 2)]
            let cluster = try await run(
                departments, seed, "members", joining: "site\(departments + 1)",
                [.members, .crashes, .cuts, .losses])
            // Two blocks and more lie between a decision and its height.
            for _ in 0..<4 { try await cluster.heal() }
            try check(cluster, seed, "members")
            let ledger = try #require(cluster.departments.first).ledger
            let head = try #require(try ledger.head())
            changes += try ledger.read { try LedgerState($0).decidedChanges() }.count { $0.effective <= head.height }
        }
        #expect(Self.only != nil || changes > 0)
    }

    @Test("Batches that the order only refers to are had by all, under crashes, cuts, losses and compactions")
    func references() async throws {
        var (references, fetched) = (0, 0)
        for seed in Self.seeds(6) {
            let departments = [3, 4, 7][Int(seed % 3)]
            let cluster = try await run(
                departments, seed, "large batches", [.references, .crashes, .cuts, .losses, .compactions])
            fetched += cluster.fetched
            references += cluster.views["site1", default: []].count { event in
                guard case .written(let bytes) = event.change else { return false }
                return bytes.starts(with: Data("chancery-batch-reference-v1\n".utf8))
            }
        }
        #expect(Self.only != nil || references > 0 && fetched > 0, "\(references) references, \(fetched) fetched")
    }

    @Test("What comes of the order may be lost or spoilt: all three of three go on, and nobody is named for it")
    func spoilt() async throws {
        var differed = 0
        for seed in Self.seeds(12) {
            let departments = seed % 4 == 3 ? 4 : 3
            let cluster = try await run(departments, seed, "spoilt", [.spoilt, .crashes, .cuts, .losses])
            for department in cluster.departments {
                let told = Set(department.told.events.map(Self.kind))
                #expect(told.isDisjoint(with: ["skipped", "equivocation"]), "seed \(seed): \(department.told.events)")
                differed += told.contains("orderDiffered") ? 1 : 0
            }
        }
        #expect(Self.only != nil || differed > 0)
    }

    @Test("One hostile department of four neither forks nor stops the others, whatever it sends and writes")
    func hostile() async throws {
        var told: Set<String> = []
        for seed in Self.seeds(9) {
            let cluster = try await run(4, seed, "hostile", hostile: "site4", [.crashes, .losses, .clocks])
            for department in cluster.departments {
                for event in department.told.events { told.insert(Self.kind(event)) }
            }
            do {
                try await cluster.tellEachAnother(as: "site4")
                #expect(!cluster.toldApart.isEmpty)
                try await cluster.heal()
                // What was lost on the way is said again.
                for _ in 0..<80 where !cluster.toldApart.isSubset(of: cluster.named) { try await cluster.round() }
            } catch {
                Issue.record("hostile, seed \(seed), told apart: \(error)")
            }
            #expect(
                cluster.toldApart.isSubset(of: cluster.named), "seed \(seed): not named for \(cluster.toldApart)")
            try check(cluster, seed, "hostile")
        }
        if Self.only == nil {
            #expect(told.isSuperset(of: ["skipped", "rewritten", "deleted", "equivocation"]), "\(told)")
        }
    }

    private static func kind(_ event: NodeEvent) -> String {
        String("\(event)".prefix { $0 != "(" })
    }

    @Test("An order that lies to four departments neither splits a height nor stops them")
    func lies() async throws {
        var acknowledged = 0
        for seed in Self.seeds(6) {
            let cluster = try await SimulatedCluster(departments: 4, seed: seed, orderLies: true)
            do {
                try await cluster.run(steps: 300, [.crashes, .cuts, .losses])
                // It lies still.
                try await cluster.heal()
            } catch {
                Issue.record("lies, seed \(seed): \(error)")
            }
            try check(cluster, seed, "lies")
            acknowledged += cluster.acknowledged.count
        }
        #expect(acknowledged > 0)
    }

    @Test("What an order that lied to three departments has split is settled by hand, and goes on without a fork")
    func settled() async throws {
        var settled = 0
        for seed in Self.seeds(12) {
            let cluster = try await SimulatedCluster(departments: 3, seed: seed, orderLies: true)
            for _ in 0..<4 {
                try await cluster.split()
                try await cluster.run(steps: 75, [.crashes, .cuts, .losses])
            }
            do {
                settled += try await cluster.healByHand()
            } catch {
                Issue.record("settled, seed \(seed): \(error)")
            }
            try check(cluster, seed, "settled")
        }
        #expect(Self.seeds(12).count < 12 || settled > 0)
    }

    @Test("The check finds an end that all ledgers have lost, and ledgers that have nothing at all")
    func lostEnd() async throws {
        let cluster = try await SimulatedCluster(departments: 4, seed: 1)
        try await cluster.run(steps: 300, [])
        try await cluster.heal()
        #expect(!cluster.acknowledged.isEmpty)
        func findings(_ storage: (String) throws -> SQLiteLedgerStorage) throws -> [String] {
            let ledgers: [(name: String, ledger: Ledger)] = try cluster.names.map {
                ($0, try cluster.consortium.open(try storage($0), as: $0))
            }
            return try HistoryCheck(acknowledged: cluster.acknowledged, ledgers: ledgers).findings()
        }
        // As they were before the departments ordered anything together.
        let before = try findings(cluster.copyOfOrigin)
        #expect(before.count == cluster.acknowledged.count && before.allSatisfy { $0.contains("is lost") })
        let empty = try findings { _ in try SQLiteLedgerStorage.scratch() }
        #expect(empty == before)
    }

    private func isSaid(_ message: NodeMessage) -> Bool { if case .agreement = message { true } else { false } }

    @Test(
        "The check finds the planted fault: a cosignature that is sent before it is stored", arguments: [false, true])
    func plantedFault(isPlanted: Bool) async throws {
        let journal: (JournalState?) -> any CrashingJournal = isPlanted ? ForgetfulJournal.init : HonestJournal.init
        let cluster = try await SimulatedCluster(departments: 4, seed: 1, orderLies: true, journal: journal)
        let sites = cluster.departments
        var batches: [BatchEvent] = []
        for (place, site) in sites.prefix(2).enumerated() {
            _ = try await cluster.submit(at: site, purpose: "\(place)")
            try await cluster.call(site) { try await $0.tick() }
            let last = cluster.writes.popLast()
            let write = try #require(last)
            batches.append(
                BatchEvent(position: 1, department: site.party, height: write.height, change: .written(write.batch)))
        }
        // The first three are shown one batch, agree on it and cosign it; the first alone hears that, and finds it final.
        for site in sites.prefix(3) {
            cluster.show([batches[0]], to: site.name)
            try await cluster.deliverEvent(to: site)
        }
        while let index = cluster.messages.firstIndex(where: { $0.to != "site4" && (isSaid($0.2) || $0.to == "site1") })
        {
            try await cluster.deliverMessage(at: index)
        }
        cluster.messages = []
        #expect(cluster.acknowledged.count == 1)
        // The second and the third are killed; they and the fourth are shown the other batch.
        for site in sites.dropFirst() { try await cluster.restart(site) }
        for site in sites.dropFirst() {
            for other in sites.dropFirst() where other.name != site.name {
                try await cluster.confirm(site, by: other)
            }
            cluster.show([batches[1]], to: site.name)
            site.cursor = 0
            try await cluster.deliverEvent(to: site)
        }
        while let index = cluster.messages.firstIndex(where: { $0.to != "site1" }) {
            try await cluster.deliverMessage(at: index)
        }
        let check = HistoryCheck(
            acknowledged: cluster.acknowledged, ledgers: sites.map { ($0.name, $0.ledger) })
        let findings = try check.findings()
        #expect(findings.contains { $0.contains("two final blocks") } == isPlanted, "\(findings)")
        #expect(findings.contains { $0.contains("is lost") } == isPlanted, "\(findings)")
    }
}
