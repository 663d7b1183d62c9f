import Synchronization
import TransparencyLog

/// The newest checkpoint that this process has seen and checked; what is read later must continue it.
///
/// This is no cache: nothing is answered from it.
final class LastSeen: Sendable {
    private let state: Mutex<Checkpoint?>

    init(_ checkpoint: Checkpoint?) {
        state = Mutex(checkpoint)
    }

    var checkpoint: Checkpoint? { state.withLock { $0 } }

    /// Keeps the larger: two threads may have read in one order and arrive in the other.
    func keep(_ checkpoint: Checkpoint) {
        state.withLock { seen in
            if checkpoint.size >= seen?.size ?? 0 { seen = checkpoint }
        }
    }
}
