import CanonicalJSON
import Foundation
import Testing

/// Every command's help, compared with a file of `Snapshots`.
///
/// After a change that is meant: `CHANCERY_UPDATE_SNAPSHOTS=1 swift test --filter HelpTests`, then read the diff.
@Suite("Help")
struct HelpTests {
    private static let snapshots = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Snapshots", directoryHint: .isDirectory)

    private static var isUpdating: Bool {
        ProcessInfo.processInfo.environment["CHANCERY_UPDATE_SNAPSHOTS"].map { !$0.isEmpty } ?? false
    }

    @Test("The help of every command is as the snapshots have it, and shows an example")
    func snapshotsMatch() async throws {
        var names: Set<String> = []
        for command in try await Self.commands() {
            let arguments = Array(command.dropFirst()) + ["--help"]
            let run = try await CommandRun.run(Binary.chancery(), arguments).expectStatus(0)
            #expect(run.message.isEmpty)
            #expect(run.text.contains("EXAMPLE:\n"), "\(command.joined(separator: " ")) --help shows no example")
            // ArgumentParser does not wrap the usage.
            let wide = run.text.split(separator: "\n").filter { $0.count > 80 && !$0.hasPrefix("USAGE:") }
            #expect(wide.isEmpty, "\(command) is wider than COLUMNS")
            let file = Self.snapshots.appending(path: command.joined(separator: "-") + ".txt")
            names.insert(file.lastPathComponent)
            if Self.isUpdating { try run.standardOutput.write(to: file) }
            let expected = try? String(contentsOf: file, encoding: .utf8)
            #expect(run.text == expected, "\(file.lastPathComponent) differs")
        }
        let kept = try FileManager.default.contentsOfDirectory(atPath: Self.snapshots.path(percentEncoded: false))
        #expect(Set(kept).subtracting(names).isEmpty, "snapshots of commands that are gone")
    }

    @Test("The same help comes from 'chancery help' and, for a group without a verb, from the group")
    func helpHasThreeWays() async throws {
        let run = try await CommandRun.chancery("blob", "--help").expectStatus(0)
        #expect(try await CommandRun.chancery("help", "blob").expectStatus(0).text == run.text)
        #expect(try await CommandRun.chancery("blob").expectStatus(0).text == run.text)
    }

    /// Every command with the names that lead to it, as ArgumentParser's own dump lists them.
    private static func commands() async throws -> [[String]] {
        let dump = try await CommandRun.chancery("--experimental-dump-help").expectStatus(0)
        let root = try #require(CanonicalJSON.parse(dump.standardOutput)["command"])
        var found: [[String]] = []
        var waiting: [(path: [String], command: JSONValue)] = [([], root)]
        while let (path, command) = waiting.popLast() {
            let name = path + [try #require(command["commandName"]?.stringValue)]
            if name.last == "help" { continue }
            found.append(name)
            waiting += (command["subcommands"]?.arrayValue ?? []).map { (name, $0) }
        }
        return found
    }
}
