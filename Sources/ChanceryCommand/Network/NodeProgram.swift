import Foundation

/// `chancery-node`, which stands beside `chancery` and has the network in it.
enum NodeProgram {
    /// Runs it in this process' place, with the same arguments and environment. Called before anything is read from
    /// standard input or written anywhere.
    static func takeOver() throws -> Never {
        let program = own.deletingLastPathComponent().appending(path: "chancery-node")
        let path = program.path(percentEncoded: false)
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path: path) }
        // An ignored signal stays ignored in the program that comes.
        Interruption.undo()
        var arguments = ([path] + CommandLine.arguments.dropFirst()).map { strdup($0) } + [nil]
        execv(path, &arguments)
        throw Missing(path: path)
    }

    /// This program's file, symbolic links followed.
    static var own: URL {
        #if os(Linux)
            return URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        #else
            return (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])).resolvingSymlinksInPath()
        #endif
    }

    struct Missing: Failure, CustomStringConvertible {
        let path: String

        var exitStatus: ExitStatus { .unavailable }

        var description: String {
            "this needs the program that speaks to the network, and \(path) is not there. "
                + "Build it with `swift build --configuration release --product chancery-node`."
        }
    }
}
