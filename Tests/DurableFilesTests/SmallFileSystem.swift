import Foundation
import TestSupport

/// A tmpfs of few bytes, where the process may mount one: the only honest way to run out of space.
struct SmallFileSystem {
    private let path: String

    init?(at path: String, byteCount: Int) {
        self.path = path
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(byteCount)") == 0 else { return nil }
    }

    func unmount() { umount(path) }

    static var isPossible: Bool {
        let folder = TestFolder()
        guard let small = SmallFileSystem(at: folder.path, byteCount: 4096) else { return false }
        small.unmount()
        return true
    }
}
