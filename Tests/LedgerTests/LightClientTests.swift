import CanonicalJSON
import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import Testing
import TransparencyLog

@Suite("Light client")
struct LightClientTests {
    let consortium: TestConsortium
    let folder: TemporaryFolder
    let ledger: Ledger
    let client: LightClient

    init() async throws {
        consortium = try TestConsortium(departments: 3)
        folder = try TemporaryFolder()
        ledger = try consortium.open(folder.storage())
        client = LightClient(founding: consortium.founding, section: consortium.section)
        try await consortium.begin(ledger)
        try cosign()
    }

    private func cosign(_ file: String = "health.ledger") throws {
        for party in consortium.departments {
            _ = try consortium.open(folder.storage(file), as: party)
                .cosign(replica: SQLiteLedgerStorage.scratch(), lastSeen: nil)
        }
    }

    private func request(_ ledger: Ledger, times: Int = 1) async throws -> Digest {
        var last: Digest?
        for number in 0..<times {
            last = try await consortium.accept(
                ledger, consortium.request(purpose: "\(number)"), by: "statistics"
            ).transaction
        }
        return try #require(last)
    }

    @Test("It follows a growing ledger and proves transactions, with few downloads")
    func follows() async throws {
        var seen: FollowedLedger?
        for _ in 0..<4 {
            let id = try await request(ledger, times: 12)
            try cosign()
            let metered = MeteredLogSource(ShownLedger(ledger))
            let next = try client.follow(from: seen, metered)
            let head = try ledger.head()
            #expect(next.newest.size == head?.size && next.newest.height == head?.height)
            #expect(next.newest.final.cosigners.count == 3)
            let (proven, after) = try client.prove(id, next, metered)
            #expect(proven.id == id && proven.isAccepted && after.newest == next.newest)
            #expect(try client.read(next.bytes()).newest == next.newest)
            // The checkpoint, one tile (the ledger fits into one), the proof.
            #expect(metered.traffic.requests <= 3)
            seen = next
        }
    }

    @Test("A proof from before or after the newest checkpoint is tied to it")
    func otherSizes() async throws {
        let id = try await request(ledger)
        try cosign()
        let early = ShownLedger(ledger, until: try ledger.head()?.height)
        let first = try client.follow(from: nil, early)
        _ = try await request(ledger)
        try cosign()
        let late = ShownLedger(ledger)
        let (proven, next) = try client.prove(id, first, late)
        #expect(proven.id == id && next.newest.size > first.newest.size)
        let (again, same) = try client.prove(id, next, ShownLedger(ledger, proofsUntil: early.height))
        #expect(again.id == id && same.newest == next.newest)
        // A proof against more than the source itself shows is tied to nothing.
        let torn = ShownLedger(ledger, until: early.height, proofsUntil: try ledger.head()?.height)
        #expect(throws: LightClientError.proofAhead(of: first.newest)) { try client.prove(id, first, torn) }
    }

    @Test("A fork is refused with both checkpoints, whichever tiles come with it")
    func fork() async throws {
        try ledger.catchUp(folder.storage("other"))
        _ = try await request(ledger, times: 2)
        try cosign()
        let seen = try client.follow(from: nil, ShownLedger(ledger))
        let other = try consortium.open(folder.storage("other"))
        for count in [2, 5] {
            _ = try await request(other, times: count)
            try cosign("other")
            let error = #expect(throws: LightClientError.self) { try client.follow(from: seen, ShownLedger(other)) }
            guard case .fork(let first, let second) = error else {
                Issue.record("no fork: \(String(describing: error))")
                return
            }
            let root = try other.head()?.root
            #expect(first == seen.newest && second.root == root)
            #expect("\(LightClientError.fork(seen: first, shown: second))".contains(second.note))
        }
        // Tiles of the ledger that was seen do not hash up to the fork's checkpoint: that proves nothing.
        _ = try await request(ledger, times: 9)
        try cosign()
        let mixed = ShownLedger(other, tilesOf: ledger)
        let error = #expect(throws: LightClientError.self) { try client.follow(from: seen, mixed) }
        guard case .tilesDiffer = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("A ledger gone back is refused, and so is a checkpoint without a quorum")
    func rollback() async throws {
        let before = try #require(try ledger.head()?.height)
        let early = ShownLedger(ledger, until: before)
        _ = try await request(ledger)
        try cosign()
        let seen = try client.follow(from: nil, ShownLedger(ledger))
        let error = #expect(throws: LightClientError.self) { try client.follow(from: seen, early) }
        guard case .rollback(seen.newest, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        _ = try await request(ledger)
        let uncosigned = ShownLedger(ledger, until: try ledger.head()?.height)
        #expect(throws: LedgerError.proof(.tooFewCosignatures(valid: 1, needed: 3))) {
            try client.follow(from: seen, uncosigned)
        }
    }

    @Test("A proof of another transaction, and an altered one, are refused")
    func wrongProofs() async throws {
        let (id, other) = (try await request(ledger), try await request(ledger))
        try cosign()
        let source = ShownLedger(ledger)
        let seen = try client.follow(from: nil, source)
        #expect(throws: LedgerError.proof(.outcomeOfAnotherTransaction)) {
            try client.prove(id, seen, ShownLedger(ledger, answering: other))
        }
        #expect(throws: LedgerError.unknownTransaction(.sha256(Data()))) {
            try client.prove(.sha256(Data()), seen, source)
        }
    }
}

/// What a node shows of a ledger, and what a dishonest one could show instead.
private struct ShownLedger: LogSource {
    let ledger: Ledger
    var height: Int?
    var proofHeight: Int?
    var tileLedger: Ledger
    var answer: Digest?

    init(
        _ ledger: Ledger, until height: Int? = nil, proofsUntil proofHeight: Int? = nil,
        tilesOf tileLedger: Ledger? = nil, answering answer: Digest? = nil
    ) {
        (self.ledger, self.height, self.answer) = (ledger, height, answer)
        (self.proofHeight, self.tileLedger) = (proofHeight ?? height, tileLedger ?? ledger)
    }

    func newest(known: Int) throws -> Data {
        try CanonicalJSON.encode(
            ledger.lightDocument(known: known, at: height.map(CheckpointChoice.height) ?? .final))
    }

    func tile(_ path: TilePath) throws -> Data {
        let head = try tileLedger.head()
        return try #require(try tileLedger.tile(path, size: head?.size ?? 0))
    }

    func transaction(_ id: Digest) throws -> Data {
        try CanonicalJSON.encode(
            try ledger.proof(of: answer ?? id, at: proofHeight.map(CheckpointChoice.height) ?? .final))
    }
}
