import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
import Gateway
import KeyVault
import Ledger
import Multiprecision
import Paillier
import QueryPlans
import SealedTables
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing
import TransparencyLog

@Suite("Altered evidence proves nothing")
struct EvidenceAttackTests {
    @Test("Any byte of the file that is altered, wherever it stands")
    func anyByte() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let original = try Data(contentsOf: consortium.evidence(of: result))
        let altered = consortium.folder.url("flipped.car")
        let seed: UInt64 = 20_261_121
        var generator = SeededGenerator(seed: seed)
        let hasPeers = try Peers.areThere()
        for round in 0..<600 {
            // The first rounds go through header and first block byte by byte, where a flip is most likely to mean
            // something else; the others go everywhere.
            let place = round < 200 ? round : Int.random(in: 0..<original.count, using: &generator)
            var bytes = original
            bytes[place] ^= UInt8.random(in: 1...255, using: &generator)
            try bytes.write(to: altered)
            #expect(throws: (any Error).self, "seed \(seed), byte \(place) of \(original.count)") {
                try EvidenceVerifier().verify(EvidenceFile(reading: altered))
            }
            if hasPeers, round.isMultiple(of: 75) {
                #expect(try SecondVerifier.run(on: altered).status == 1, "seed \(seed), byte \(place)")
            }
        }
    }

    @Test("A file that ends early")
    func truncated() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let original = try Data(contentsOf: consortium.evidence(of: result))
        let altered = consortium.folder.url("short.car")
        for length in stride(from: 0, to: original.count, by: original.count / 40) {
            try original.prefix(length).write(to: altered)
            #expect(throws: (any Error).self, "\(length) of \(original.count) bytes") {
                try EvidenceVerifier().verify(EvidenceFile(reading: altered))
            }
        }
    }

    @Test("A block left out")
    func blockMissing() async throws {
        let (consortium, workshop) = try await opened()
        for index in workshop.blocks.indices {
            var altered = workshop
            altered.blocks.remove(at: index)
            try expectRefused(altered, in: consortium.folder)
        }
    }

    @Test("An approval, or any other transaction that it rests on, left out")
    func transactionMissing() async throws {
        let (consortium, workshop) = try await opened()
        #expect(workshop.proofs.count == 12)
        for index in workshop.proofs.indices {
            var altered = workshop
            altered.proofs.remove(at: index)
            try expectRefused(altered, in: consortium.folder)
        }
        var altered = workshop
        altered.proofs.remove(at: try #require(workshop.places("token.approve").last))
        try expectRefused(altered, in: consortium.folder, as: .token)
    }

    @Test("A refused approval in the place of an accepted one, with its outcome or with that turned to accepted")
    func refusedApproval() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let id = try consortium.session("site3").state { try $0.token(matching: token) }.id
        let refused = try await consortium.submit(ApproveToken(token: id), as: "site3")
        #expect(refused.refusal?.code == .alreadyDecided)
        let (_, workshop) = try await evidence(consortium, token: token)
        var altered = workshop
        let place = try #require(workshop.places("token.approve").last)
        altered.proofs[place] = try consortium.proof(of: refused.transaction).with(checkpoint: workshop.checkpoint)
        try expectRefused(altered, in: consortium.folder, as: .transaction)
        let outcome = altered.proofs[place].outcome
        altered.proofs[place] = altered.proofs[place].with(
            outcome: OutcomeLeaf(
                index: outcome.index, transaction: outcome.transaction, refusal: nil, writes: outcome.writes))
        try expectRefused(altered, in: consortium.folder, as: .transaction)
    }

    @Test("The approval of another token in the place of this one's")
    func approvalOfAnotherToken() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let other = try await consortium.request()
        let id = try consortium.session("site3").state { try $0.token(matching: other) }.id
        let approval = try await consortium.submit(ApproveToken(token: id), as: "site3")
        #expect(approval.isAccepted)
        var (_, altered) = try await evidence(consortium, token: token)
        let place = try #require(altered.places("token.approve").last)
        altered.proofs[place] = try consortium.proof(of: approval.transaction).with(checkpoint: altered.checkpoint)
        try expectRefused(altered, in: consortium.folder, as: .token)
    }

    @Test("An opening with another figure")
    func openingAltered() async throws {
        var (consortium, altered) = try await opened()
        altered.opening = try altered.opening.map(withAnotherFigure)
        try expectRefused(altered, in: consortium.folder, as: .opening)
    }

    @Test("An opening with another figure that the custodian itself committed to")
    func custodianLies() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let computed = try await consortium.query(token: token)
        let before = try TestFolder(copying: consortium.folder.directory)
        _ = try await consortium.open(computed.id)
        let honest = try #require(try consortium.session("statistics").show(result: computed.id.hex).opening)
        let lie = try withAnotherFigure(honest)
        // The same history again, in which the custodian records the lie.
        try consortium.takeLedgers(from: before)
        let recorded = try await consortium.submit(
            RecordOpening(
                result: computed.id, opening: computed.result.cid, commitment: lie.commitment(), openingsSeen: 0),
            as: "ministry")
        #expect(recorded.isAccepted)
        try consortium.cosign()
        var altered = try EvidenceWorkshop(consortium.evidence(of: computed.id.hex, by: "audit"))
        altered.opening = lie
        try expectRefused(altered, in: consortium.folder, as: .opening)
    }

    @Test("An opening that somebody else than the custodian recorded")
    func openingByAnother() async throws {
        let consortium = try await TestConsortium.published()
        let computed = try await consortium.query(token: consortium.grant())
        let forged = try await consortium.submit(
            RecordOpening(
                result: computed.id, opening: computed.result.cid, commitment: .sha256(Data()), openingsSeen: 0),
            as: "site1")
        #expect(!forged.isAccepted)
        _ = try await consortium.open(computed.id)
        try consortium.cosign()
        var altered = try EvidenceWorkshop(consortium.evidence(of: computed.id.hex))
        let place = try #require(altered.places("opening.record").first)
        altered.proofs[place] = try consortium.proof(of: forged.transaction).with(checkpoint: altered.checkpoint)
        try expectRefused(altered, in: consortium.folder, as: .transaction)
    }

    @Test("Another plan, another result, another result's id")
    func swapped() async throws {
        let (consortium, workshop) = try await opened()
        let manifest = try #require(workshop.blocks.first { $0.cid != workshop.plan && $0.cid.codec == .dagJSON })
        var altered = workshop
        altered.plan = manifest.cid
        try expectRefused(altered, in: consortium.folder, as: .result)
        altered = workshop
        altered.computed = altered.plan
        try expectRefused(altered, in: consortium.folder, as: .result)
        altered = workshop
        altered.result = workshop.proofs[0].envelope.id
        try expectRefused(altered, in: consortium.folder, as: .result)
    }

    @Test("A result over a dataset whose publication told of fewer columns than its manifest opens together")
    func misdescribedDataset() async throws {
        let consortium = try await TestConsortium.published()
        let (name, proposal) = try await consortium.publishMisdescribed()
        _ = try await consortium.submit(ApproveDataset(dataset: name, proposal: proposal), as: "site2")
        let token = try await consortium.request(joint: name)
        try await consortium.approve(token, by: ["site1", "site2"])
        // No use case goes on from here; parties that agree among themselves can.
        let session = try consortium.session("statistics")
        let manifest = try session.state { try $0.knownDataset(name) }.manifest
        let dataset = try SealedDataset(loading: manifest, from: session.blobs)
        let plan = try SelectStatement.parse("SELECT SUM(mdvis) FROM joint")
            .bind(source: .dataset(name), datasets: [manifest], scope: ColumnScope([dataset.manifest])).instantiate()
        try session.blobs.put(plan.block)
        let redemption = try await consortium.submit(
            RedeemToken(
                token: session.state { try $0.token(matching: token) }.id, plan: plan.cid, datasets: [name],
                packs: plan.content.packs),
            as: "statistics")
        let computed = try consortium.compute(plan.cid, session)
        let recorded = try await consortium.submit(
            RecordResult(
                redemption: redemption.transaction, plan: plan.cid, inputs: [manifest], result: computed.cid,
                releasedGroups: 1, refusedGroups: 0),
            as: "statistics")
        #expect(recorded.isAccepted)
        await #expect(throws: GatewayError.self) { _ = try await consortium.open(recorded.transaction) }
        try consortium.cosign()
        let workshop = try EvidenceWorkshop(consortium.evidence(of: recorded.transaction.hex))
        try expectRefused(workshop, in: consortium.folder, as: .dataset)
    }

    @Test("Too few cosignatures, also where one is doubled, and one that does not fit")
    func cosignatures() async throws {
        let (consortium, workshop) = try await opened()
        let parts = workshop.checkpoint.components(separatedBy: "\n\n")
        let lines = parts[1].split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        func note(_ lines: [String]) -> String { parts[0] + "\n\n" + lines.map { $0 + "\n" }.joined() }
        let swapped =
            lines[0].split(separator: " ").dropLast().joined(separator: " ") + " "
            + (lines[1].split(separator: " ").last ?? "")
        for altered in [Array(lines.prefix(2)), [lines[0], lines[1], lines[1]], [swapped, lines[1], lines[2]]] {
            var forged = workshop
            forged.use(checkpoint: note(altered))
            try expectRefused(forged, in: consortium.folder, as: .transaction)
        }
        var forged = workshop
        forged.use(checkpoint: workshop.checkpoint.replacingOccurrences(of: "/health\n", with: "/safety\n"))
        try expectRefused(forged, in: consortium.folder, as: .transaction)
    }

    @Test("An envelope without its signature, or with another's")
    func signatures() async throws {
        let (consortium, workshop) = try await opened()
        let place = try #require(workshop.places("token.approve").first)
        let envelope = workshop.proofs[place].envelope
        let bare = Envelope(payload: envelope.payload, payloadType: envelope.payloadType)
        let key = try consortium.vault("statistics").load("signing").withUnsafeBytes {
            try SigningKey(ed25519Secret: $0)
        }
        for forged in [bare, try bare.adding(signatureBy: key), try envelope.adding(signatureBy: key)] {
            var altered = workshop
            altered.proofs[place] = workshop.proofs[place].with(envelope: forged)
            try expectRefused(altered, in: consortium.folder, as: .transaction)
        }
    }

    @Test("A proof against another checkpoint, and transactions in another order")
    func otherCheckpoint() async throws {
        let (consortium, workshop) = try await opened()
        let last = try #require(workshop.proofs.last)
        let ledger = try consortium.session("site1").ledger
        _ = try await consortium.request()
        try consortium.cosign()
        var altered = workshop
        altered.proofs[0] = try ledger.proof(of: workshop.proofs[0].envelope.id, at: .final)
        try expectRefused(altered, in: consortium.folder, as: .transaction)
        altered.proofs[0] = altered.proofs[0].with(checkpoint: last.checkpoint)
        try expectRefused(altered, in: consortium.folder, as: .transaction)
        altered = workshop
        altered.proofs.swapAt(0, 1)
        try expectRefused(altered, in: consortium.folder, as: .transaction)
    }

    @Test("A block's record with another time")
    func blockRecord() async throws {
        let (consortium, workshop) = try await opened()
        let proof = workshop.proofs[3]
        let text = String(decoding: try CanonicalJSON.encode(proof), as: UTF8.self)
        let time = proof.block.record.time
        let earlier = text.replacingOccurrences(of: "\(time)", with: "\(time.adding(seconds: -60))")
        #expect(earlier != text)
        var altered = workshop
        altered.proofs[3] = try CanonicalJSON.decode(TransactionProof.self, from: Data(earlier.utf8))
        try expectRefused(altered, in: consortium.folder, as: .transaction)
    }

    @Test("Another founding record, with or without its own digest")
    func founding() async throws {
        let (consortium, workshop) = try await opened()
        let record = workshop.founding
        var altered = workshop
        altered.founding = FoundingRecord(
            name: record.name, founded: record.founded, sections: record.sections, parties: record.parties,
            policy: SharingPolicy(
                minimumSubjects: 2, quorum: record.policy.quorum,
                longestTransactionValidity: record.policy.longestTransactionValidity))
        try expectRefused(altered, in: consortium.folder, as: .founding)
        altered.consortium = try altered.founding.digest()
        try expectRefused(altered, in: consortium.folder, as: .transaction)
    }

    // What the attacks start from.

    private func opened() async throws -> (TestConsortium, EvidenceWorkshop) {
        let (consortium, result) = try await TestConsortium.opened()
        return (consortium, try EvidenceWorkshop(consortium.evidence(of: result)))
    }

    private func evidence(
        _ consortium: TestConsortium, token: String
    ) async throws -> (Digest, EvidenceWorkshop) {
        let computed = try await consortium.query(token: token)
        _ = try await consortium.open(computed.id)
        try consortium.cosign()
        return (computed.id, try EvidenceWorkshop(consortium.evidence(of: computed.id.hex)))
    }

    private func withAnotherFigure(_ document: OpeningDocument) throws -> OpeningDocument {
        let first = try #require(document.openings.first)
        let other = Opening(plaintext: first.plaintext + 1, randomness: first.randomness)
        return OpeningDocument(
            result: document.result, computed: document.computed, openings: [other] + document.openings.dropFirst())
    }
}
