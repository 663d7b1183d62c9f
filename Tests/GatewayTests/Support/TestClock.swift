import SharingModel
import Synchronization

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let seconds: Mutex<Int64>

    init(_ start: Timestamp) {
        seconds = Mutex(start.seconds)
    }

    var now: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }

    func advance(seconds more: Int64) {
        seconds.withLock { $0 += more }
    }
}
