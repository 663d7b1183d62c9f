import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("What the file system refuses")
struct FileFailureTests {
    let folder = TestFolder()

    @Test("A missing file is no failure, a directory or a FIFO in its place is one")
    func kinds() throws {
        #expect(try isAbsent(folder.path + "/none"))
        #expect(throws: FileFailure.notRegularFile(path: folder.path)) { try isAbsent(folder.path) }
        let fifo = folder.path + "/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        #expect(throws: FileFailure.notRegularFile(path: fifo)) { try isAbsent(fifo) }
    }

    @Test("A file above the limit is not read")
    func limit() throws {
        let path = folder.path + "/file"
        try Data(count: 11).write(to: folder.url("file"))
        #expect(throws: FileFailure.tooLarge(path: path, byteCount: 11, limit: 10)) { try isAbsent(path) }
    }

    @Test("A file where a directory should be is named")
    func fileForDirectory() throws {
        try Data().write(to: folder.url("file"))
        let path = folder.path + "/file/below"
        #expect(throws: FileFailure.system(.makeDirectory, path: path, code: ENOTDIR)) {
            try Directory.create(path, permissions: 0o700)
        }
    }

    @Test("Directories are made with all that is missing above them, and again without complaint")
    func directories() throws {
        let path = folder.path + "/a/b/c"
        try Directory.create(path, permissions: 0o700)
        try Directory.create(path, permissions: 0o700)
        #expect(try Directory.names(in: folder.path + "/a/b") == ["c"])
    }

    @Test("A full file system is told apart, and keeps nothing half-written", .enabled(if: SmallFileSystem.isPossible))
    func noSpace() throws {
        let small = try #require(SmallFileSystem(at: folder.path, byteCount: 64 << 10))
        defer { small.unmount() }
        try AtomicFile.write(Data("kept".utf8), to: folder.path + "/f", temporariesIn: folder.path, permissions: 0o600)
        let failure = #expect(throws: FileFailure.self) {
            try AtomicFile.write(
                Data(count: 1 << 20), to: folder.path + "/f", temporariesIn: folder.path, permissions: 0o600)
        }
        guard case .noSpace(let path)? = failure else {
            Issue.record("not noSpace: \(String(describing: failure))")
            return
        }
        #expect(path.hasPrefix(folder.path))
        #expect(try Directory.names(in: folder.path) == ["f"])
        #expect(try folder.content("f") == Data("kept".utf8))
    }

    private func isAbsent(_ path: String) throws -> Bool {
        try OpenedFile.open(path, limit: 10) == nil
    }
}
