import ArgumentParser
import Foundation
import Multiprecision

/// How many threads an operation is measured on.
struct Workers: Sendable {
    /// Threads; 1 means the caller's own.
    let count: Int

    /// As many threads as cores.
    static var all: Workers { Workers(count: ProcessInfo.processInfo.activeProcessorCount) }
    /// The caller's thread.
    static let one = Workers(count: 1)

    /// Batches of one run of an operation: one where the caller does it, enough for an even load where several threads
    /// do.
    var batchCount: Int { count == 1 ? 1 : 4 * count }

    /// Calls `body` for every index below `batchCount`, on all threads; throws one of its errors.
    func run(batchCount: Int, _ body: @Sendable (_ index: Int) throws -> Void) throws {
        _ = try concurrentMap(batchCount, workers: count) { index in try body(index) }
    }

    /// Contiguous parts of `0..<total`, one a thread.
    func parts(of total: Int) -> [Range<Int>] {
        (0..<count).map { total * $0 / count..<total * ($0 + 1) / count }
    }
}

/// `--threads 1|all`.
enum ThreadChoice: String, ExpressibleByArgument, CaseIterable {
    case one = "1"
    case all

    var workers: Workers { self == .one ? .one : .all }
}
