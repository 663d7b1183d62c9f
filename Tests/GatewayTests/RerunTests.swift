import BlobStore
import Contracts
import Foundation
import Gateway
import Ledger
import SharingModel
import TestSupport
import Testing
import TransparencyLog

@Suite("A command that is run again")
struct RerunTests {
    @Test("Publishing twice writes nothing the second time")
    func publish() async throws {
        let consortium = try await TestConsortium.published()
        let size = try consortium.session("site1").ledger.head()?.size
        let again = try await consortium.publish("site1")
        #expect(again.wasThere)
        #expect(try consortium.session("site1").ledger.head()?.size == size)
    }

    @Test("Another table under the same name is refused unless it is to replace")
    func replacing() async throws {
        let consortium = try await TestConsortium.published()
        let csv = consortium.folder.url("site1.csv")
        let rows = try TestConsortium.table.get().csv(site: 1).split(separator: "\n").dropLast()
        try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: csv)
        await #expect(throws: GatewayError.self) { _ = try await consortium.publish("site1") }
        #expect(try await consortium.publish("site1", replacing: true).sealed.rows == 89)
    }

    @Test("A publication that was killed between sealing and submitting goes on with what it had sealed")
    func publishAfterCrash() async throws {
        let consortium = try await TestConsortium.published()
        let before = try TestFolder(copying: consortium.folder.directory)
        let publish = PublishTable(
            csv: try consortium.csv(site: 1), schema: Repository.schema, pool: try name("health"),
            dataset: try name("again"))
        let first = try await publish.run(as: consortium.session("site1"))
        try consortium.takeLedgers(from: before)
        let second = try await publish.run(as: consortium.session("site1"))
        #expect(!second.wasThere && second.receipt.isAccepted)
        #expect(second.sealed.manifest == first.sealed.manifest)
    }

    @Test("A query that was killed between redeeming and recording uses the same use up")
    func queryAfterCrash() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant(uses: 1)
        let session = try consortium.session("statistics")
        let redemption = try await consortium.submit(
            consortium.redeemByYear(token, session), as: "statistics")
        #expect(redemption.isAccepted)
        let computed = try await consortium.query(token: token)
        #expect(computed.redemption == redemption.transaction)
        #expect(try consortium.session("statistics").state { try $0.token(matching: token) }.uses.taken == 1)
    }

    @Test(
        "A query that has to wait for another under its token says so, and goes on when that has ended",
        .timeLimit(.minutes(15)))
    func waitsForAnother() async throws {
        let consortium = try await TestConsortium.published()
        let token = try await consortium.grant(uses: 2)
        let query = RunQuery(.statement(TestConsortium.byYear, of: .all), token: token)
        let first = try await query.run(as: consortium.session("statistics"))
        let (told, tell) = AsyncStream.makeStream(of: String.self)
        let session = try consortium.session("statistics", tellOfWaiting: { tell.yield($0) })
        async let second = query.run(as: session)
        var waits = told.makeAsyncIterator()
        let said = await waits.next()
        #expect(said?.contains("another run of this command") == true)
        try first.acknowledge()
        let computed = try await second
        try computed.acknowledge()
        #expect(computed.redemption != first.redemption)
    }

    @Test("A request that was killed before it was acknowledged makes one token, recorded or not")
    func requestAfterCrash() async throws {
        let consortium = try await TestConsortium.published()
        let wish = TokenWish(
            scope: .pool(try name("health")), packs: [try name("care")], purpose: "once", uses: 1,
            until: .after(seconds: 86_400))
        let before = try TestFolder(copying: consortium.folder.directory)
        let first = try await consortium.session("statistics").requestToken(wish).token
        // As after a crash before the ledger had it: what was signed is submitted again, at a later time.
        try consortium.takeLedgers(from: before)
        consortium.clock.advance(seconds: 60)
        #expect(try await consortium.session("statistics").requestToken(wish).token == first)
        // As after a crash before it was printed.
        #expect(try await consortium.request(wish) == first.hex)
        #expect(try consortium.session("site1").state { try $0.tokens() }.map(\.id) == [first])
        // Who knows of it and asks again asks for another one.
        #expect(try await consortium.request(wish) != first.hex)
    }

    @Test("A request that was signed too long ago to be recorded is signed anew")
    func expiredRequest() async throws {
        let consortium = try await TestConsortium.published()
        let wish = TokenWish(
            scope: .pool(try name("health")), packs: [try name("care")], purpose: "once", uses: 1,
            until: .after(seconds: 86_400))
        let before = try TestFolder(copying: consortium.folder.directory)
        let first = try await consortium.session("statistics").requestToken(wish).token
        try consortium.takeLedgers(from: before)
        consortium.clock.advance(seconds: 4_000)
        #expect(try await consortium.request(wish) != first.hex)
    }

    @Test("Approving, denying and revoking again write nothing")
    func decisions() async throws {
        let consortium = try await TestConsortium.published()
        let (token, denied) = (try await consortium.grant(), try await consortium.request(["profile"]))
        #expect(try await consortium.session("site1").denyToken(denied, reason: nil) != nil)
        for party in ["site2", "statistics"] {
            #expect(try await consortium.session(party).revokeToken(token, reason: "over") != nil)
        }
        let size = try consortium.session("site1").ledger.head()?.size
        #expect(try await consortium.session("site1").denyToken(denied, reason: nil) == nil)
        #expect(try await consortium.session("site1").approveToken(token) == nil)
        for party in ["site2", "statistics"] {
            #expect(try await consortium.session(party).revokeToken(token, reason: "over") == nil)
        }
        #expect(try consortium.session("site1").ledger.head()?.size == size)
    }

    @Test("Opening again changes nothing")
    func open() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let size = try consortium.session("ministry").ledger.head()?.size
        let again = try await OpenRecordedResult(result).run(as: consortium.session("ministry"))
        #expect(again.wasThere)
        #expect(try consortium.session("ministry").ledger.head()?.size == size)
    }

    @Test("An opening that was killed between recording and handing out is handed out by the next run")
    func openAfterCrash() async throws {
        let (consortium, result) = try await TestConsortium.opened()
        let session = try consortium.session("ministry")
        let recorded = try session.show(result: result).recorded
        let opening = try #require(recorded.opening).opening
        let parts = try DAGJSON.links(in: session.blobs.get(opening))
        let bytes = try parts.reduce(into: Data()) { try $0.append(session.blobs.get($1).data) }
        // As the disk is when the power goes after the transaction was accepted.
        try bytes.write(to: session.home.pendingDirectory.appending(path: "\(recorded.record.id.hex).\(opening.text)"))
        for cid in parts + [opening] { try consortium.removeBlob(cid) }
        #expect(throws: (any Error).self) { try consortium.session("statistics").show(result: result) }
        #expect(try await OpenRecordedResult(result).run(as: consortium.session("ministry")).wasThere)
        #expect(try consortium.session("statistics").show(result: result).table != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: session.home.pendingDirectory.path).isEmpty)
    }

    @Test("An opening that was staged and never recorded leaves nothing readable, and the next run opens")
    func stagedOnly() async throws {
        let consortium = try await TestConsortium.published()
        let computed = try await consortium.query(token: consortium.grant())
        let before = try TestFolder(copying: consortium.folder.directory)
        _ = try await consortium.open(computed.id)
        try consortium.takeLedgers(from: before)
        #expect(try consortium.session("statistics").show(result: computed.id.hex).status == .computed)
        #expect(try await !consortium.open(computed.id).wasThere)
        #expect(try consortium.session("statistics").show(result: computed.id.hex).table != nil)
    }
}

