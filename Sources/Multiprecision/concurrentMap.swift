import Dispatch
import Synchronization

/// `transform` of each number below `count`, on up to `workers` threads; the results in order.
///
/// The first error in order of the numbers is thrown, whichever thread met one first; after an error no further work
/// begins.
package func concurrentMap<Result: Sendable, Failure: Error>(
    _ count: Int, workers: Int, _ transform: @Sendable (Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
    let results = Mutex<[Swift.Result<Result, Failure>?]>(Array(repeating: nil, count: count))
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, count))) { _ in
        while !failed.load(ordering: .relaxed) {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            let result = Swift.Result { () throws(Failure) in try transform(index) }
            if case .failure = result { failed.store(true, ordering: .relaxed) }
            results.withLock { $0[index] = result }
        }
    }
    // A failure leaves gaps, but only behind the first one: its error is met before any gap is passed over in silence.
    let all = results.withLock { $0 }
    var values: [Result] = []
    values.reserveCapacity(count)
    for result in all { if let result { values.append(try result.get()) } }
    return values
}
