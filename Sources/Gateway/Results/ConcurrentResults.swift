import Synchronization

/// Results that threads put down in any order and that are taken in the order of their places.
final class ConcurrentResults<Value: Sendable>: Sendable {
    private let slots: Mutex<[Result<Value, any Error>?]>

    init(count: Int) {
        slots = Mutex(Array(repeating: nil, count: count))
    }

    func set(_ index: Int, _ result: Result<Value, any Error>) {
        slots.withLock { $0[index] = result }
    }

    /// - Throws: The first error, by place.
    func values() throws -> [Value] {
        try slots.withLock { slots in
            try slots.compactMap { try $0?.get() }
        }
    }
}
