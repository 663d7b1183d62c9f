import Foundation

/// A new folder under the temporary directory, removed when the test has ended.
final class TestFolder: Sendable {
    let path: String

    init() {
        let url = FileManager.default.temporaryDirectory.appending(path: "chancery-test-\(UUID().uuidString)")
        path = url.path(percentEncoded: false)
        precondition(mkdir(path, 0o700) == 0)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func url(_ name: String) -> URL { URL(filePath: path).appending(path: name) }

    func content(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }
}
