import BlobStore
import Foundation

/// Tells a progress bar how many bytes were read.
struct MeteredSource<Base: ByteSource>: ByteSource {
    private var base: Base
    private let progress: ProgressBar

    init(_ base: Base, progress: ProgressBar) {
        (self.base, self.progress) = (base, progress)
    }

    mutating func read(upTo count: Int) throws -> Data {
        let data = try base.read(upTo: count)
        progress.add(data.count)
        return data
    }
}

/// Tells a progress bar how many bytes were written.
struct MeteredSink: ByteSink {
    private let write: (Data) throws -> Void
    private let progress: ProgressBar

    init(_ write: @escaping (Data) throws -> Void, progress: ProgressBar) {
        (self.write, self.progress) = (write, progress)
    }

    mutating func append(_ bytes: Data) throws {
        try write(bytes)
        progress.add(bytes.count)
    }
}