@Suite("A ledger that was put back or changed")
struct LedgerHistoryTests {
    @Test("A party that has seen more refuses a ledger that was put back")
    func rollback() async throws {
        let consortium = try await TestConsortium.published()
        let before = try TestFolder(copying: consortium.folder.directory)
        _ = try await consortium.request()
        _ = try consortium.session("site1")
        try consortium.takeLedgers(from: before, seen: false)
        let error = #expect(throws: LedgerError.self) { _ = try consortium.session("site1") }
        guard case .rollback(let seen, let shown) = error else {
            Issue.record("refused otherwise: \(String(describing: error))")
            return
        }
        #expect(seen.size > shown.size)
        // Who had not looked meanwhile cannot know.
        _ = try consortium.session("site2")
    }

    @Test("A party refuses a ledger that tells another story of the same length")
    func fork() async throws {
        let consortium = try await TestConsortium.published()
        let other = try TestConsortium(copying: consortium.folder, at: consortium.clock.now)
        _ = try await consortium.request(uses: 1)
        _ = try consortium.session("site1")
        _ = try await other.request(uses: 1_000)
        try consortium.takeLedgers(from: other.folder, seen: false)
        let error = #expect(throws: LedgerError.self) { _ = try consortium.session("site1") }
        guard case .fork = error else {
            Issue.record("refused otherwise: \(String(describing: error))")
            return
        }
    }
}

extension TestConsortium {
    func csv(site: Int) throws -> URL {
        let csv = folder.url("site\(site).csv")
        try Data(TestConsortium.table.get().csv(site: site).utf8).write(to: csv)
        return csv
    }

    /// Puts the shared ledgers of another copy in place of this one's.
    /// - Parameter seen: Whether the parties' own copies are put back too, as if nothing had been written at all.
    func takeLedgers(from other: TestFolder, seen: Bool = true) throws {
        var places = ["ledgers"]
        if seen { places += local.partyNames.map { "parties/\($0)/seen" } }
        for place in places {
            let target = folder.url(place)
            try FileManager.default.removeItem(at: target)
            try FileManager.default.copyItem(at: other.url(place), to: target)
        }
    }

    func removeBlob(_ cid: CID) throws {
        let found =
            FileManager.default.enumerator(atPath: local.blobs.path)?.compactMap { $0 as? String }
            .filter { $0.hasSuffix(cid.text) } ?? []
        try #require(found.count == 1)
        for path in found { try FileManager.default.removeItem(at: local.blobs.appending(path: path)) }
    }
}
