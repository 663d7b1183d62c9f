import Foundation
import Ledger
import SharingModel
import Synchronization
import Testing

/// Of what came of the order for a height, and of what the order says when it is asked what stands.
@Suite("A second reading of the order")
struct SecondReadingTests {
    private typealias Standing = StandingBatches.Batch

    private func event(_ position: Int64, by department: String, _ text: String = "batch") throws -> BatchEvent {
        BatchEvent(
            position: position, department: try name(department), height: 4, change: .written(Data(text.utf8)))
    }

    private func members() throws -> [PartyName] { try ["site1", "site2", "site3"].map { try name($0) } }

    private func standing(_ position: Int64, _ batches: [String: Standing]) throws -> StandingBatches {
        StandingBatches(
            position: position,
            batches: Dictionary(uniqueKeysWithValues: try batches.map { (try name($0.key), $0.value) }))
    }

    private func once(_ position: Int64, _ text: String? = nil) -> Standing {
        Standing(created: position, newest: position, digest: text.map { .sha256(Data($0.utf8)) })
    }

    private func ask(_ reading: inout SecondReading) throws -> StandingRequest {
        let request = reading.request(height: 4, members: try members())
        #expect(reading.request(height: 4, members: try members()) == nil, "it is asked once")
        return try #require(request)
    }

    private func skip(_ event: BatchEvent, in reading: inout SecondReading) -> Bool { reading.skip(event, .malformed) }

