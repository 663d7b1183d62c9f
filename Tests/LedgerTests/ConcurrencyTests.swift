import Contracts
import Foundation
import Ledger
import LedgerSQLite
import SharingModel
import Testing
import TransparencyLog

@Suite("Many writers on one file")
struct ConcurrencyTests {
    @Test("Of 20 who take a token's last use at once, each with connections of its own, exactly one gets it")
    func lastUse() async throws {
        let consortium = try TestConsortium()
        let folder = try TemporaryFolder()
        let ledger = try consortium.open(folder.storage())
        try await consortium.begin(ledger)
        let token = try await consortium.token(ledger, uses: 1)
        let writers = try (0..<20).map { number in
            (
                try consortium.open(folder.storage(), as: "site\(number % 4 + 1)"),
                try consortium.envelope(consortium.redemption(of: token), by: "statistics")
            )
        }
        let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
            for (ledger, envelope) in writers { group.addTask { try await ledger.submit(envelope) } }
            return try await group.reduce(into: [Receipt]()) { $0.append($1) }
        }
        #expect(receipts.count(where: \.isAccepted) == 1)
        #expect(receipts.count { $0.refusal?.code == .usesExhausted } == 19)
        #expect(Set(receipts.map(\.index)).count == 20)
        let report = try ledger.audit(scratch: SQLiteLedgerStorage.scratch())
        #expect(report.findings == [])
        #expect(try ledger.read { try LedgerState($0).token(token) } != nil)
    }

    @Test("20 who open a new file at once all find a ledger there")
    func openAtOnce() async throws {
        let folder = try TemporaryFolder()
        let url = folder.file()
        let opened = await withTaskGroup(of: (any Error)?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        _ = try SQLiteLedgerStorage(url: url).read { try $0.head() }
                        return nil
                    } catch { return error }
                }
            }
            return await group.reduce(into: [any Error]()) { if let error = $1 { $0.append(error) } }
        }
        #expect(opened.isEmpty, "\(opened)")
    }

    @Test("Who take the same blocks at once into one copy all go on; another block at a height is a fork")
    func takeAtOnce() async throws {
        let consortium = try TestConsortium(departments: 3)
        let folder = try TemporaryFolder()
        let shown = try await finalBlocks(consortium, folder, "shown")
        let others = try (0..<8).map { _ in try consortium.open(folder.storage("copy"), as: "statistics") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, ledger) in others.enumerated() {
                group.addTask {
                    // Some as few as are final, some more together.
                    var waiting: [ExportedBlock] = []
                    for block in shown {
                        waiting.append(block)
                        guard waiting.count > number % 3, ledger.isFinal(block) else { continue }
                        try ledger.take(waiting)
                        waiting = []
                    }
                    try ledger.take(waiting)
                }
            }
            try await group.waitForAll()
        }
        for ledger in others { #expect(try ledger.head()?.root == shown.last?.root) }
        #expect(try others[0].audit(scratch: SQLiteLedgerStorage.scratch()).findings == [])

        let fork = try #require(try await finalBlocks(consortium, folder, "forked").last)
        let error = #expect(throws: LedgerError.self) { try others[0].take([fork]) }
        guard case .fork(let seen, let claimed) = error else { throw try #require(error) }
        #expect(seen.root == shown.last?.root)
        #expect(claimed.root == fork.root)
    }

    /// The first blocks, which become final together, and four that do so by themselves.
    private func finalBlocks(
        _ consortium: TestConsortium, _ folder: TemporaryFolder, _ file: String
    ) async throws -> [ExportedBlock] {
        let ledger = try consortium.open(folder.storage(file))
        for number in 0..<5 {
            if number == 0 {
                try await consortium.begin(ledger)
            } else {
                try await consortium.accept(ledger, consortium.request(purpose: "\(number)"), by: "statistics")
            }
            for party in consortium.departments {
                _ = try consortium.open(folder.storage(file), as: party)
                    .cosign(replica: SQLiteLedgerStorage.scratch(), lastSeen: nil)
            }
        }
        let height = try #require(try ledger.head()?.height)
        return try (0...height).map { try ledger.exportedBlock(at: $0) }
    }

    @Test("A lock that is not given back is waited for, and then said clearly")
    func busy() throws {
        let folder = try TemporaryFolder()
        let first = try folder.storage()
        let impatient = try SQLiteLedgerStorage(url: folder.file(), patience: 0)
        _ = try first.commit { _ in
            #expect(throws: LedgerError.busy(seconds: 0)) { try impatient.commit { try $0.head() } }
        }
        #expect(try impatient.commit { try $0.head() } == nil)
    }
}
