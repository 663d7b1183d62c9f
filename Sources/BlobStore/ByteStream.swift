package import DurableFiles
package import Foundation

/// Where a CAR file is read from.
package protocol ByteSource {
    /// The next bytes: at most `count`, none only at the end.
    mutating func read(upTo count: Int) throws -> Data
}

/// Where a CAR file is written to.
package protocol ByteSink: ~Copyable {
    mutating func append(_ bytes: Data) throws
}

/// Reads `data`.
package struct DataSource: ByteSource {
    private var rest: Data

    package init(_ data: Data) {
        rest = data
    }

    package mutating func read(upTo count: Int) -> Data {
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

extension SequentialFile: ByteSource {}

extension FileHandle: ByteSource {
    /// For standard input.
    package func read(upTo count: Int) throws -> Data {
        try read(upToCount: count) ?? Data()
    }
}

extension Data: ByteSink {}

extension FileHandle: ByteSink {
    package func append(_ bytes: Data) throws {
        try write(contentsOf: bytes)
    }
}

extension TemporaryFile: ByteSink {}
