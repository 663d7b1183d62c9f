import Foundation
import Ledger
import SharingModel
import Testing

/// An order, and the means to do to it what only its owner or a dishonest department does.
protocol OrderUnderTest: Sendable {
    associatedtype Log: BatchLog
    func log(of department: PartyName) throws -> Log
    /// Writes or deletes, whatever stands there.
    func put(_ batch: Data?, height: Int, as department: PartyName) async throws
    /// Forgets what was written over or deleted up to now.
    func compact() async throws
    /// The heights of a department's batches that stand.
    func heights(of department: PartyName) async throws -> [Int]
}

extension EtcdOrder: OrderUnderTest {}

extension MemoryOrder: OrderUnderTest {
    func put(_ batch: Data?, height: Int, as department: PartyName) async throws {
        put(batch, height: height, as: department, isNew: false)
    }
}

/// What every order of batches promises: the one of the tests, and etcd itself.
@Suite("Orders of batches", .serialized)
struct BatchLogTests {
    enum Kind: CaseIterable { case memory, etcd }

    private func run(_ kind: Kind, _ body: (any OrderUnderTest) async throws -> Void) async throws {
        switch kind {
        case .memory: try await body(MemoryOrder())
        case .etcd: try await EtcdOrder.run(origin: "chancery/test/health") { try await body($0) }
        }
    }

    private func bytes(_ text: String) -> Data { Data(text.utf8) }

    private func party(_ text: String) throws -> PartyName { try Name(text: text) }

    /// As many items as are asked for, from behind a place on.
    private func read(
        _ count: Int, from log: some BatchLog, after position: Int64 = 0, height: Int = 0
    ) async throws -> [BatchLogItem] {
        var items: [BatchLogItem] = []
        if count == 0 { return items }
        for try await item in log.events(after: position, from: height) {
            items.append(item)
            if items.count == count { break }
        }
        return items
    }

    /// `site1/4 written one`
    private func text(_ items: [BatchLogItem]) -> [String] {
        items.map { item in
            switch item {
            case .gap: "gap"
            case .event(let event):
                switch event.change {
                case .written(let batch):
                    "\(event.department)/\(event.height) written \(String(decoding: batch, as: UTF8.self))"
                case .rewritten(let batch):
                    "\(event.department)/\(event.height) rewritten \(String(decoding: batch, as: UTF8.self))"
                case .deleted: "\(event.department)/\(event.height) deleted"
                }
            }
        }
    }

    private func positions(_ items: [BatchLogItem]) -> [Int64] {
        items.map { item in
            switch item {
            case .gap(let lost): lost
            case .event(let event): event.position
            }
        }
    }

    @Test(
        "A department's batch of a height is written once, and all read all batches in one order",
        arguments: Kind.allCases)
    func writesOnce(kind: Kind) async throws {
        try await run(kind) { order in
            let (one, two) = (try order.log(of: party("site1")), try order.log(of: party("site2")))
            try await one.write(bytes("one"), height: 4)
            try await two.write(bytes("two"), height: 4)
            try await one.write(bytes("again"), height: 4)
            try await one.write(bytes("next"), height: 5)
            let expected = ["site1/4 written one", "site2/4 written two", "site1/5 written next"]
            let items = try await read(3, from: one)
            #expect(text(items) == expected)
            #expect(try await text(read(3, from: two)) == expected)
            // From any place on, and nothing twice.
            let places = positions(items)
            #expect(places == places.sorted() && Set(places).count == 3)
            #expect(try await text(read(2, from: two, after: places[0])) == Array(expected.dropFirst()))
            #expect(try await one.newest().position == places[2])
        }
    }

