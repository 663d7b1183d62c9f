import Synchronization

/// The newest values that were worked out, by what they were worked out from, up to a number: for what is asked for
/// again soon and comes out the same every time.
package final class RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var values: [Key: Value] = [:]
        /// Keys in the order in which they came; a ring once it is full.
        var order: [Key] = []
        var oldest = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: Values that are kept, 1 or more.
    package init(limit: Int) { self.limit = limit }

    /// The value for `key`, worked out unless it is here. What throws or is `nil` is not kept.
    package func value(for key: Key, _ make: () throws -> Value?) rethrows -> Value? {
        if let known = state.withLock({ $0.values[key] }) { return known }
        guard let made = try make() else { return nil }
        state.withLock { state in
            guard state.values.updateValue(made, forKey: key) == nil else { return }
            if state.order.count < limit {
                state.order.append(key)
            } else {
                state.values[state.order[state.oldest]] = nil
                state.order[state.oldest] = key
                state.oldest = (state.oldest + 1) % limit
            }
        }
        return made
    }
}
