import Synchronization

/// The short way out of a node for what it cosigns and says in the agreement: in the call that gives it, without a task in
/// between. A block is final when the slowest of a quorum has arrived.
package final class DirectMessages: Sendable {
    private let handler = Mutex<(@Sendable (NodeOutput) -> Void)?>(nil)

    /// From now on `send` is called with each ``NodeOutput/send(_:)`` and ``NodeOutput/agree(_:)``; it returns at once.
    package func handle(_ send: @escaping @Sendable (NodeOutput) -> Void) {
        handler.withLock { $0 = send }
    }

    /// - Returns: Whether somebody handles it.
    func take(_ output: NodeOutput) -> Bool {
        switch output {
        case .send, .agree: break
        default: return false
        }
        guard let send = handler.withLock({ $0 }) else { return false }
        send(output)
        return true
    }
}
