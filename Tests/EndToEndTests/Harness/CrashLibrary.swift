import Foundation
import Testing

/// `CrashPoints/crashpoint.c`, compiled once: preloaded into a command, it counts the calls that change files and
/// kills at a chosen one; or it puts the clock off.
struct CrashLibrary: Sendable {
    /// Whether the library is killed at works here: it needs a preloading dynamic linker, and a C compiler.
    static let isUsable: Bool = {
        #if os(Linux)
            return compiler != nil
        #else
            return false
        #endif
    }()

    /// At every how many of the points a command is killed. `CHANCERY_CRASH_STRIDE=1` kills at every one, which takes
    /// hours for all commands.
    static let stride =
        ProcessInfo.processInfo.environment["CHANCERY_CRASH_STRIDE"].flatMap { Int($0) }.map { max($0, 1) } ?? 16

    let file: String

    static func shared() async throws -> CrashLibrary { try await making.value }

    private static let folder = TemporaryFolder()

    private static let making = Task {
        let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "CrashPoints/crashpoint.c")
        let compiler = try #require(CrashLibrary.compiler)
        let file = folder.path("crashpoint.so")
        try await CommandRun.run(
            compiler, ["-shared", "-fPIC", "-O1", "-o", file, source.path(percentEncoded: false), "-ldl"]
        ).expectStatus(0)
        return CrashLibrary(file: file)
    }

    /// Swift's own toolchain brings clang along.
    private static let compiler: URL? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let candidates = path.split(separator: ":").flatMap { folder in
            ["clang", "cc"].map { URL(filePath: "\(folder)/\($0)") }
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path(percentEncoded: false)) }
    }()

    /// What makes a command die at its call `number`.
    func environment(killAt number: Int, torn: Bool) -> [String: String] {
        var environment = ["LD_PRELOAD": file, "CRASHPOINT_KILL_AT": String(number)]
        if torn { environment["CRASHPOINT_TEAR"] = "1" }
        return environment
    }

    /// What puts a process's clock so many seconds ahead. Not with libfaketime: under it now and then a node's timers never
    /// fired again.
    func environment(clockAhead seconds: Int) -> [String: String] {
        ["LD_PRELOAD": file, "CRASHPOINT_CLOCK_AHEAD": String(seconds)]
    }

    /// What makes a command stop when it has ended by itself, and before when it first moves a file to a path with
    /// `text` in it.
    func environment(stopAt text: String?, wipes: Bool) -> [String: String] {
        var environment = ["LD_PRELOAD": file, "CRASHPOINT_STOP_AT_END": "1"]
        if let text { environment["CRASHPOINT_STOP_AT"] = text }
        if !wipes { environment["CRASHPOINT_NO_WIPING"] = "1" }
        return environment
    }

    /// The calls of a whole run by name, in order.
    func calls(of arguments: [String], in consortium: TestConsortium) async throws -> [String] {
        let report = consortium.folder.path("calls")
        try await consortium.run(arguments, environment: ["LD_PRELOAD": file, "CRASHPOINT_REPORT": report])
            .expectStatus(0)
        let lines = try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n")
        let calls = lines.dropFirst().map(String.init)
        #expect(calls.count == lines.first.flatMap { Int($0) }, "the report was cut off")
        return calls
    }
}
