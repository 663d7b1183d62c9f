import DurableFiles
import Foundation

/// A folder that takes its name when all of it is there: a killed command leaves no half of it, and can be run again.
struct UnfinishedFolder {
    /// Where everything is made meanwhile.
    let url: URL
    private let path: String

    /// - Parameter directory: What it is to be called; must not exist yet or be empty.
    /// - Throws: ``GatewayError/alreadyFounded(path:)``.
    init(for directory: URL) throws {
        path = directory.plainPath
        guard try DurableFiles.Directory.names(in: path).isEmpty else { throw GatewayError.alreadyFounded(path: path) }
        try DurableFiles.Directory.create(DurableFiles.Directory.parent(of: path), permissions: 0o755)
        var generator = SystemRandomNumberGenerator()
        url = URL(
            filePath: path + ".unfinished-" + String(generator.next() as UInt64, radix: 16),
            directoryHint: .isDirectory)
    }

    /// Durable on return.
    func finish() throws {
        guard rename(url.plainPath, path) == 0 else {
            throw FileFailure.system(.rename, path: path, code: errno)
        }
        try DurableFiles.Directory.synchronize(DurableFiles.Directory.parent(of: path))
    }

    func discard() { try? FileManager.default.removeItem(at: url) }
}
