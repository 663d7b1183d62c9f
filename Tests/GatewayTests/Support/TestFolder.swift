import Foundation
import SharingModel
import Synchronization
import Testing

/// A new folder under the temporary directory, removed when the test has ended.
final class TestFolder: Sendable {
    let url: URL

    /// - Parameter original: A folder whose contents the new one gets.
    init(copying original: URL? = nil) throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "chancery-test-\(UUID().uuidString)", directoryHint: .isDirectory)
        if let original {
            try FileManager.default.copyItem(at: original, to: url)
        } else {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let seconds: Mutex<Int64>

    init(_ start: Timestamp) {
        seconds = Mutex(start.seconds)
    }

    var now: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }

    func advance(seconds more: Int64) {
        seconds.withLock { $0 += more }
    }
}

func name<Kind>(_ text: String) throws -> Name<Kind> {
    try #require(Name<Kind>(text), "'\(text)' is not a name")
}

/// The repository, whose policies and data the tests use.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let schema = root.appending(path: "Policies/demo/health.schema.json")
    static let table = root.appending(path: "Policies/demo/rand-hie/randhie.csv")
    static let verifier = root.appending(path: "Scripts/verify.py")
}
