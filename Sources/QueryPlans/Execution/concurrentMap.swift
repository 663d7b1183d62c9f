import Dispatch
import Foundation
import Synchronization

/// `transform` of each number below `count`, on up to `workers` threads; the results in order.
///
/// The first error in order of the numbers is thrown, whichever thread met one first; after an error no further work
/// begins.
func concurrentMap<Result: Sendable>(
    _ count: Int, workers: Int, _ transform: @Sendable (Int) throws -> Result
) throws -> [Result] {
    let results = Mutex<[Swift.Result<Result, any Error>?]>(Array(repeating: nil, count: count))
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, count))) { _ in
        while !failed.load(ordering: .relaxed) {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            let result = Swift.Result { try transform(index) }
            if case .failure = result { failed.store(true, ordering: .relaxed) }
            results.withLock { $0[index] = result }
        }
    }
    let all = results.withLock { $0 }
    for case .failure(let error)? in all { throw error }
    return try all.compactMap { try $0?.get() }
}
