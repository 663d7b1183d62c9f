import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("Files that are there whole or not at all")
struct AtomicFileTests {
    let folder = TestFolder()

    @Test("A written file has its content and permissions, and nothing else is left in the directory")
    func write() throws {
        let path = folder.path + "/file"
        #expect(try AtomicFile.write(Data("one".utf8), to: path, temporariesIn: folder.path, permissions: 0o600))
        #expect(try AtomicFile.write(Data("two".utf8), to: path, temporariesIn: folder.path, permissions: 0o600))
        #expect(try folder.content("file") == Data("two".utf8))
        #expect(try Directory.names(in: folder.path) == ["file"])
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test("Without replacing, a file that is there stays, and the caller is told")
    func noReplacement() throws {
        let path = folder.path + "/file"
        #expect(
            try AtomicFile.write(
                Data("one".utf8), to: path, temporariesIn: folder.path, permissions: 0o600, replacing: false))
        #expect(
            try !AtomicFile.write(
                Data("two".utf8), to: path, temporariesIn: folder.path, permissions: 0o600, replacing: false))
        #expect(try folder.content("file") == Data("one".utf8))
        #expect(try Directory.names(in: folder.path) == ["file"])
    }

    @Test("Of many that write without replacing, one wins")
    func race() async throws {
        let path = folder.path
        let winners = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<32 {
                group.addTask {
                    try AtomicFile.write(
                        Data("\(number)".utf8), to: path + "/file", temporariesIn: path, permissions: 0o600,
                        replacing: false) ? number : nil
                }
            }
            return try await group.reduce(into: [Int]()) { if let winner = $1 { $0.append(winner) } }
        }
        #expect(winners.count == 1)
        #expect(try folder.content("file") == Data("\(winners.first ?? -1)".utf8))
    }

    @Test("A temporary file that is not committed goes away with its value")
    func abandoned() throws {
        do {
            var file = try TemporaryFile(in: folder.path, permissions: 0o600)
            try file.append(Data("half".utf8))
            #expect(try Directory.names(in: folder.path).count == 1)
        }
        #expect(try Directory.names(in: folder.path).isEmpty)
    }

    @Test("What a killed process left is removed; what is being written stays")
    func stale() throws {
        let writing = try TemporaryFile(in: folder.path, permissions: 0o600)
        let left = try Directory.names(in: folder.path)
        try Data("half".utf8).write(to: folder.url(".chancery-tmp-1"))
        try Data("other".utf8).write(to: folder.url("unrelated.tmp"))
        #expect(try AtomicFile.removeStaleTemporaries(in: folder.path) == 1)
        #expect(try Directory.names(in: folder.path) == left + ["unrelated.tmp"])
        try writing.commit(as: folder.path + "/file")
        #expect(try Directory.names(in: folder.path) == ["file", "unrelated.tmp"])
    }

    @Test("Writers and cleaners at once lose nothing")
    func writersAndCleaners() async throws {
        let path = folder.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    try AtomicFile.write(
                        Data("\(number)".utf8), to: "\(path)/\(number)", temporariesIn: path, permissions: 0o600)
                }
                group.addTask { try AtomicFile.removeStaleTemporaries(in: path) }
            }
            try await group.waitForAll()
        }
        #expect(try Directory.names(in: path).count == 100)
        for number in 0..<100 { #expect(try folder.content("\(number)") == Data("\(number)".utf8)) }
    }
}
