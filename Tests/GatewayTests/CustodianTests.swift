import BlobStore
import CanonicalJSON
import Contracts
import Foundation
import Gateway
import KeyVault
import Ledger
import QueryPlans
import SealedTables
import SharingModel
import SignedEnvelopes
import Testing

@Suite("The custodian")
struct CustodianTests {
    @Test("It refuses a result that holds one row's ciphertext, and the refusal stands on the ledger")
    func oneRow() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let forged = try await consortium.recordForged(token: token) { honest, session in
            try consortium.withRow(honest, session)
        }
        let error = await #expect(throws: GatewayError.self) { _ = try await consortium.open(forged) }
        guard case .resultRefused = error else {
            Issue.record("refused otherwise: \(String(describing: error))")
            return
        }
        let shown = try consortium.session("statistics").show(result: forged.hex)
        #expect(shown.status == .refused && shown.table == nil && shown.recorded.opening == nil)
        #expect(shown.recorded.openingRefusal?.custodian == (try name("ministry")))
    }

    @Test("It refuses a result that was redeemed for other packs than its plan opens")
    func otherPacks() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant(["profile"])
        let forged = try await consortium.recordForged(token: token, packs: ["profile"]) { honest, _ in honest.cid }
        let error = await #expect(throws: GatewayError.self) { _ = try await consortium.open(forged) }
        guard case .resultRefused = error else {
            Issue.record("refused otherwise: \(String(describing: error))")
            return
        }
    }

    @Test("It refuses a result that was redeemed for fewer datasets than its plan reads")
    func otherDatasets() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let session = try consortium.session("statistics")
        let honest = try consortium.redeemByYear(token, session)
        let only = try #require(honest.datasets.first)
        let redemption = try await consortium.submit(
            RedeemToken(token: honest.token, plan: honest.plan, datasets: [only], packs: honest.packs),
            as: "statistics")
        #expect(redemption.isAccepted)
        try session.catchUp()
        let manifest = try session.state { try $0.knownDataset(only) }.manifest
        let computed = try consortium.compute(honest.plan, session)
        let forged = try await consortium.submit(
            RecordResult(
                redemption: redemption.transaction, plan: honest.plan, inputs: [manifest], result: computed.cid,
                releasedGroups: 5, refusedGroups: 0),
            as: "statistics")
        #expect(forged.isAccepted)
        try await consortium.expectRefusedOpening(
            forged.transaction, saying: "other datasets or packs than the token was redeemed for")
    }

    @Test("It refuses a result whose plan is malformed, or cannot be computed, and says on the ledger what is wrong")
    func malformedPlans() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant()
        let session = try consortium.session("statistics")
        let honest = try session.blobs.get(consortium.redeemByYear(token, session).plan)
        let text = String(decoding: honest.data, as: UTF8.self)
        let faults = [
            (Data("no plan".utf8), "malformed"), (Data("{\"version\":1}".utf8), "malformed"),
            (Data(text.replacing("\"year\"", with: "\"decade\"").utf8), "decade"),
        ]
        for (bytes, reason) in faults {
            let plan = try session.blobs.put(bytes, codec: .dagJSON)
            let recorded = try await consortium.record(planned: plan, token: token)
            try await consortium.expectRefusedOpening(recorded, saying: reason)
            let endorsed = try await EndorseRecordedResult(recorded.hex).run(as: consortium.session("site1"))
            #expect(!endorsed.agrees)
        }
    }

    @Test("A block that is only missing here is nobody's fault: nothing is recorded, and the opening can be run again")
    func missingBlocks() async throws {
        let consortium = try await TestConsortium.published()
        let computed = try await consortium.query(token: consortium.grant())
        let session = try consortium.session("ministry")
        let manifest = try #require(computed.plan.content.datasets.first)
        let shard = try #require(try SealedDataset(loading: manifest, from: session.blobs).shards.first).cid
        for cid in [computed.plan.cid, manifest, shard] {
            let block = try session.blobs.get(cid)
            try consortium.removeBlob(cid)
            let size = try session.ledger.head()?.size
            let error = await #expect(throws: GatewayError.self) { _ = try await consortium.open(computed.id) }
            let message = error.map { "\($0)" } ?? ""
            #expect(message.contains(cid.text) && message.contains("nothing was recorded"), "\(message)")
            await #expect(throws: GatewayError.self) {
                _ = try await EndorseRecordedResult(computed.id.hex).run(as: consortium.session("site1"))
            }
            #expect(try session.ledger.head()?.size == size)
            try session.blobs.put(block)
        }
        #expect(try await !consortium.open(computed.id).wasThere)
    }

    @Test("Nobody else opens: a department lacks the key, and the ledger refuses its record of an opening")
    func onlyTheCustodian() async throws {
        let consortium = try await TestConsortium.published()
        let computed = try await consortium.query(token: consortium.grant())
        await #expect(throws: GatewayError.self) {
            _ = try await OpenRecordedResult(computed.id.hex).run(as: consortium.session("site1"))
        }
        let forged = try await consortium.submit(
            RecordOpening(
                result: computed.id, opening: computed.result.cid, commitment: .sha256(Data()), openingsSeen: 0),
            as: "site1")
        #expect(forged.refusal?.code == .notCustodian)
    }

    @Test("A dispute by an owner of the data stands in the way of an opening; its endorsement takes it back")
    func dispute() async throws {
        let consortium = try await TestConsortium.published()
        let computed = try await consortium.query(token: consortium.grant())
        let dispute = DisputeResult(result: computed.id, computed: nil, reason: "looks wrong")
        #expect(try await consortium.submit(dispute, as: "site3").isAccepted)
        await expectRefusal(.resultDisputed) { _ = try await consortium.open(computed.id) }
        let endorsed = try await EndorseRecordedResult(computed.id.hex).run(as: consortium.session("site3"))
        #expect(endorsed.agrees)
        #expect(try await !consortium.open(computed.id).wasThere)
    }

    @Test("A department that recomputes a forged result disputes it")
    func forgedIsDisputed() async throws {
        let consortium = try await TestConsortium.published()
        let forged = try await consortium.recordForged(token: consortium.grant()) { honest, session in
            try consortium.withRow(honest, session)
        }
        let endorsed = try await EndorseRecordedResult(forged.hex).run(as: consortium.session("site1"))
        #expect(!endorsed.agrees)
        #expect(try consortium.session("site2").show(result: forged.hex).recorded.blockingDisputes.count == 1)
    }

    @Test("An opening is read by the one it is sealed to, and by nobody else")
    func sealedToOne() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        for other in ["newspaper", "site1", "ministry"] {
            let shown = try consortium.session(other).show(result: result)
            #expect(shown.status == .opened && shown.table == nil && shown.opening == nil)
        }
        // Not for want of trying: the sealed bytes do not open under another's key.
        let session = try consortium.session("newspaper")
        let recorded = try session.show(result: result).recorded
        let opening = try #require(recorded.opening)
        let parts = try DAGJSON.links(in: session.blobs.get(opening.opening))
        let bytes = try parts.reduce(into: Data()) { try $0.append(session.blobs.get($1).data) }
        let message = try CanonicalJSON.decode(SealedMessage.self, from: bytes)
        let info = Data("chancery opening v1".utf8)
        func open(as party: String) throws -> Data {
            let secret = try consortium.vault(party).load("unsealing")
            let key = try secret.withUnsafeBytes { try UnsealingKey(x25519Secret: $0) }
            return try message.open(with: key, info: info, authenticating: Data(recorded.record.id.bytes))
        }
        #expect(throws: EnvelopeError.self) { try open(as: "newspaper") }
        #expect(try Digest.sha256(open(as: "statistics")) == opening.commitment)
    }
}

