import Foundation

/// The repository, whose policies and data the tests use.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let schema = root.appending(path: "Policies/demo/health.schema.json")
    static let table = root.appending(path: "Policies/demo/rand-hie/randhie.csv")
    static let verifier = root.appending(path: "Scripts/verify.py")
}
