package import Foundation

/// A new folder under the temporary directory, removed when the test has ended.
package final class TestFolder: Sendable {
    package let path: String

    package init() {
        let url = FileManager.default.temporaryDirectory.appending(path: "chancery-test-\(UUID().uuidString)")
        path = url.path(percentEncoded: false)
        precondition(mkdir(path, 0o700) == 0)
    }

    /// - Parameter original: A folder whose contents the new one gets.
    package init(copying original: URL) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "chancery-test-\(UUID().uuidString)")
        path = url.path(percentEncoded: false)
        try FileManager.default.copyItem(at: original, to: url)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package var directory: URL { URL(filePath: path, directoryHint: .isDirectory) }

    package func url(_ name: String) -> URL { URL(filePath: path).appending(path: name) }

    package func content(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }
}
