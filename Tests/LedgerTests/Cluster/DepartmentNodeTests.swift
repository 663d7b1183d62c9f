import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing
import TransparencyLog

/// Four departments, quorum three.
@Suite("Nodes of departments", .serialized)
struct DepartmentNodeTests {
    private let names = ["site1", "site2", "site3", "site4"]

    private func request(_ cluster: TestCluster, _ purpose: String = "test") throws -> Envelope {
        try cluster.consortium.envelope(cluster.consortium.request(purpose: purpose), by: "statistics")
    }

    @Test("Whoever takes a transaction, all departments end with one ledger, which executes again from the first block")
    func oneLedger() async throws {
        try await TestCluster.run { cluster in
            var ids: [Digest] = []
            for round in 0..<12 {
                let envelope = try request(cluster, "round \(round)")
                let receipt = try await cluster.submit(envelope, at: names[round % 4])
                #expect(receipt.isAccepted)
                // Again, elsewhere: the same answer, and no second entry.
                let again = try await cluster.submit(envelope, at: names[(round + 1) % 4])
                #expect(again == receipt)
                ids.append(receipt.transaction)
            }
            let head = try #require(try await cluster.settle(names))
            for member in cluster.members {
                let audit = try member.ledger.audit(scratch: SQLiteLedgerStorage.scratch())
                #expect(audit.isSound, "\(member.name): \(audit.findings)")
                #expect(audit.root == head.root)
                let entries = try member.ledger.read { reader in
                    try reader.entries(kind: "token.request", after: nil, limit: 100).map(\.id)
                }
                #expect(entries == ids)
                #expect(try member.ledger.cosignedBlock(.final)?.block == head)
            }
            #expect(head.record.mechanism == .turns(proposer: head.record.proposer))
            try checkAccounts(cluster, head)
        }
    }

    /// Whoever is given a block's own writes can hold them against its record, and count them from the records.
    private func checkAccounts(_ cluster: TestCluster, _ head: StoredBlock) throws {
        try cluster["site3"].ledger.read { reader in
            let value = try #require(try reader.value(for: "accounts"))
            #expect(try [StateWrite(key: "accounts", value: value)].digest() == head.record.writes)
            let records = try (0...head.height).compactMap { try reader.block(at: $0)?.record }
                .filter { $0.mechanism.name != .embedded }
            let accounts = try LedgerState(reader).departmentAccounts()
            for department in accounts.departments {
                let written = records.filter { $0.proposer == department.department }.count
                let carried = records.filter { $0.previous.contains { $0.party == department.department } }.count
                #expect(department.efficiencyAwards == written)
                #expect(department.contributionAwards == carried)
                #expect(department.absences == records.count - carried)
            }
            #expect(accounts.departments.map(\.efficiencyAwards).reduce(0, +) == records.count)
            #expect(accounts.departments.count == cluster.members.count)
        }
    }

    @Test("Batches that are not valid are skipped by all alike, and the culprit is named; later writes change nothing")
    func invalidBatches() async throws {
        try await TestCluster.run { cluster in
            _ = try await cluster.submit(try request(cluster), at: "site1")
            let head = try #require(try await cluster.settle(names))
            let first = try #require(cluster.events.first)
            guard case .written(let bytes) = first.change else { throw MissingKey() }
            let culprit: PartyName = try name("site4")
            let next = head.height + 1

            try await cluster.write(Data("nonsense".utf8), height: next, as: "site4")
            try await cluster.write(bytes, height: next, as: "site4")
            try await cluster.write(bytes.dropLast(), height: next, as: first.department.text)
            try await cluster.write(bytes, height: next, as: first.department.text)
            try await cluster.write(Data(count: BatchEvent.largestByteCount + 1), height: next, as: "site4")
            try await cluster.write(bytes, height: first.height, as: first.department.text)
            try await cluster.delete(height: first.height, of: first.department.text)

            for member in cluster.members {
                let told = member.told.events
                #expect(told.contains(.skipped(height: next, by: culprit, .malformed)))
                #expect(told.contains(.skipped(height: next, by: culprit, .wrongSignature)))
                #expect(told.contains(.skipped(height: next, by: culprit, .tooLarge)))
                #expect(told.contains(.skipped(height: next, by: first.department, .anotherHeight(first.height))))
                #expect(told.contains(.rewritten(height: first.height, by: first.department)))
                #expect(told.contains(.deleted(height: first.height, by: first.department)))
                #expect(try member.ledger.head() == head)
            }
            #expect(try await cluster.submit(try request(cluster), at: "site2").height == next)
            #expect(try await cluster.settle(names)?.height == next)
        }
    }

