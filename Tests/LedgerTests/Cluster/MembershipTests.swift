import CanonicalJSON
import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing
import TransparencyLog

/// Departments that come, go and change keys while others submit.
@Suite("Members by height", .serialized)
struct MembershipTests {
    /// Every block names the members of its height and is final by them, in every one of the ledgers alike.
    private func expectMembers(_ change: DecidedChange, in names: [String], _ cluster: TestCluster) async throws {
        let head = try #require(try await cluster.settle(names))
        let before = try CheckpointPolicy(founding: cluster.consortium.founding, section: cluster.consortium.section)
        let after = try CheckpointPolicy(
            members: try #require(change.members), ledger: before.ledger, accounting: before.accounting)
        for name in names {
            let ledger = try cluster[name].ledger
            // The blocks before were made by one operator, and only the last of them is cosigned by all.
            for height in 2...head.height {
                let block = try #require(try ledger.cosignedBlock(.height(height)))
                let policy = height < Int(change.effective) ? before : after
                #expect(block.block.record.members == policy.members, "height \(height) at \(name)")
                #expect(block.isFinal && block.cosigners.allSatisfy(policy.parties.contains), "height \(height)")
                #expect(try policy.verify(block.note).cosigners == block.cosigners)
            }
            let audit = try ledger.audit(scratch: SQLiteLedgerStorage.scratch())
            #expect(audit.isSound, "\(name): \(audit.findings)")
        }
    }

    @Test("A fourth department joins with an empty ledger, is counted from the stated height on and not before")
    func growing() async throws {
        try await TestCluster.run(departments: 3, joining: ["site4"]) { cluster in
            let old = ["site1", "site2", "site3"]
            let change = try await cluster.decide(
                .admit(cluster.consortium.statement("site4")), effective: 9, by: old)
            #expect(change.effective == 9 && change.members?.needed == 3)
            try await cluster.advance(to: 8, at: old)
            _ = try await cluster.settle(old + ["site4"])
            // Until now three of three; from the next block on any three of four.
            #expect(try cluster["site4"].journal.load()?.vote == nil)
            cluster.partition(["site2"])
            try await cluster.advance(to: 12, at: ["site1", "site3", "site4"])
            cluster.partition([])
            try await cluster.advance(to: 13, at: old)
            try await expectMembers(change, in: old + ["site4"], cluster)
            try await expectChain(cluster)
        }
    }

    /// From the founding record alone a verifier gets to the members who cosigned the newest checkpoint.
    private func expectChain(_ cluster: TestCluster) async throws {
        let (consortium, ledger) = (cluster.consortium, try cluster["site1"].ledger)
        let final = try #require(try ledger.cosignedBlock(.final))
        let steps = try ledger.membershipSteps(to: final.block)
        func prove(_ steps: [MembershipStep]) throws -> ProvenMembership {
            try ProvenMembership(
                founding: consortium.founding, section: consortium.section, steps: steps, to: final.note)
        }
        let proven = try prove(steps)
        let founding = try CanonicalJSON.tree(of: consortium.founding)
        let section = JSONValue.string(consortium.section.text)
        try keepForFuzzing(
            "membership-steps/chain.json",
            [
                "founding": founding, "section": section, "steps": try CanonicalJSON.tree(of: steps),
                "to": .string(final.note),
            ])
        let document = try CanonicalJSON.tree(of: ledger.lightDocument(known: 0))
        try keepForFuzzing(
            "light-document/members.json", ["document": document, "founding": founding, "section": section])
        #expect(proven.history == (try ledger.memberships()))
        let last = try #require(try ledger.read { try $0.entryIDs(in: final.block.entries) }.last)
        let proof = try ledger.proof(of: last, at: .final)
        #expect(try proof.verify(against: proven.history).id == last)
        #expect(throws: LedgerError.self) {
            try proof.verify(against: MembershipHistory(founding: proven.history.periods[0].policy))
        }

        let step = try #require(steps.first)
        let other = step.writes.map { write in
            StateWrite(key: write.key, value: write.value.map { $0 + Data(" ".utf8) })
        }
        for forged in [
            MembershipStep(consistency: step.consistency, proof: step.proof, writes: other),
            MembershipStep(consistency: step.consistency, proof: step.proof, writes: []),
            MembershipStep(consistency: [], proof: step.proof, writes: step.writes),
            MembershipStep(
                consistency: step.consistency.map { _ in Data(count: 32) }, proof: step.proof, writes: step.writes),
            // Any other transaction, against the checkpoint of the new members.
            MembershipStep(consistency: step.consistency, proof: proof, writes: step.writes),
        ] {
            #expect(throws: LedgerError.self) { try prove([forged] + steps.dropFirst()) }
        }
    }

