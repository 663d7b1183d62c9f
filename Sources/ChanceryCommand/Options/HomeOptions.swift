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
        let environment = ProcessInfo.processInfo.environment
        if let home = environment["CHANCERY_HOME"], !home.isEmpty { return HomeOptions.folder(home) }
        // Foundation on Linux looks into the user database only, and would pass over HOME.
        let user = environment["HOME"].map { HomeOptions.folder($0) } ?? FileManager.default.homeDirectoryForCurrentUser
        return user.appending(path: ".chancery", directoryHint: .isDirectory)
    }

    func validate() throws {
        if home?.isEmpty == true { throw ValidationError("--home needs the name of a folder") }
    }

    static func folder(_ path: String) -> URL {
        URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL
    }
}
