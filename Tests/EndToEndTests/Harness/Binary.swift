import Foundation

/// Finds the programs that the tests run.
enum Binary {
    /// The command: what `CHANCERY_BINARY` names, else `chancery` beside the test bundle.
    static func chancery() throws -> URL {
        if let path = ProcessInfo.processInfo.environment["CHANCERY_BINARY"], !path.isEmpty {
            return URL(filePath: path)
        }
        let beside = folder.appending(path: "chancery")
        guard FileManager.default.isExecutableFile(atPath: beside.path(percentEncoded: false)) else {
            throw BinaryMissing(path: beside.path(percentEncoded: false))
        }
        return beside
    }

    /// Where the test executable is: on Linux it is built beside the command.
    private static var folder: URL {
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
            return bundle.bundleURL.deletingLastPathComponent()
        #else
            let name = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
            return URL(filePath: name).resolvingSymlinksInPath().deletingLastPathComponent()
        #endif
    }

    /// A script of the Python environment that `CHANCERY_PEERS_PYTHON` names; `nil` where it is not set.
    static func peer(_ name: String) -> URL? {
        guard let python = ProcessInfo.processInfo.environment["CHANCERY_PEERS_PYTHON"], !python.isEmpty else {
            return nil
        }
        return URL(filePath: python).deletingLastPathComponent().appending(path: name)
    }
}

struct BinaryMissing: Error, CustomStringConvertible {
    let path: String
    var description: String { "no command at \(path): build it, or set CHANCERY_BINARY" }
}
