package import Foundation

/// A new folder under the temporary directory, removed when the test has ended.
package final class TestFolder: Sendable {
    package let path: String

    package init() {
        let url = FileManager.default.temporaryDirectory.appending(path: "chancery-test-\(UUID().uuidString)")
        path = url.path(percentEncoded: false)
        precondition(mkdir(path, 0o700) == 0)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func url(_ name: String) -> URL { URL(filePath: path).appending(path: name) }

    package func content(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }
}
