import Synchronization

/// The short way out of a node for its cosignatures: in the call that gives them, without a task in between. A block is
/// final when the slowest of a quorum has arrived.
package final class DirectCosignatures: Sendable {
    private let handler = Mutex<(@Sendable (CosignatureMessage) -> Void)?>(nil)

    /// From now on `send` is called with each; it returns at once.
    package func handle(_ send: @escaping @Sendable (CosignatureMessage) -> Void) {
        handler.withLock { $0 = send }
    }

    /// - Returns: Whether somebody handles it.
    func take(_ message: CosignatureMessage) -> Bool {
        guard let send = handler.withLock({ $0 }) else { return false }
        send(message)
        return true
    }
}
