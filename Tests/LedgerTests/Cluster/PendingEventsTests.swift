import Foundation
import Ledger
import SharingModel
import Testing

/// Of each height either everything that the order has shown, in order, or the knowledge that something is missing.
@Suite("Events of the order that are not judged yet")
struct PendingEventsTests {
    private func event(_ position: Int64, height: Int, by department: String = "site1") throws -> BatchEvent {
        BatchEvent(
            position: position, department: try name(department), height: height,
            change: .written(Data("\(position)".utf8)))
    }

    @Test("Events of a height come in the order in which they were shown, and each until it is judged")
    func order() throws {
        var events = PendingEvents()
        let (first, second, later) = (try event(1, height: 4), try event(2, height: 4), try event(3, height: 5))
        for event in [first, second, later] { events.keep(event, next: 4) }
        #expect(events.first(of: 4) == first && events.first(of: 4) == first)
        events.drop(first)
        #expect(events.first(of: 4) == second)
        events.forget(through: 4)
        #expect(events.first(of: 4) == nil && events.first(of: 5) == later && !events.isIncomplete(5))
    }

    @Test("Heights that are decided and deletions take no room")
    func passedOver() throws {
        var events = PendingEvents()
        events.keep(try event(1, height: 3), next: 4)
        events.keep(BatchEvent(position: 2, department: try name("site1"), height: 4, change: .deleted), next: 4)
        #expect(events.isEmpty)
    }

    @Test("A flood of coming heights leaves the next one its room; what is passed over has to be read again")
    func flood() throws {
        var events = PendingEvents()
        for position in 1...100 { events.keep(try event(Int64(position), height: 6), next: 4) }
        #expect(events.isIncomplete(6) && events.isIncomplete(7) && !events.isIncomplete(5))
        let next = try event(101, height: 4)
        events.keep(next, next: 4)
        #expect(events.first(of: 4) == next && !events.isIncomplete(4))
        // Behind what was passed over nothing of that height is taken as if it were the next of it.
        events.forget(through: 6)
        events.keep(try event(102, height: 7), next: 7)
        #expect(events.first(of: 7) == nil && events.isIncomplete(7))
        events.reset()
        events.keep(try event(50, height: 7), next: 7)
        #expect(events.first(of: 7)?.position == 50 && !events.isIncomplete(7))
    }

    @Test("A height too far ahead is not kept, and those before it are not touched by that")
    func farAhead() throws {
        var events = PendingEvents()
        events.keep(try event(1, height: 13), next: 4)
        events.keep(try event(2, height: 12), next: 4)
        #expect(events.isIncomplete(13) && !events.isIncomplete(12))
        #expect(events.first(of: 12)?.position == 2 && events.first(of: 13) == nil)
    }
}
