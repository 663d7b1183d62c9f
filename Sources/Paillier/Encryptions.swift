import Foundation
public import Multiprecision

extension Encryptor {
    /// Encrypts a stream of plaintexts on all cores; the ciphertexts come in the plaintexts' order.
    ///
    /// ```swift
    /// for try await batch in encryptor.encryptions(of: numbers, progress: { bar.show($0) }) { … }
    /// ```
    /// Only a few batches are in work at a time, so memory does not grow with the stream; who stops iterating, or whose
    /// task is cancelled, stops the work.
    /// - Parameters:
    ///   - plaintexts: Each in `[0, n)`; read as they are needed.
    ///   - batchSize: Plaintexts of a batch; a multiple of 8 serves a vector unit best.
    ///   - progress: Called after each batch with the number of ciphertexts given out so far.
    public func encryptions<Plaintexts: Sequence<BigInteger>>(
        of plaintexts: Plaintexts, batchSize: Int = 64, progress: (@Sendable (Int) -> Void)? = nil
    ) -> Encryptions<Plaintexts> {
        precondition(batchSize > 0, "a batch holds something")
        return Encryptions(encryptor: self, plaintexts: plaintexts, batchSize: batchSize, progress: progress)
    }
}

/// Batches of ciphertexts, in the order of their plaintexts: see ``Encryptor/encryptions(of:batchSize:progress:)``.
///
/// Iteration throws ``PaillierError/plaintextOutOfRange(bitCount:limit:)``, or `CancellationError`.
public struct Encryptions<Plaintexts: Sequence<BigInteger>>: AsyncSequence {
    let encryptor: Encryptor
    let plaintexts: Plaintexts
    let batchSize: Int
    let progress: (@Sendable (Int) -> Void)?

    /// Starts from the beginning.
    public func makeAsyncIterator() -> Iterator { Iterator(self) }

    /// Keeps a batch in work for each core, and one more.
    public final class Iterator: AsyncIteratorProtocol {
        private let encryptor: Encryptor
        private let batchSize: Int
        private let progress: (@Sendable (Int) -> Void)?
        private var plaintexts: Plaintexts.Iterator
        private var inWork: [Task<[Ciphertext], any Error>] = []
        private var done = 0

        init(_ sequence: Encryptions) {
            encryptor = sequence.encryptor
            batchSize = sequence.batchSize
            progress = sequence.progress
            plaintexts = sequence.plaintexts.makeIterator()
        }

        deinit {
            for task in inWork { task.cancel() }
        }

        /// The next batch, `nil` after the last.
        public func next() async throws -> [Ciphertext]? {
            while inWork.count <= ProcessInfo.processInfo.activeProcessorCount, let task = startBatch() {
                inWork.append(task)
            }
            guard !inWork.isEmpty else { return nil }
            let first = inWork.removeFirst()
            let batch = try await withTaskCancellationHandler {
                try await first.value
            } onCancel: {
                first.cancel()
            }
            try Task.checkCancellation()
            done += batch.count
            progress?(done)
            return batch
        }

        private func startBatch() -> Task<[Ciphertext], any Error>? {
            var batch: [BigInteger] = []
            while batch.count < batchSize, let plaintext = plaintexts.next() { batch.append(plaintext) }
            guard !batch.isEmpty else { return nil }
            return Task { [encryptor, batch] in
                var ciphertexts: [Ciphertext] = []
                for start in stride(from: 0, to: batch.count, by: LaneRing.laneCount) {
                    try Task.checkCancellation()
                    let end = Swift.min(batch.count, start + LaneRing.laneCount)
                    ciphertexts += try encryptor.encrypt(Array(batch[start..<end]))
                }
                return ciphertexts
            }
        }
    }
}
