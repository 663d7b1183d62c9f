import SharingModel

/// What the order has shown for heights that are not decided yet: of each height either everything so far, in order,
/// or it is known that something was passed over and has to be read again before that height is decided.
///
/// Bounded, and without the second half of that rule a department that floods the order could make two others take
/// different batches for the first.
package struct PendingEvents {
    private var kept: [BatchEvent] = []
    /// The lowest height of which an event was passed over.
    private var incompleteFrom: Int?

    package init() {}

    private static let mostKept = 64
    private static let farthest = 8

    /// - Parameter next: The height that is decided next. Its events have room of their own: each is judged as it comes,
    ///   unless it waits for one before it.
    package mutating func keep(_ event: BatchEvent, next: Int) {
        guard event.height >= next, event.batch != nil else { return }
        if let incompleteFrom, event.height >= incompleteFrom { return }
        let kept = event.height == next ? kept.count { $0.height == next } : kept.count { $0.height > next }
        if event.height <= next + PendingEvents.farthest, kept < PendingEvents.mostKept {
            self.kept.append(event)
        } else {
            incompleteFrom = event.height
        }
    }

    /// Whether the order has to be read again before `height` is decided, if none of its events that are here counts.
    package func isIncomplete(_ height: Int) -> Bool { incompleteFrom.map { $0 <= height } ?? false }

    /// The first event of `height`, which stays until ``drop(_:)``.
    package func first(of height: Int) -> BatchEvent? { kept.first { $0.height == height } }

    /// Drops the first event that equals `event`: it is judged.
    package mutating func drop(_ event: BatchEvent) {
        if let index = kept.firstIndex(of: event) { kept.remove(at: index) }
    }

    /// Drops the events of heights that are decided.
    package mutating func forget(through height: Int) { kept.removeAll { $0.height <= height } }

    /// Before the order is read again from an earlier place.
    package mutating func reset() { self = PendingEvents() }

    /// Whether nothing waits to be judged.
    package var isEmpty: Bool { kept.isEmpty }
}
