import BlobStore
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import ObliviousPRF
import SealedTables
import SharingModel
import Testing

@Suite("Pseudonyms, attacked")
struct PseudonymAttackTests {
    private let people = ["ann", "bob", "cid"].map { (person: $0, plan: 1) }

    /// What a custodian may answer instead of the truth.
    enum Lie: String, CaseIterable, Sendable {
        case otherKey, oneOfAnotherKey, swapped, fewer, more, otherRequest, forgedProof
    }

    @Test(
        "A custodian that cheats is named, on the ledger too, and nothing of its answer is taken",
        arguments: Lie.allCases)
    func cheatingCustodian(_ lie: Lie) async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        let id = try consortium.waiting().id
        try await consortium.evaluate { request, batch, key in try Self.answer(lie, request, batch, key) }
        let error = await #expect(throws: GatewayError.self) { try await consortium.publish("site1", people) }
        #expect("\(try #require(error))".contains("evaluations of ministry"))
        let recorded = try #require(try consortium.health { try $0.pseudonymRequest(id) })
        #expect(try consortium.status(of: recorded) == .disputed && recorded.complaint != nil)
        #expect(try consortium.vaultFiles("site1", "known.").isEmpty)

        // Asked again, and answered honestly, it goes on.
        let again = try await consortium.request("site1", people)
        #expect(again.requests.map(\.count) == [3])
        _ = try await consortium.evaluate()
        _ = try await consortium.publish("site1", people)
    }

    private static func answer(
        _ lie: Lie, _ request: PseudonymRequest, _ batch: BlindedBatch, _ key: PRFKey
    ) throws -> EvaluatedBatch {
        var honest = try batch.elements.map { try key.evaluate($0) }
        let other = PRFKey()
        switch lie {
        case .otherKey: honest = try batch.elements.map { try other.evaluate($0) }
        case .oneOfAnotherKey: honest[2] = try other.evaluate(batch.elements[2])
        case .swapped: honest.swapAt(0, 1)
        case .fewer: honest.removeLast()
        case .more: honest.append(honest[0])
        case .otherRequest:
            return EvaluatedBatch(request: .sha256(Data("another".utf8)), evaluations: honest)
        case .forgedProof:
            // The right proof of the right key, and another point.
            let point = try other.evaluate(batch.elements[0]).bytes.prefix(49)
            honest[0] = try Evaluation(bytes: point + honest[0].bytes.dropFirst(49))
        }
        return EvaluatedBatch(request: request.id, evaluations: honest)
    }

    @Test("The answer to one request is of no use as the answer to another, not even with its id put right")
    func replayed() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        _ = try await consortium.evaluate()
        _ = try await consortium.request("site1", people)
        let earlier = try #require(try consortium.health { try $0.pseudonymRequests() }.first?.answer?.evaluated)
        let blobs = try consortium.session("ministry").blobs
        let replay = try EvaluatedBatch(bytes: blobs.get(earlier).data).evaluations
        for keepsID in [true, false] {
            let table = (0..<3).map { (person: "\(keepsID) \($0)", plan: 1) }
            _ = try await consortium.request("site2", table)
            try await consortium.evaluate { request, _, _ in
                let old = try EvaluatedBatch(bytes: blobs.get(earlier).data).request
                return EvaluatedBatch(request: keepsID ? old : request.id, evaluations: replay)
            }
            let error = await #expect(throws: GatewayError.self) { try await consortium.publish("site2", table) }
            #expect("\(try #require(error))".contains("the complaint is on the ledger"))
        }
    }

    @Test("A block that is no batch, or whose elements are no points, or are more than were counted, is refused")
    func dishonestDepartment() async throws {
        let consortium = try await PseudonymConsortium()
        let key = try #require(try consortium.health { try $0.pseudonymKey() }).id
        let honest = BlindedBatch(
            key: key, elements: try (0..<4).map { try BlindedInput(Data("\($0)".utf8)).element() })
        let foreign = BlindedBatch(key: .sha256(Data("other".utf8)), elements: honest.elements)
        let head = honest.bytes.prefix(40)
        let attacks: [(bytes: Data, count: Int64, reason: String)] = [
            (Data("not a batch".utf8), 1, "no batch"), (head, 1, "no batch"),
            // Infinity, whose multiple is itself, filled up to an element's length; then no point of the curve.
            (head + Data(count: 49), 1, "element 0 is no point"),
            (honest.bytes + [2] + Data(repeating: 0xFF, count: 48), 5, "element 4 is no point"),
            (honest.bytes, 1, "the block has 4 elements, and the request counts 1"),
            (foreign.bytes, 4, "for another key"),
        ]
        for attack in attacks {
            let session = try consortium.session("site1")
            let cid = try session.blobs.put(attack.bytes, codec: .raw)
            let receipt = try await consortium.submit(
                RequestPseudonyms(key: key, count: attack.count, elements: cid), as: "site1")
            #expect(receipt.isAccepted)
            let answers = try await consortium.evaluate()
            #expect(try #require(answers.first?.refusal).contains(attack.reason))
            let recorded = try #require(try consortium.health { try $0.pseudonymRequest(receipt.transaction) })
            #expect(try consortium.status(of: recorded) == .refused && recorded.answer?.evaluated == nil)
        }
        // All of it counts against the limit of 20: 1 + 1 + 1 + 5 + 1 + 4.
        let session = try consortium.session("site1")
        let rule = try #require(try session.state { try $0.pseudonymRule(for: name("health")) })
        #expect(
            try session.state { try $0.pseudonymsAsked(by: name("site1"), rule, at: consortium.base.clock.now) } == 13)
    }

    @Test("A department of another section asks in vain")
    func otherSection() async throws {
        let consortium = try await PseudonymConsortium()
        let key = try #require(try consortium.health { try $0.pseudonymKey() }).id
        let batch = BlindedBatch(key: key, elements: [try BlindedInput(Data("ann".utf8)).element()])
        let session = try PartySession(
            home: consortium.base.home("revenue"), section: name("health"),
            passphrase: TestConsortium.passphrase(name("revenue")), clock: { consortium.base.clock.now })
        let cid = try session.blobs.put(batch.bytes, codec: .raw)
        let receipt = try await consortium.submit(RequestPseudonyms(key: key, count: 1, elements: cid), as: "revenue")
        #expect(receipt.refusal?.code == .roleNotAllowed)
        #expect(try await consortium.evaluate().isEmpty)
    }

    @Test("A dataset whose pseudonyms are the department's own is refused where the section has a key")
    func ownKey() async throws {
        let consortium = try await PseudonymConsortium()
        let manifest = try await consortium.publishWithPseudonyms("site1", people)
        let own = Digest.sha256(Data("own".utf8))
        let terms = try #require(try consortium.health { try $0.dataset(name("care-site1")) }).terms
        for key in [own, manifest.pseudonymKey] {
            let lie = PublishDataset(
                name: try name("care-site2"), pool: try name("health"), manifest: terms.manifest,
                keyFingerprint: terms.keyFingerprint, rows: terms.rows, shards: terms.shards, bytes: terms.bytes,
                packs: terms.packs, publicColumns: terms.publicColumns, pseudonymKey: key,
                owners: [try name("site2")], approvals: 1)
            let receipt = try await consortium.submit(lie, as: "site2")
            #expect(receipt.refusal?.code == (key == own ? .otherPseudonyms : .manifestAlreadyPublished))
        }
    }

    @Test("Killed before the ledger had the request, the next run asks for the same elements, once")
    func killedBeforeAsking() async throws {
        let consortium = try await PseudonymConsortium()
        // The same consortium before anything was asked, and the vault as a killed run leaves it.
        let copy = try TestConsortium(copying: consortium.base.folder, at: consortium.base.clock.now)
        _ = try await consortium.request("site1", people)
        let asked = try #require(try consortium.vaultFiles("site1", "asked.").first)
        try FileManager.default.copyItem(
            at: asked, to: copy.home("site1").vaultDirectory.appending(path: asked.lastPathComponent))

        let revived = PseudonymConsortium(base: copy)
        let run = try await revived.request("site1", people)
        #expect(run.requests.map(\.count) == [3] && run.waiting == 3)
        #expect(try revived.waiting().terms.elements == consortium.waiting().terms.elements)
        #expect(try await revived.request("site1", people).requests.isEmpty)
        _ = try await revived.evaluate()
        _ = try await revived.publish("site1", people)
    }

    @Test("Killed after the answer was taken in and before the blinds were thrown away, the next run does it again")
    func killedWhileCollecting() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        _ = try await consortium.evaluate()
        let asked = try #require(try consortium.vaultFiles("site1", "asked.").first)
        let bytes = try Data(contentsOf: asked)
        _ = try await consortium.publish("site1", people)
        let known = try consortium.pseudonyms("site1")
        try bytes.write(to: asked)
        let run = try await consortium.request("site1", people)
        #expect(run.known == 3 && run.requests.isEmpty)
        #expect(try consortium.vaultFiles("site1", "asked.").isEmpty)
        #expect(try consortium.pseudonyms("site1") == known)
    }

    @Test("An evaluation that was submitted is submitted once, however often the command runs")
    func evaluatedOnce() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        let id = try consortium.waiting().id
        let first = try await consortium.evaluate()
        #expect(first.map(\.refusal) == [nil])
        #expect(try await consortium.evaluate().isEmpty)
        let blocks = try consortium.blocks()
        let error = await #expect(throws: GatewayError.self) {
            try await EvaluateRequest(id.hex).run(as: consortium.session("ministry"))
        }
        #expect(try consortium.blocks() == blocks, "what the ledger has refused is to be had")
        guard case .refusedOnLedger(let refusal, _, _) = error else {
            Issue.record("refused otherwise: \(String(describing: error))")
            return
        }
        #expect(refusal.code == .evaluationAnswered)
        #expect(try await consortium.evaluate().isEmpty)
        #expect(try consortium.pending("ministry").isEmpty)
    }

    @Test("An answer that the ledger had when its custodian was killed is put where the department finds it")
    func handedOutLater() async throws {
        let consortium = try await PseudonymConsortium()
        _ = try await consortium.request("site1", people)
        let before = try consortium.blocks()
        let id = try consortium.waiting().id
        _ = try await consortium.evaluate()
        // As a crash leaves it: the block is in the custodian's home and nowhere else.
        let answer = try #require(try consortium.health { try $0.pseudonymRequests() }.first?.answer?.evaluated)
        let session = try consortium.session("ministry")
        let bytes = try session.blobs.get(answer).data
        for file in try consortium.blocks().subtracting(before) {
            try FileManager.default.removeItem(at: consortium.base.local.blobs.appending(path: file))
        }
        try bytes.write(to: session.home.pendingDirectory.appending(path: "evaluated-\(id.hex).\(answer.text)"))
        #expect(try await consortium.evaluate().isEmpty)
        #expect(try consortium.pending("ministry").isEmpty)
        let run = try await consortium.request("site1", people)
        #expect(run.known == 3 && run.requests.isEmpty)
    }
}