    @Test(
        "What is written over or deleted is shown in its place, and what comes later as it comes",
        arguments: Kind.allCases)
    func rewritten(kind: Kind) async throws {
        try await run(kind) { order in
            let (site1, log) = (try party("site1"), try order.log(of: party("site2")))
            let reading = Task { try await text(read(5, from: log)) }
            for batch in ["one", "other", nil, "third"] {
                try await order.put(batch.map(bytes), height: 7, as: site1)
            }
            try await log.write(bytes("two"), height: 7)
            #expect(
                try await reading.value == [
                    "site1/7 written one", "site1/7 rewritten other", "site1/7 deleted", "site1/7 written third",
                    "site2/7 written two",
                ])
        }
    }

    @Test(
        "Behind a gap comes what still stands, each write in its place, and then the rest without hole or doubling",
        arguments: Kind.allCases)
    func gap(kind: Kind) async throws {
        try await run(kind) { order in
            let (site1, site2, site3) = (try party("site1"), try party("site2"), try party("site3"))
            let log = try order.log(of: site3)
            try await order.put(bytes("old"), height: 3, as: site1)
            try await order.put(bytes("first"), height: 4, as: site2)
            let seen = try #require(positions(try await read(2, from: log)).last)
            try await order.put(bytes("second"), height: 4, as: site1)
            try await order.put(bytes("hidden"), height: 4, as: site3)
            try await order.put(bytes("third"), height: 5, as: site2)
            try await order.put(bytes("shown"), height: 4, as: site3)
            try await order.put(bytes("gone"), height: 6, as: site1)
            try await order.put(nil, height: 6, as: site1)
            try await order.put(bytes("last"), height: 5, as: site1)
            try await order.compact()
            try await order.put(bytes("later"), height: 6, as: site2)
            try await order.put(bytes("latest"), height: 4, as: site1)

            let expected = [
                "gap", "site2/4 written first", "site1/4 written second", "site2/5 written third",
                "site3/4 rewritten shown", "site1/5 written last", "site2/6 written later", "site1/4 rewritten latest",
            ]
            let items = try await read(8, from: log, height: 4)
            #expect(text(items) == expected)
            let places = positions(Array(items.dropFirst()))
            #expect(places == places.sorted() && Set(places).count == 7)
            // The gap ends directly before the compaction, which was the newest place then: nothing later is in doubt.
            #expect(positions(items)[0] == places[4] - 1)
            // What was seen before does not come again.
            #expect(try await text(read(7, from: log, after: seen, height: 4)) == ["gap"] + expected.dropFirst(2))
            // Who has seen all that is gone has no gap.
            let rest = Array(expected.dropFirst(5).prefix(2))
            #expect(try await text(read(2, from: log, after: places[4] - 1, height: 4)) == rest)
        }
    }

    @Test("What stands of a height is told with its places, and with digests where asked for", arguments: Kind.allCases)
    func standing(kind: Kind) async throws {
        try await run(kind) { order in
            let sites = try ["site1", "site2", "site3", "site4", "site5"].map { try party($0) }
            let log = try order.log(of: sites[0])
            for (site, batches) in zip(sites, [["one"], ["two", "other"], ["three", nil], ["four", nil, "again"]]) {
                for batch in batches { try await order.put(batch.map(bytes), height: 7, as: site) }
            }
            try await order.put(bytes("elsewhere"), height: 8, as: sites[4])
            let places = positions(try await read(9, from: log))
            func standing(through place: Int64) async throws -> StandingBatches {
                // More than etcd takes in one transaction.
                try await log.standing(
                    StandingRequest(
                        height: 7, departments: sites + (6...140).map { try party("site\($0)") },
                        contents: [sites[1], sites[4]], place: place))
            }
            let answer = try await standing(through: places[8])
            #expect(answer.position == places[8])
            #expect(
                answer.batches == [
                    sites[0]: .init(created: places[0], newest: places[0], digest: nil),
                    sites[1]: .init(created: places[1], newest: places[2], digest: .sha256(bytes("other"))),
                    sites[3]: .init(created: places[7], newest: places[7], digest: nil),
                ])
            // A place that nobody has written to yet is not waited for.
            #expect(try await standing(through: places[8] + 100) == answer)
        }
    }

    @Test("A department forgets its own batches below a height and no others", arguments: Kind.allCases)
    func forgets(kind: Kind) async throws {
        try await run(kind) { order in
            let (site1, site2) = (try party("site1"), try party("site2"))
            let log = try order.log(of: site1)
            try await log.join()
            for height in [1, 2, 99, 100, 101] {
                for site in [site1, site2] { try await order.put(bytes("\(height)"), height: height, as: site) }
            }
            try await log.forget(below: 0)
            #expect(try await order.heights(of: site1) == [1, 2, 99, 100, 101])
            try await log.forget(below: 100)
            #expect(try await order.heights(of: site1) == [100, 101])
            #expect(try await order.heights(of: site2) == [1, 2, 99, 100, 101])
            #expect(try await log.hasJoined())
        }
    }

    @Test("That a department has joined is remembered by a mark that is never the same", arguments: Kind.allCases)
    func joins(kind: Kind) async throws {
        try await run(kind) { order in
            let (one, two) = (try order.log(of: party("site1")), try order.log(of: party("site2")))
            #expect(try await !one.hasJoined())
            #expect(try await one.newest().mark == nil)
            try await one.join()
            let newest = try await one.newest()
            #expect(newest.mark != nil)
            try await one.join()
            try await two.join()
            #expect(try await one.hasJoined())
            #expect(try await one.newest().mark == newest.mark)
            let other = try await two.newest()
            #expect(other.order == newest.order && other.mark != newest.mark)
        }
    }

    @Test("Behind a gap etcd's keys are read in pages, and none is lost between them")
    func pages() async throws {
        try await EtcdOrder.run(origin: "chancery/test/health") { order in
            let (site1, log) = (try party("site1"), try order.log(of: party("site2")))
            try await order.put(bytes("x"), height: 1, as: site1)
            try await order.put(bytes("y"), height: 1, as: site1)
            // One revision each hundred; the newest heights are looked at, and what lies before costs no more than its name.
            try await order.putMany(2..<12_002, as: site1)
            try await order.compact()
            let items = try await read(102, from: log, height: 11_901)
            #expect(text(items).first == "gap")
            #expect(text(items).dropFirst() == (11_901..<12_002).map { "site1/\($0) written \($0)" }[...])
        }
    }
}
