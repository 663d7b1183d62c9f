import Foundation

/// A lock that one process holds at a time, on a file made for it.
///
/// It ends with the value, and with the process at the latest, however that dies. The file stays: removing it would
/// let two processes hold locks on two files of one name.
package final class FileLock: Sendable {
    private let file: Descriptor

    /// Waits, without limit, until nobody else holds it.
    /// - Parameter path: made where it is missing, readable by its owner alone.
    package init(_ path: String) throws(FileFailure) {
        file = try Descriptor(path, O_RDWR | O_CREAT, permissions: 0o600)
        try file.lock()
    }
}
