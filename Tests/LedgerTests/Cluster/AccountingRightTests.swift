import CanonicalJSON
import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing

/// Four departments, quorum three. Where the patience is longer than any test, only those write who need not wait.
@Suite("The accounting right", .serialized)
struct AccountingRightTests {
    private let names = ["site1", "site2", "site3", "site4"]
    private static let long = Duration.seconds(600)

    private func rotation() throws -> SharingPolicy {
        let clusters = try [("north", ["site1", "site2"]), ("south", ["site3", "site4"])].map { cluster, departments in
            AccountingPolicy.Cluster(name: try name(cluster), departments: try departments.map { try name($0) })
        }
        return SharingPolicy(
            accounting: AccountingPolicy(
                mechanism: .rotation,
                rotation: AccountingPolicy.Rotation(clusters: clusters, serving: 1, term: 3)))
    }

    private let contest = SharingPolicy(accounting: AccountingPolicy(mechanism: .contest))

    /// Submits at all departments, so that each has something to write, and returns when it is final at the first.
    private func submitEverywhere(_ cluster: TestCluster, _ body: some TransactionBody, by party: String) async throws {
        let envelope = try cluster.consortium.envelope(body, by: party)
        for name in names.dropFirst() {
            if case .admitted(let transaction) = try cluster[name].ledger.admit(envelope) {
                try cluster[name].pool.add([transaction])
            }
        }
        #expect(try await cluster.submit(envelope, at: "site1").isAccepted)
        _ = try await cluster.settle(names)
    }

    private func records(_ cluster: TestCluster) throws -> [BlockRecord] {
        try cluster["site2"].ledger.read { reader in
            try (0...(reader.head()?.height ?? 0)).compactMap { try reader.block(at: $0)?.record }
                .filter { $0.mechanism.name != .embedded }
        }
    }

    private func expectSound(_ cluster: TestCluster) throws {
        for member in cluster.members {
            let audit = try member.ledger.audit(scratch: SQLiteLedgerStorage.scratch())
            #expect(audit.isSound, "\(member.name): \(audit.findings)")
        }
    }

