import Foundation

/// A folder of a test's own, gone when the value is.
final class TemporaryFolder: Sendable {
    let url: URL

    init() {
        url = FileManager.default.temporaryDirectory
            .appending(path: "chancery-test-\(UUID().uuidString)", directoryHint: .isDirectory)
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// The path of `name` in the folder.
    func path(_ name: String) -> String { (self / name).path(percentEncoded: false) }

    static func / (folder: TemporaryFolder, name: String) -> URL { folder.url.appending(path: name) }

    /// Writes a file, and gives its path.
    @discardableResult
    func write(_ data: Data, as name: String) throws -> String {
        try data.write(to: self / name)
        return path(name)
    }

    /// Writes a file, and gives its path.
    @discardableResult
    func write(_ text: String, as name: String) throws -> String {
        try write(Data(text.utf8), as: name)
    }

    func read(_ name: String) throws -> Data { try Data(contentsOf: self / name) }

    /// The names in it, sorted.
    func names(in subfolder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(subfolder)).sorted()
    }
}
