import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import SignedEnvelopes
import Testing

@Suite("Submitting transactions")
struct SubmitTests {
    let consortium: TestConsortium
    let folder: TemporaryFolder

    init() throws {
        consortium = try TestConsortium()
        folder = try TemporaryFolder()
    }

    @Test("The opening block has height 0 and its record is the last leaf")
    func opening() async throws {
        let ledger = try consortium.open(folder.storage())
        #expect(try ledger.head() == nil)
        let receipt = try await ledger.submit(try consortium.opening())
        #expect(receipt.isAccepted)
        #expect((receipt.height, receipt.index) == (0, 0))
        let head = try #require(try ledger.head())
        #expect(head.size == 2)
        #expect(head.recordIndex == 1)
        #expect(head.record.time == consortium.clock.now)
        #expect(head.record.mechanism == .embedded(operator: try name("site1")))
        #expect(try ledger.read { try LedgerState($0).parties().count } == 5)
    }

    @Test("Nothing but the section's opening can be first")
    func notOpened() async throws {
        let ledger = try consortium.open(folder.storage())
        let redeem = try consortium.envelope(consortium.redemption(of: .sha256(Data())), by: "statistics")
        await #expect(throws: AdmissionError.unknownParty(try name("statistics"))) {
            try await ledger.submit(redeem)
        }
        #expect(try ledger.head() == nil)
    }

    @Test("A refused transaction is recorded with its reason and its receipt says so")
    func refusal() async throws {
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 1)
        try await consortium.accept(ledger, consortium.redemption(of: token), by: "statistics")
        let receipt = try await ledger.submit(
            try consortium.envelope(consortium.redemption(of: token), by: "statistics"))
        #expect(receipt.refusal?.code == .usesExhausted)
        #expect(try ledger.read { try $0.receipt(of: receipt.transaction) } == receipt)
    }

    @Test("Of several envelopes at once each is answered in its place: recorded, known already, or turned away")
    func several() async throws {
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 2)
        let known = try consortium.envelope(consortium.redemption(of: token), by: "statistics")
        let receipt = try await ledger.submit(known)
        let new = try consortium.envelope(consortium.redemption(of: token), by: "statistics")
        let unsigned = Envelope(payload: new.payload, payloadType: new.payloadType)
        let (answers, continuation) = AsyncStream.makeStream(of: (Int, Result<Receipt, any Error>).self)
        try ledger.submit([known, unsigned, new]) { place, result in continuation.yield((place, result)) }
        var results: [Int: Result<Receipt, any Error>] = [:]
        for await (place, result) in answers.prefix(3) { results[place] = result }
        #expect(try results[0]?.get() == receipt)
        #expect(throws: AdmissionError.signatureMissing(try name("statistics"))) { try results[1]?.get() }
        let recorded = try #require(try results[2]?.get())
        #expect(recorded.isAccepted && recorded.index > receipt.index)
        #expect(try ledger.read { try $0.receipt(of: recorded.transaction) } == recorded)
    }

    @Test("An envelope that comes again gives the receipt of the first time, after its validity too")
    func replay() async throws {
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 2)
        let envelope = try consortium.envelope(consortium.redemption(of: token), by: "statistics")
        let first = try await ledger.submit(envelope)
        let size = try ledger.head()?.size
        #expect(try await ledger.submit(envelope) == first)
        consortium.clock.advance(seconds: 10_000)
        let other = try consortium.open(folder.storage(), as: "site2")
        #expect(try await other.submit(envelope) == first)
        #expect(try ledger.head()?.size == size)
    }

    @Test("One envelope submitted many times at once enters once, with one receipt for all")
    func doubledAtOnce() async throws {
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 5)
        let envelope = try consortium.envelope(consortium.redemption(of: token), by: "statistics")
        let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
            for _ in 0..<30 { group.addTask { try await ledger.submit(envelope) } }
            return try await group.reduce(into: Set<Receipt>()) { $0.insert($1) }
        }
        #expect(receipts.count == 1)
        #expect(try ledger.read { try $0.entries(kind: "token.redeem", after: nil, limit: 10).count } == 1)
    }

    @Test("Block time never goes back, and judges validity")
    func blockTime() async throws {
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let before = try #require(try ledger.head()).record.time
        let early = try consortium.envelope(
            consortium.redemption(of: .sha256(Data())), by: "statistics", validFor: 86_400)
        consortium.clock.advance(seconds: -1_000)
        #expect(try await ledger.submit(early).time == before)
        let late = try consortium.envelope(
            consortium.redemption(of: .sha256(Data())), by: "statistics", validFor: 999)
        await #expect(throws: AdmissionError.expired(notAfter: before.adding(seconds: -1), blockTime: before)) {
            try await ledger.submit(late)
        }
        let long = try consortium.envelope(
            consortium.redemption(of: .sha256(Data())), by: "statistics", validFor: 1_000 + 86_401)
        await #expect(throws: AdmissionError.self) { try await ledger.submit(long) }
    }
}