    @Test("Under rotation the first of an order that the block before draws among those who serve writes the block")
    func rotationOrder() async throws {
        try await TestCluster.run(policy: try rotation(), patience: Self.long) { cluster in
            for round in 0..<14 {
                try await submitEverywhere(cluster, cluster.consortium.request(purpose: "\(round)"), by: "statistics")
            }
            var (writers, served) = (Set<String>(), [Int: Set<String>]())
            for record in try records(cluster) {
                let parent = try #require(
                    try cluster["site1"].ledger.read { try $0.block(at: record.height - 1)?.root })
                // By hand: one of each cluster a term, by turns; the order by the hash of root and name.
                let term = (record.height - 1) / 3
                let serving = [["site1", "site2"][term % 2], ["site3", "site4"][term % 2]]
                let first = try #require(
                    serving.min { left, right in
                        Digest.sha256(Data(parent.bytes) + Data(left.utf8)).hex
                            < Digest.sha256(Data(parent.bytes) + Data(right.utf8)).hex
                    })
                #expect(record.proposer.text == first)
                #expect(
                    record.mechanism
                        == BlockRecord.Mechanism(
                            name: .rotation, operator: try name(first), place: 0, standIn: false, term: term))
                writers.insert(first)
                served[term, default: []].insert(first)
            }
            #expect(writers.count > 2, "the terms change")
            #expect(served.count == 6)
            try expectSound(cluster)
        }
    }

    @Test("Who does not serve may stand in, without an award; nobody is believed who says otherwise")
    func rotationStandIn() async throws {
        try await TestCluster.run(policy: try rotation()) { cluster in
            // The first height is of term 0, in which site2 does not serve; it alone has something to write.
            let envelope = try cluster.consortium.envelope(cluster.consortium.request(), by: "statistics")
            #expect(try await cluster.submit(envelope, at: "site2").isAccepted)
            _ = try await cluster.settle(names)
            let record = try #require(try records(cluster).first)
            #expect(record.proposer == (try name("site2")))
            #expect(record.mechanism.standIn == true)
            let account = try cluster["site3"].ledger.read { try LedgerState($0).departmentAccounts()[name("site2")] }
            #expect(account.efficiencyAwards == 0)
            #expect(account.standIns == 1)
            #expect(account.contributionAwards == 1)

            let shown = try cluster["site1"].ledger.exportedBlock(at: record.height)
            let claims = [
                BlockRecord.Mechanism(name: .turns, operator: record.proposer),
                BlockRecord.Mechanism(
                    name: .rotation, operator: record.proposer, place: record.mechanism.place, standIn: false, term: 0),
                BlockRecord.Mechanism(
                    name: .rotation, operator: try name("site1"), place: record.mechanism.place, standIn: true, term: 0),
                BlockRecord.Mechanism(
                    name: .rotation, operator: record.proposer, place: record.mechanism.place, standIn: true, term: 1),
            ]
            for claim in claims {
                let fresh = try cluster.consortium.open(try cluster.folder.storage(UUID().uuidString))
                try fresh.take((0..<record.height).map { try cluster["site1"].ledger.exportedBlock(at: $0) })
                #expect(throws: LedgerError.blockDiffers(height: record.height, .mechanism)) {
                    try fresh.take([shown.claiming(claim)])
                }
                try fresh.take([shown])
            }
        }
    }

    @Test("In the contest the idle race to sort the last ten incidents; a wrong answer takes nothing")
    func contestRace() async throws {
        try await TestCluster.run(policy: contest, patience: Self.long) { cluster in
            try await submitEverywhere(cluster, SetStatus(status: .busy), by: "site3")
            let start = cluster.consortium.clock.now
            let ages: [Int64] = [5, 900, 30, 30, 7_000, 1, 2, 88, 61, 4_000, 12, 500]
            for (number, age) in ages.enumerated() {
                let incident = RecordIncident(enterprise: "e\(number)", occurred: start.adding(seconds: -age))
                try await submitEverywhere(cluster, incident, by: "site1")
            }
            let expected: [Int64] = [4, 9, 11, 7, 8, 2, 3, 10, 6, 5]
            let head = try #require(try await cluster.settle(names))
            let wrong = [nil, [], Array(expected.reversed()), Array(expected.dropLast())] as [[Int64]?]
            for answer in wrong {
                try await cluster.write(batch(cluster, head, by: "site1", answer), height: head.height + 1, as: "site1")
            }
            // A busy one does not compete, whatever it knows.
            try await cluster.write(batch(cluster, head, by: "site3", expected), height: head.height + 1, as: "site3")
            for member in cluster.members {
                let faults = member.told.events.filter {
                    if case .skipped(head.height + 1, _, .wrongAnswer) = $0 { true } else { false }
                }
                #expect(faults.count == 5)
            }
            try await submitEverywhere(cluster, cluster.consortium.request(), by: "statistics")
            let last = try #require(try records(cluster).last)
            #expect(last.mechanism.answer == expected)
            #expect(last.mechanism.standIn == false)
            #expect(try records(cluster).dropFirst().allSatisfy { $0.proposer.text != "site3" })
            #expect(try records(cluster).contains { $0.previous.contains { $0.party.text == "site3" } }, "it cosigns")
            try expectSound(cluster)
        }
    }

    @Test("Without incidents the right answer is the empty list; with all busy, or the idle gone, the busy stand in")
    func contestLiveness() async throws {
        try await TestCluster.run(policy: contest) { cluster in
            try await submitEverywhere(cluster, cluster.consortium.request(purpose: "first"), by: "statistics")
            #expect(try records(cluster).last?.mechanism.answer == [])
            // site4 alone is idle, and gone; what is to be written is known to site1.
            for name in names.dropLast() { try await submitEverywhere(cluster, SetStatus(status: .busy), by: name) }
            cluster.partition(["site4"])
            let before = try #require(try await cluster.settle(Array(names.dropLast())))
            let envelope = try cluster.consortium.envelope(cluster.consortium.request(purpose: "x"), by: "statistics")
            #expect(try await cluster.submit(envelope, at: "site1").height == before.height + 1)
            cluster.partition([])
            _ = try await cluster.settle(names)
            let stoodIn = try #require(try records(cluster).last)
            #expect(
                stoodIn.mechanism
                    == BlockRecord.Mechanism(
                        name: .contest, operator: try name("site1"), standIn: true))
            // It may have stood in before, when others became busy: nobody waits in this cluster.
            let standIns = try records(cluster).count { $0.proposer.text == "site1" && $0.mechanism.standIn == true }
            #expect(try account(cluster, "site1").standIns == Int64(standIns))

            try await submitEverywhere(cluster, SetStatus(status: .busy), by: "site4")
            try await submitEverywhere(cluster, cluster.consortium.request(purpose: "all busy"), by: "statistics")
            #expect(try records(cluster).last?.mechanism.standIn == true)
            try expectSound(cluster)
        }
    }

    @Test("What enough departments have seen of another's batches is counted, once a height")
    func faults() async throws {
        try await TestCluster.run(reportsFaults: true) { cluster in
            let head = try #require(try await cluster.settle(names))
            try await cluster.write(Data("nonsense".utf8), height: head.height + 1, as: "site4")
            try await cluster.write(Data("more".utf8), height: head.height + 1, as: "site4")
            let culprit: PartyName = try name("site4")
            func counts() throws -> BatchFaultCounts {
                try cluster["site1"].ledger.read { try LedgerState($0).batchFaults(culprit) }
            }
            while try counts().misplaced == 0 || counts().rewritten == 0 { try await Task.sleep(for: TestCluster.beat) }
            // Other departments' reports may still become final: what is written for a height that they take is too late.
            var tried = -1
            while try counts().invalid == 0 {
                let signed = try #require(try cluster["site1"].ledger.head())
                if signed.height > tried {
                    tried = signed.height
                    try await cluster.write(batch(cluster, signed, by: "site4", [1]), height: tried + 1, as: "site4")
                }
                try await Task.sleep(for: TestCluster.beat)
            }
            _ = try await cluster.settle(names)
            let found = try counts()
            #expect([found.misplaced, found.rewritten, found.invalid].allSatisfy { $0 >= 1 })
            try expectSound(cluster)
        }
    }

    private func account(_ cluster: TestCluster, _ department: String) throws -> DepartmentAccount {
        try cluster["site2"].ledger.read { try LedgerState($0).departmentAccounts()[name(department)] }
    }

    /// A batch as `party` could sign it: one request, after `head`, with an answer of its own choice.
    private func batch(
        _ cluster: TestCluster, _ head: StoredBlock, by party: String, _ answer: [Int64]?
    ) throws -> Data {
        struct Header: Encodable {
            let answer: [Int64]?
            let by: String
            let content: Digest
            let height: Int
            let ledger: LedgerIdentity
            let parent: Digest
        }
        func frame(_ bytes: Data) -> Data {
            let count = UInt32(bytes.count)
            return Data((0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }) + bytes
        }
        let previous = try cluster["site1"].ledger.read { try $0.cosignatures(height: head.height) }
        let request = try cluster.consortium.envelope(cluster.consortium.request(), by: "statistics")
        let content = try frame(CanonicalJSON.encode(previous)) + frame(request.canonicalBytes())
        let header = Header(
            answer: answer, by: party, content: .sha256(content), height: head.height + 1,
            ledger: try cluster.consortium.identity, parent: head.root)
        let envelope = try Envelope.sign(
            payload: CanonicalJSON.encode(header), payloadType: "application/vnd.chancery.batch.v1+json",
            with: [cluster.consortium.key(party)])
        return try Data("chancery-batch-v1\n".utf8) + frame(envelope.canonicalBytes()) + content
    }
}

extension ExportedBlock {
    /// The same block with another mechanism in its record.
    fileprivate func claiming(_ mechanism: BlockRecord.Mechanism) throws -> ExportedBlock {
        var value = try CanonicalJSON.parse(CanonicalJSON.encode(self))
        guard case .object(var block) = value, case .object(var record)? = block["record"] else { return self }
        record["mechanism"] = try CanonicalJSON.parse(CanonicalJSON.encode(mechanism))
        record["proposer"] = .string(mechanism.operator.text)
        block["record"] = .object(record)
        value = .object(block)
        return try CanonicalJSON.decode(ExportedBlock.self, from: CanonicalJSON.serialize(value))
    }
}