    @Test("Below a quorum nothing is final, forged cosignatures included; with it the ledger goes on")
    func quorum() async throws {
        try await TestCluster.run { cluster in
            let before = try #require(try await cluster.settle(names))
            cluster.partition(["site3", "site4"])
            let envelope = try request(cluster)
            let site1 = try cluster["site1"]
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await site1.ledger.submit(envelope) }
                while await site1.node.status.cosigned.count < 2 {
                    try await Task.sleep(for: TestCluster.beat)
                }
                group.cancelAll()
            }
            let status = await site1.node.status
            #expect(status.cosigned.map(\.text) == ["site1", "site2"])
            for member in cluster.members { #expect(try member.ledger.head() == before) }

            // A signature by another key, in site3's name.
            let forged = CosignatureMessage(
                cosignature: PartyCosignature(party: try name("site3"), signature: Data(repeating: 7, count: 72)),
                height: before.height + 1, root: .sha256(Data("x".utf8)), size: before.size + 2)
            try await site1.node.take(forged)
            #expect(try site1.ledger.head() == before)

            cluster.partition([])
            #expect(try await cluster.submit(envelope, at: "site1").isAccepted)
            #expect(try await cluster.settle(names)?.height == before.height + 1)
        }
    }

    @Test("A department that was away takes the blocks from the others, and executes them")
    func away() async throws {
        try await TestCluster.run { cluster in
            cluster.partition(["site4"])
            let others = ["site1", "site2", "site3"]
            for round in 0..<3 { _ = try await cluster.submit(try request(cluster, "\(round)"), at: others[round]) }
            let head = try await cluster.settle(others)
            cluster.partition([])
            _ = try await cluster.submit(try request(cluster, "after"), at: "site1")
            #expect(try await cluster.settle(names)?.height == (head?.height ?? 0) + 1)
            #expect(try cluster["site4"].ledger.audit(scratch: SQLiteLedgerStorage.scratch()).isSound)
        }
    }

    @Test("A department that was not shown a batch which others have cosigned reads the order again, and takes part")
    func readsAgain() async throws {
        try await TestCluster.run { cluster in
            let before = try #require(try await cluster.settle(names))
            cluster.partition(["site4"])
            cluster.hide(batchesOf: "site2", from: ["site1"])
            let (envelope, site2) = (try request(cluster), try cluster["site2"])
            try await withThrowingTaskGroup(of: Receipt.self) { group in
                group.addTask { try await cluster.submit(envelope, at: "site2") }
                while await site2.node.status.cosigned.count < 2 { try await Task.sleep(for: TestCluster.beat) }
                cluster.hide(batchesOf: "nobody", from: [])
                // Three of four: without site1 it would never be final.
                let receipt = try #require(try await group.next())
                #expect(receipt.isAccepted && receipt.height == before.height + 1)
            }
        }
    }

    @Test("Two cosignatures of one department for two trees of one size are reported with both")
    func equivocation() async throws {
        try await TestCluster.run { cluster in
            let head = try #require(try await cluster.settle(names))
            let messages = try cluster.trees(after: head, by: "site4")
            let site1 = try cluster["site1"]
            for message in messages { try await site1.node.take(message) }
            #expect(site1.told.events.contains(.equivocation(Equivocation(first: messages[0], second: messages[1]))))
        }
    }

    @Test("After days in which nobody wrote, what comes first is judged by the time that it is")
    func quiet() async throws {
        try await TestCluster.run(clocks: ["site2": 3_600, "site3": -3_600]) { cluster in
            let token = try await cluster.submit(try request(cluster), at: "site1")
            let before = try #require(try await cluster.settle(names))
            cluster.consortium.clock.advance(seconds: 1_000_001)
            let late = try cluster.consortium.envelope(
                ApproveToken(token: token.transaction), by: "site1", validFor: 600)
            let receipt = try await cluster.submit(late, at: "site2")
            #expect(receipt.refusal?.code == .tokenExpired)
            #expect(receipt.time == cluster.consortium.clock.now)
            #expect(receipt.height == before.height + 2, "one block to wake the ledger")
            let next = try await cluster.submit(try request(cluster, "next"), at: "site3")
            #expect(next.isAccepted && next.height == before.height + 3, "a clock that is off wakes nobody twice")
            let kinds = try cluster["site4"].ledger.read { reader in
                try reader.entries(kind: "ledger.wake", after: nil, limit: 10).count
            }
            #expect(kinds == 1)
        }
    }

    @Test("A department whose clock is an hour off does not move the ledger's time")
    func clocks() async throws {
        for ahead: Int64 in [3_600, -3_600] {
            try await TestCluster.run(clocks: ["site2": ahead]) { cluster in
                for round in 0..<4 {
                    let receipt = try await cluster.submit(try request(cluster, "\(round)"), at: names[round])
                    #expect(receipt.time == cluster.consortium.clock.now)
                }
            }
        }
    }

    @Test("A department that is started again sends the cosignature it gave, byte for byte, and no other")
    func restart() async throws {
        try await TestCluster.run(departments: 3) { cluster in
            let before = try #require(try await cluster.settle(Array(names.prefix(3))))
            let envelope = try request(cluster)
            _ = try await cluster.submit(envelope, at: "site1")
            let winning = try #require(cluster.events.first { $0.height == before.height + 1 })

            // A copy of site3 as it was before, with a journal of its own.
            let storage = try cluster.folder.storage("again")
            let source = try consortiumLedger(cluster, of: "site3")
            try source.catchUp(storage)
            let final = try source.read { try $0.cosignatures(height: before.height) }
            try storage.commit { writer in
                for cosignature in final { try writer.append(cosignature, height: before.height) }
            }
            let journal = MemoryJournal()
            let first = try await TestCluster.member("site3", cluster.consortium, storage, journal)
            try await cluster.show(winning, to: first)
            let vote = try #require(try journal.load()?.vote)
            cluster.consortium.clock.advance(seconds: 30)

            let again = try await TestCluster.member("site3", cluster.consortium, storage, journal)
            try await again.node.tick()
            var outputs = again.node.outputs.makeAsyncIterator()
            guard case .send(let message) = await outputs.next() else { throw MissingKey() }
            #expect(try message.canonicalBytes() == vote.message.canonicalBytes())
            #expect(try journal.load()?.vote == vote)
            let told = again.told.events.filter { if case .arrived = $0 { false } else { true } }
            #expect(told.isEmpty, "nothing was cosigned anew")
        }
    }

    @Test("A department that is started again says what it said in the agreement, byte for byte, and nothing else")
    func restartInAgreement() async throws {
        try await TestCluster.run { cluster in
            let before = try #require(try await cluster.settle(names))
            _ = try await cluster.submit(try request(cluster), at: "site1")
            let winning = try #require(cluster.events.first { $0.height == before.height + 1 })
            let storage = try cluster.folder.storage("again")
            try consortiumLedger(cluster, of: "site4").catchUp(storage)
            let journal = MemoryJournal()
            let first = try await TestCluster.member("site4", cluster.consortium, storage, journal)
            try await cluster.show(winning, to: first)
            let said = try #require(try journal.load()?.statements)
            #expect(try said.map { try AgreementMessage(reading: $0).statement.word } == [.prepare])
            #expect(try journal.load()?.vote == nil, "one alone decides nothing")

            // Another batch for that height in the place of the one that it has spoken for.
            let again = try await TestCluster.member("site4", cluster.consortium, storage, journal)
            for event in cluster.events where event.height == before.height + 1 {
                try await cluster.show(event, to: again)
            }
            let resent = await again.node.newestStatement(of: try name("site4"))
            #expect(resent?.envelope == said[0])
            #expect(try journal.load()?.statements == said)

            // Whose journal was lost hears from another what it has said, and is silent there.
            let lost = MemoryJournal()
            let rebuilt = try await TestCluster.member(
                "site4", cluster.consortium, storage, lost, isConfirmed: false)
            try await rebuilt.node.hear(nil, said: resent, from: name("site1"))
            try await rebuilt.node.hear(nil, from: name("site2"))
            try await rebuilt.node.begin(silentThrough: 0)
            try await cluster.show(winning, to: rebuilt)
            #expect(try lost.load()?.statements == nil)
            let told = rebuilt.told.events
            let site1: PartyName = try name("site1")
            #expect(told.contains(.outdatedJournal(height: before.height + 1, from: site1)))
            #expect(told.contains(.silent(height: before.height + 1)))
        }
    }

    @Test("A department whose journal is gone cosigns no batch that it may have cosigned before, and then goes on")
    func rebuilt() async throws {
        try await TestCluster.run(departments: 3) { cluster in
            let before = try #require(try await cluster.settle(Array(names.prefix(3))))
            _ = try await cluster.submit(try request(cluster), at: "site1")
            let events = cluster.events.filter { $0.height == before.height + 1 }
            let newest = try #require(events.last).position

            let storage = try cluster.folder.storage("rebuilt")
            let source = try consortiumLedger(cluster, of: "site3")
            try source.catchUp(storage)
            let final = try source.read { try $0.cosignatures(height: before.height) }
            try storage.commit { writer in
                for cosignature in final { try writer.append(cosignature, height: before.height) }
            }
            let journal = MemoryJournal()
            let rebuilt = try await TestCluster.member(
                "site3", cluster.consortium, storage, journal, isConfirmed: false)
            for other in ["site1", "site2"] { try await rebuilt.node.hear(nil, from: name(other)) }
            try await rebuilt.node.begin(silentThrough: newest)
            for event in events { try await cluster.show(event, to: rebuilt) }
            #expect(try journal.load()?.vote == nil)
            #expect(rebuilt.told.events.contains(.silent(height: before.height + 1)))

            // The block is taken from the others; the next batch is new, and cosigned.
            let block = try cluster["site1"].ledger.exportedBlock(at: before.height + 1)
            #expect(try await rebuilt.node.take(block, from: name("site1")))
            _ = try await cluster.submit(try request(cluster, "next"), at: "site1")
            for event in cluster.events where event.position > newest { try await cluster.show(event, to: rebuilt) }
            #expect(try journal.load()?.vote?.message.height == before.height + 2)
        }
    }

    /// The shared ledger from which the departments began.
    private func consortiumLedger(_ cluster: TestCluster, of name: String) throws -> Ledger {
        try cluster.consortium.open(cluster.folder.storage("shared"), as: name)
    }
}
