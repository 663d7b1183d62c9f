import Foundation

/// A lock that one process, or one task, holds at a time, on a file made for it.
///
/// It ends with the value, and with the process at the latest, however that dies. The file stays: removing it would
/// let two processes hold locks on two files of one name.
package final class FileLock: Sendable {
    private let file: Descriptor

    private init(_ file: consuming Descriptor) {
        self.file = file
    }

    /// - Returns: `nil` where somebody else holds it.
    package static func tryAcquire(_ path: String) throws(FileFailure) -> FileLock? {
        let file = try Descriptor(path, O_RDWR | O_CREAT, permissions: 0o600)
        return file.tryLock() ? FileLock(file) : nil
    }

    /// Waits, without limit, until nobody else holds it.
    ///
    /// The wait is on a thread of its own: whoever holds the lock may need the threads of Swift's pool to let it go.
    /// - Parameter path: made where it is missing, readable by its owner alone.
    /// - Throws: `FileFailure`.
    package static func acquire(_ path: String) async throws -> FileLock {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let file = try Descriptor(path, O_RDWR | O_CREAT, permissions: 0o600)
                        try file.lock()
                        return FileLock(file)
                    })
            }
        }
    }
}