    /// Judges these, asks, and takes the answer.
    private func answer(
        _ events: [BatchEvent], skipping skipped: Set<Int64> = [], after start: Int64 = 10, _ standing: StandingBatches
    ) throws -> (answer: SecondReading.Answer, isConfirmed: Bool) {
        var reading = SecondReading()
        for event in events {
            reading.judge(event)
            if skipped.contains(event.position) { #expect(skip(event, in: &reading)) }
        }
        let last = try #require(events.last).position
        #expect(!reading.confirms(last))
        #expect(try ask(&reading).place == last)
        return (reading.take(standing, after: start), reading.confirms(last))
    }

    @Test("Where the order shows the same twice, what came is believed")
    func same() throws {
        let (answer, isConfirmed) = try answer(
            [event(11, by: "site2")], standing(12, ["site2": once(11), "site1": once(12)]))
        #expect(answer == .same([]) && isConfirmed, "what stands behind it does not matter")
    }

    @Test("A batch that was expected needs no second reading, unless something came before it or went wrong")
    func expected() throws {
        let (other, batch) = (try event(11, by: "site2"), try event(12, by: "site1"))
        var plain = SecondReading()
        plain.judge(batch, isExpected: true)
        let request = plain.request(height: 4, members: try members())
        #expect(request == nil && plain.confirms(12))
        var second = SecondReading()
        second.judge(other)
        second.judge(batch, isExpected: true)
        #expect(!second.confirms(12))
        var doubted = SecondReading(isDoubted: true)
        doubted.judge(batch, isExpected: true)
        #expect(!doubted.confirms(12))
    }

    @Test("A batch before it that did not come, one written over, and a place that is not the order's are found")
    func differs() throws {
        let late = try event(12, by: "site1")
        for batches in [
            ["site2": once(11), "site1": once(12)], ["site1": Standing(created: 11, newest: 12, digest: nil)],
            ["site1": once(11)],
        ] {
            let (answer, isConfirmed) = try answer([late], standing(12, batches))
            #expect(answer == .differs && !isConfirmed, "\(batches)")
        }
        #expect(try answer([late], standing(11, ["site1": once(11)])).answer == .differs)
    }

    @Test("What stands where nothing counts any more, and what was deleted since, need not have come")
    func before() throws {
        let came = try event(12, by: "site1")
        #expect(try answer([came], after: 11, standing(12, ["site1": once(12), "site2": once(11)])).isConfirmed)
        #expect(try answer([came], standing(13, [:])).isConfirmed)
    }

    @Test("A batch is skipped for what the order has there, not for what became of it on its way")
    func skipped() throws {
        let (spoilt, good) = (try event(11, by: "site2", "bat\0h"), try event(12, by: "site1"))
        func judged(_ standing: Standing?) throws -> (answer: SecondReading.Answer, isConfirmed: Bool) {
            var batches = ["site1": once(12)]
            batches["site2"] = standing
            return try answer([spoilt, good], skipping: [11], self.standing(12, batches))
        }
        #expect(try judged(once(11, "batch")).answer == .differs)
        #expect(try judged(once(10, "bat\0h")).answer == .differs, "it never stood there")
        for standing in [once(11, "bat\0h"), Standing(created: 11, newest: 12, digest: nil), nil] {
            let (answer, isConfirmed) = try judged(standing)
            guard case .same(let told) = answer else { throw MissingKey() }
            #expect(try told.map(\.department) == [name("site2")] && told.map(\.position) == [11] && isConfirmed)
        }
    }

    @Test("What was skipped while the answer was on its way is asked for anew")
    func skippedMeanwhile() throws {
        var reading = SecondReading()
        let (bad, good) = (try event(11, by: "site2", "x"), try event(12, by: "site1"))
        reading.judge(bad)
        #expect(try ask(&reading).contents.isEmpty)
        #expect(skip(bad, in: &reading))
        reading.judge(good)
        let shown = try reading.take(standing(12, ["site2": once(11), "site1": once(12)]), after: 10)
        #expect(shown == .same([]))
        #expect(!reading.confirms(11) && !reading.confirms(12))
        let second = try ask(&reading)
        #expect(second.contents == [try name("site2")] && second.place == 12)
        let answer = try reading.take(standing(12, ["site2": once(11, "x"), "site1": once(12)]), after: 10)
        #expect(answer != .differs && reading.confirms(12))
    }

    @Test("A department that floods a height fills its own room only, and stops nobody")
    func flood() throws {
        var reading = SecondReading()
        for position in 11..<211 {
            let flood = try event(Int64(position), by: "site3", "flood")
            reading.judge(flood)
            // The first ones are confirmed before they are told, the rest is told at once.
            #expect(skip(flood, in: &reading) == (position < 74))
        }
        let good = try event(300, by: "site1")
        reading.judge(good)
        _ = try ask(&reading)
        let flooded = Standing(created: 11, newest: 210, digest: .sha256(Data("flood".utf8)))
        let answer = try reading.take(standing(300, ["site3": flooded, "site1": once(300)]), after: 10)
        #expect(answer != .differs)
        #expect(reading.confirms(300))
    }

    @Test("A name that was not judged takes no room, and what it wrote is told at once")
    func strangers() throws {
        var reading = SecondReading()
        let stranger = try event(11, by: "stranger")
        #expect(!skip(stranger, in: &reading))
        #expect(reading.skipped.isEmpty)
    }

    @Test("After a start, and where nobody here knew of something to write, the first in turn is asked for too")
    func asked() async throws {
        // None but the department whose turn it is writes in this time.
        try await TestCluster.run(departments: 3, patience: .seconds(600)) { cluster in
            let start = try #require(try await cluster.settle(cluster.consortium.departments)).height
            for (round, isKnownToAll) in [true, true, true, false].enumerated() {
                let height = start + 1 + round
                let envelope = try cluster.consortium.envelope(
                    cluster.consortium.request(purpose: "\(round)"), by: "statistics")
                guard case .admitted(let transaction) = try cluster.members[0].ledger.admit(envelope) else {
                    throw MissingKey()
                }
                let proposer = cluster.members[height % 3]
                for other in cluster.members where isKnownToAll && other.name != proposer.name {
                    other.pool.add([transaction])
                }
                proposer.pool.add([transaction])
                let head = try await cluster.settle(cluster.consortium.departments, at: height)
                #expect(head?.record.proposer == proposer.node.party)
            }
            // What a node asks is carried after what it tells; the last is waited for.
            while cluster.readings.withLock({ $0[start + 4] }) == nil { try await Task.sleep(for: TestCluster.beat) }
            let readings = cluster.readings.withLock { $0 }
            #expect(Set(readings.keys) == [start + 1, start + 4], "\(readings)")
        }
    }
}
