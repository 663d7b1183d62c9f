import DurableFiles
import Foundation
import SharingModel

/// Keeps damaged files under another name: what is damaged is evidence, and never deleted.
struct SetAside {
    /// Where they go.
    let folder: URL
    let time: Timestamp

    /// Moves a file, and those that belong to it, if they are there. Durable on return.
    /// - Parameter companions: Endings such as `-wal`.
    /// - Returns: The new path; `nil` where there was nothing.
    @discardableResult
    func move(_ file: URL, companions: [String] = []) throws -> String? {
        guard ([""] + companions).contains(where: { access(file.plainPath + $0, F_OK) == 0 }) else { return nil }
        let place = try place(for: file)
        for ending in companions + [""] where access(file.plainPath + ending, F_OK) == 0 {
            guard rename(file.plainPath + ending, place + ending) == 0 else {
                throw FileFailure.system(.rename, path: file.plainPath + ending, code: errno)
            }
        }
        try DurableFiles.Directory.synchronize(DurableFiles.Directory.parent(of: file.plainPath))
        try DurableFiles.Directory.synchronize(folder.plainPath)
        return place
    }

    /// Keeps a copy of a file that is about to be written anew.
    func copy(_ path: String) throws {
        let file = URL(filePath: path)
        try FileManager.default.copyItem(atPath: path, toPath: try place(for: file))
    }

    private func place(for file: URL) throws -> String {
        try DurableFiles.Directory.create(folder.plainPath, permissions: 0o700)
        let stamp = time.description.replacing(":", with: "")
        let name = folder.appending(path: "\(file.lastPathComponent).\(stamp)").plainPath
        var (place, number) = (name, 1)
        while access(place, F_OK) == 0 {
            number += 1
            place = "\(name)-\(number)"
        }
        return place
    }
}