extension TestConsortium {
    func compute(_ plan: CID, _ session: PartySession) throws -> ComputedResult {
        let key = try session.state { try $0.knownPool(name("health")) }.publicKey()
        let computed = try PlanExecutor(store: session.blobs, minimumSubjects: 5)
            .run(Plan(data: session.blobs.get(plan).data), key: key, history: [])
        try computed.store(in: session.blobs)
        return computed
    }

    /// Records a result as the grantee could who does not compute: `forge` gives the CID from the honest result.
    func recordForged(
        token: String, packs: [String] = ["care"], _ forge: (ComputedResult, PartySession) throws -> CID
    ) async throws -> Digest {
        let session = try session("statistics")
        let redeem = try redeemByYear(token, session, packs: packs)
        let redemption = try await submit(redeem, as: "statistics")
        #expect(redemption.isAccepted, "\(String(describing: redemption.refusal))")
        let honest = try compute(redeem.plan, session)
        let recorded = try await submit(
            RecordResult(
                redemption: redemption.transaction, plan: redeem.plan, inputs: honest.content.datasets,
                result: try forge(honest, session), releasedGroups: 5, refusedGroups: 0),
            as: "statistics")
        #expect(recorded.isAccepted, "\(String(describing: recorded.refusal))")
        return recorded.transaction
    }

    /// Redeems and records a plan as the grantee could who does not look at it.
    func record(planned plan: CID, token: String) async throws -> Digest {
        let session = try session("statistics")
        let honest = try redeemByYear(token, session)
        let redemption = try await submit(
            RedeemToken(token: honest.token, plan: plan, datasets: honest.datasets, packs: honest.packs),
            as: "statistics")
        #expect(redemption.isAccepted, "\(String(describing: redemption.refusal))")
        try session.catchUp()
        let inputs = try #require(try session.state { try $0.redemption(redemption.transaction) }).inputs
        let recorded = try await submit(
            RecordResult(
                redemption: redemption.transaction, plan: plan, inputs: inputs, result: plan, releasedGroups: 5,
                refusedGroups: 0),
            as: "statistics")
        #expect(recorded.isAccepted, "\(String(describing: recorded.refusal))")
        return recorded.transaction
    }

    func expectRefusedOpening(_ result: Digest, saying fragment: String) async throws {
        let error = await #expect(throws: GatewayError.self) { _ = try await open(result) }
        guard case .resultRefused(let reason, _) = error else {
            Issue.record("refused otherwise: \(String(describing: error))")
            return
        }
        #expect(reason.contains(fragment), "\(reason)")
        let recorded = try session("statistics").state { try $0.recordedResult(matching: result.hex) }
        #expect(recorded.openingRefusal?.reason == reason && recorded.opening == nil)
    }

    /// The honest result with its first ciphertext replaced by that of a single row.
    func withRow(_ honest: ComputedResult, _ session: PartySession) throws -> CID {
        let dataset = try SealedDataset(loading: try #require(honest.content.datasets.first), from: session.blobs)
        let shard = try session.blobs.get(try #require(dataset.shards.first).cid).data
        let width = honest.content.ciphertexts.bytes
        let original = try #require(honest.ciphertextBlocks.first)
        let forged = shard.suffix(width) + original.data.dropFirst(width)
        let cid = try session.blobs.put(Data(forged), codec: .raw)
        let text = String(decoding: honest.block.data, as: UTF8.self)
            .replacingOccurrences(of: original.cid.text, with: cid.text)
        return try session.blobs.put(Data(text.utf8), codec: .dagJSON)
    }
}