    /// Valid items for the mutations, written anew after a format has changed.
    private func keepForFuzzing(_ path: String, _ value: JSONValue) throws {
        guard ProcessInfo.processInfo.environment["CHANCERY_FUZZ_WRITE"] != nil else { return }
        let corpora = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "FuzzTests/Corpora")
        let file = corpora.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try CanonicalJSON.serialize(value).write(to: file)
    }

    @Test("A removed department is no longer counted, its batches are skipped, and the others need each other")
    func shrinking() async throws {
        try await TestCluster.run { cluster in
            let left = ["site1", "site2", "site3"]
            let change = try await cluster.decide(.remove(name("site4")), by: left)
            #expect(change.effective == change.decided + 2 && change.members?.needed == 3)
            try await cluster.advance(to: Int(change.effective) + 1, at: left)
            // Its own node sees that it is out; what it submits is turned away.
            let envelope = try cluster.consortium.envelope(
                ProposeChange(change: .remove(name("site1"))), by: "site4")
            _ = try await cluster.settle(left + ["site4"])
            let gone: PartyName = try name("site4")
            await #expect(throws: AdmissionError.unknownParty(gone)) {
                try await cluster.submit(envelope, at: "site1")
            }
            let head = try #require(try await cluster.settle(left))
            try await cluster.write(Data("x".utf8), height: head.height + 1, as: "site4")
            for site in left {
                #expect(
                    try cluster[site].told.events.contains(
                        .skipped(height: head.height + 1, by: name("site4"), .notADepartment)))
            }
            cluster.partition(["site4"])
            try await cluster.advance(to: head.height + 2, at: left)
            try await expectMembers(change, in: left, cluster)
            let after = Int(change.effective)..<(head.height + 3)
            for height in after {
                let cosigners = try cluster["site1"].ledger.cosignedBlock(.height(height))?.cosigners
                #expect(cosigners?.map(\.text) == left)
            }
        }
    }

    @Test("A department takes other keys at a height while transactions go on, and the old ones count no more")
    func rotating() async throws {
        try await TestCluster.run { cluster in
            let names = ["site1", "site2", "site3", "site4"]
            let statement = try cluster.consortium.statement("site2", second: true)
            let change = try await cluster.decide(.rotate(statement), effective: 8, by: ["site2", "site1", "site3"])
            #expect(change.retired.map(\.use).sorted() == ["cosigningKey", "signingKey"])
            try await cluster.advance(to: 7, at: names)
            // site4 away: site2's new cosignature is needed for each block.
            cluster.partition(["site4"])
            try await cluster.advance(to: 10, at: ["site1", "site2", "site3"])
            cluster.partition([])
            try await cluster.advance(to: 11, at: names)
            try await expectMembers(change, in: names, cluster)
            try await expectChain(cluster)
            // Signed with the old key: turned away. With the new one: accepted.
            let body = ProposeChange(change: .remove(try name("site3")))
            let old = try cluster.consortium.envelope(body, by: "site2")
            await #expect(throws: AdmissionError.self) { try await cluster.submit(old, at: "site1") }
            let new = try cluster.consortium.envelope(body, by: "site2", second: true)
            #expect(try await cluster.submit(new, at: "site1").isAccepted)
        }
    }

    @Test(
        "A home restored from a backup finds out from the others, and cosigns nothing that it may have cosigned before")
    func restoredHome() async throws {
        try await TestCluster.run { cluster in
            let names = ["site1", "site2", "site3", "site4"]
            // The backup: site4's ledger and journal at this moment.
            try await cluster.advance(to: 3, at: ["site1"])
            _ = try await cluster.settle(names)
            let backup = try await cluster.backup(of: "site4")
            let kept = try #require(try backup.journal.load())
            try await cluster.advance(to: 6, at: ["site2"])
            _ = try await cluster.settle(names)

            let restored = try await TestCluster.member(
                "site4", cluster.consortium, backup.storage, backup.journal, isConfirmed: false)
            // Not a single new cosignature before the others have answered.
            for event in cluster.events { try await cluster.show(event, to: restored) }
            #expect(try backup.journal.load()?.vote == kept.vote)
            #expect(await !restored.node.isConfirmed)
            for other in ["site1", "site2"] {
                let newest = try await cluster[other].node.newestCosignature(of: name("site4"))
                try await restored.node.hear(newest, from: name(other))
            }
            #expect(await restored.node.isConfirmed)
            let newest = try #require(cluster.events.last).position
            try await restored.node.begin(silentThrough: newest)
            for event in cluster.events { try await cluster.show(event, to: restored) }
            #expect(try backup.journal.load()?.vote == kept.vote, "nothing was cosigned again")
            #expect(
                restored.told.events.contains {
                    if case .outdatedJournal = $0 { true } else { false }
                })
            // It catches up, and takes part again in what begins after its return.
            let source = try cluster["site1"].ledger
            while let block = try? source.exportedBlock(at: await restored.node.status.height + 1),
                try await restored.node.take(block, from: name("site1"))
            {}
            try await cluster.advance(to: 7, at: ["site1"])
            for event in cluster.events where event.position > newest { try await cluster.show(event, to: restored) }
            #expect(try backup.journal.load()?.statements?.count == 1)
            for other in ["site1", "site2"] {
                let cosigned = try await cluster[other].node.newestCosignature(of: name(other))
                try await restored.node.take(try #require(cosigned))
            }
            #expect(try backup.journal.load()?.vote?.message.height == 7)
        }
    }
}
