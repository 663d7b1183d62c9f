import ArgumentParser
import BlobStore
import Foundation
import Gateway

/// `--home DIR` or `--store DIR`: where blobs are.
struct StoreOptions: ParsableArguments {
    @OptionGroup var home: HomeOptions

    @Option(
        help: ArgumentHelp("The folder of a blob store, instead of the home's.", valueName: "dir"),
        completion: .directory)
    var store: String?

    func validate() throws {
        if store?.isEmpty == true { throw ValidationError("--store needs the name of a folder") }
        if store != nil, home.home != nil { throw ValidationError("give --home or --store, not both") }
    }

    /// A party's home shares its consortium's store; a folder that is no home has one of its own in `blobs`.
    private var directory: URL {
        if let store { return HomeOptions.folder(store) }
        if let location = try? HomeLocation(directory: home.directory) { return location.shared.blobs }
        return home.directory.appending(path: "blobs", directoryHint: .isDirectory)
    }

    /// The store to write to; its folder is made where it is missing.
    func openForWriting() throws -> FileBlobStore {
        try FileBlobStore(directory: directory)
    }

    /// The store to read from.
    /// - Throws: ``StoreMissing``, so that a mistyped folder is not taken for an empty store.
    func openForReading() throws -> FileBlobStore {
        let path = directory.path(percentEncoded: false)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw StoreMissing(path: path)
        }
        return try FileBlobStore(directory: directory)
    }
}

/// There is no blob store where one was looked for.
struct StoreMissing: Failure, CustomStringConvertible {
    let path: String

    var exitStatus: ExitStatus { .misunderstood }
    var description: String {
        "there is no blob store at \(path); name its folder with --store, or a home that has one with --home"
    }
}
