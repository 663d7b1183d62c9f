import ArgumentParser
import Foundation

/// `--home DIR`: where keys, ledgers and blobs are.
struct HomeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The home: keys, ledgers and blobs. (default: $CHANCERY_HOME, else ~/.chancery)", valueName: "dir"),
        completion: .directory)
    var home: String?

    /// The home's folder, whether it exists or not.
    var directory: URL {
        if let home { return HomeOptions.folder(home) }
        if let home = ProcessInfo.processInfo.environment["CHANCERY_HOME"], !home.isEmpty {
            return HomeOptions.folder(home)
        }
        return FileManager.default.homeDirectoryForCurrentUser
            .appending(path: ".chancery", directoryHint: .isDirectory)
    }

    func validate() throws {
        if home?.isEmpty == true { throw ValidationError("--home needs the name of a folder") }
    }

    static func folder(_ path: String) -> URL {
        URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL
    }
}
