import Foundation

/// Times several operations in turn, in short repetitions, so that all of them see the same load.
///
/// The tenth percentile of the repetitions is what the operation takes when the machine is left alone for a moment;
/// the least would be luck, the mean would be the neighbours.
struct InterleavedTimings {
    private struct Operation {
        let batch: Int
        let body: () throws -> Void
        var seconds: [Double] = []
    }

    private var operations: [Operation] = []
    private let clock = ContinuousClock()

    /// Rounds that are made however long they take.
    private static let leastRounds = 10
    /// A repetition is long enough for the clock not to matter.
    private static let leastSeconds = 0.001

    /// Adds an operation, and finds out how often it fits into a repetition.
    /// - Returns: Its place in ``tenthPercentiles(budget:)``.
    @discardableResult
    mutating func add(_ body: @escaping () throws -> Void) throws -> Int {
        try body()
        let once = try clock.measure { try body() } / .seconds(1)
        let batch = max(1, Int((InterleavedTimings.leastSeconds / max(once, 1e-9)).rounded(.up)))
        operations.append(Operation(batch: batch, body: body))
        return operations.count - 1
    }

    /// Repeats all operations in turn for about `budget` seconds.
    /// - Returns: Seconds of one execution of each, in the order of adding.
    mutating func tenthPercentiles(budget: Double, progress: (_ share: Double) -> Void) throws -> [Double] {
        let start = clock.now
        var rounds = 0
        while true {
            let spent = start.duration(to: clock.now) / .seconds(1)
            if rounds >= InterleavedTimings.leastRounds, spent >= budget { break }
            progress(spent / budget)
            for index in operations.indices {
                let operation = operations[index]
                let elapsed = try clock.measure { for _ in 0..<operation.batch { try operation.body() } }
                operations[index].seconds.append(elapsed / .seconds(1) / Double(operation.batch))
            }
            rounds += 1
        }
        return operations.map { $0.seconds.percentile(10) }
    }
}

extension [Double] {
    /// The element that `percent` of a hundred are not above; `self` is not empty.
    func percentile(_ percent: Int) -> Double {
        sorted()[Swift.min(count - 1, count * percent / 100)]
    }
}

/// What the process has used so far.
struct ResourceUsage {
    /// Seconds of all cores, in the program and in the system for it.
    let processorSeconds: Double
    /// The most memory that was resident at any time, in bytes; mapped files count while they are resident.
    let peakBytes: Int

    static var now: ResourceUsage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        return ResourceUsage(processorSeconds: seconds, peakBytes: usage.ru_maxrss * 1024)
    }
}

/// A folder that goes away with the last reference.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "chancery-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}
