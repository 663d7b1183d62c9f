import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing

@Suite("Admission")
struct AdmissionTests {
    let consortium: TestConsortium
    let folder: TemporaryFolder
    let ledger: Ledger

    init() throws {
        consortium = try TestConsortium()
        folder = try TemporaryFolder()
        ledger = try consortium.open(folder.storage())
    }

    /// Expects that `envelope` is turned away with `error` and leaves no trace.
    private func expectTurnedAway(
        _ envelope: Envelope, _ error: AdmissionError, location: SourceLocation = #_sourceLocation
    ) async throws {
        let size = try ledger.head()?.size
        await #expect(throws: error, sourceLocation: location) { try await ledger.submit(envelope) }
        #expect(try ledger.head()?.size == size, sourceLocation: location)
        #expect(try ledger.read { try $0.entry(id: envelope.id) } == nil, sourceLocation: location)
    }

    @Test("An envelope that lacks a signature is turned away and does not stand in the way of the whole one")
    func missingSignature() async throws {
        let body = OpenSection(record: consortium.founding, registry: "registry\n")
        let lacking = try consortium.envelope(body, by: "site1", signers: ["site1", "site2", "site4"])
        try await expectTurnedAway(lacking, .signatureMissing(try name("site3")))
        let whole = try lacking.adding(signatureBy: consortium.key("site3"))
        #expect(whole.id == lacking.id)
        #expect(try await ledger.submit(whole).isAccepted)
    }

    @Test("A wrong signature, and one that was not asked for, are turned away")
    func wrongSignatures() async throws {
        try await consortium.begin(ledger)
        let body = try consortium.redemption(of: .sha256(Data()))
        let good = try consortium.envelope(body, by: "statistics")
        let signature = try #require(good.signatures.first)
        var bytes = signature.sig
        bytes[10] ^= 1
        let wrong = try Envelope(payload: good.payload, payloadType: good.payloadType)
            .adding(EnvelopeSignature(keyid: signature.keyid, sig: bytes))
        try await expectTurnedAway(wrong, .signatureWrong(try name("statistics")))
        let more = try good.adding(signatureBy: consortium.key("site2"))
        try await expectTurnedAway(
            more, .signatureNotAsked(keyID: try consortium.key("site2").verificationKey.id))
        let other = try consortium.envelope(body, by: "statistics", signers: ["site2"])
        try await expectTurnedAway(other, .signatureMissing(try name("statistics")))
        #expect(try await ledger.submit(good).refusal?.code == .unknownToken)
    }

    @Test("A doubled signature is turned away")
    func doubledSignature() async throws {
        try await consortium.begin(ledger)
        let good = try consortium.envelope(
            consortium.redemption(of: .sha256(Data())), by: "statistics")
        let signature = try #require(good.signatures.first)
        let encoded = try JSONEncoder().encode(
            Doubled(payload: good.payload, payloadType: good.payloadType, signatures: [signature, signature]))
        let doubled = try JSONDecoder().decode(Envelope.self, from: encoded)
        try await expectTurnedAway(
            doubled, .malformedEnvelope(.doubledSignature(keyID: signature.keyid)))
    }

    private struct Doubled: Encodable {
        let payload: Data
        let payloadType: String
        let signatures: [EnvelopeSignature]
    }

    @Test("An unknown kind, another ledger and an unknown party are turned away")
    func header() async throws {
        try await consortium.begin(ledger)
        let body = try consortium.redemption(of: .sha256(Data()))
        let good = try consortium.envelope(body, by: "statistics")
        let unknown = try Envelope.sign(
            payload: good.payload, payloadType: "application/vnd.chancery.token.eat.v1+json",
            with: [consortium.key("statistics")])
        try await expectTurnedAway(
            unknown, .malformedTransaction(.unknownKind(payloadType: unknown.payloadType)))
        let elsewhere = LedgerIdentity(consortium: .sha256(Data("another".utf8)), section: consortium.section)
        try await expectTurnedAway(
            try consortium.envelope(body, by: "statistics", ledger: elsewhere),
            .anotherLedger(named: elsewhere, this: try consortium.identity))
        let stranger = SigningKey.generate()
        let payload = String(decoding: good.payload, as: UTF8.self)
            .replacingOccurrences(of: #""by":"statistics""#, with: #""by":"stranger""#)
        try await expectTurnedAway(
            try Envelope.sign(payload: Data(payload.utf8), payloadType: good.payloadType, with: [stranger]),
            .unknownParty(try name("stranger")))
    }

    @Test("A payload that is not canonical is turned away")
    func notCanonical() async throws {
        try await consortium.begin(ledger)
        let good = try consortium.envelope(consortium.redemption(of: .sha256(Data())), by: "statistics")
        let spaced = try Envelope.sign(
            payload: good.payload + Data(" ".utf8), payloadType: good.payloadType,
            with: [consortium.key("statistics")])
        await #expect(throws: AdmissionError.self) { try await ledger.submit(spaced) }
        #expect(try ledger.read { try $0.entry(id: spaced.id) } == nil)
    }
}
