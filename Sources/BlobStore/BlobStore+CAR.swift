import DurableFiles
package import Foundation

/// What was written to a CAR file or read from one.
package struct CARSummary: Hashable, Sendable {
    package let roots: [CID]
    /// Sections of the file; one that comes twice counts twice.
    package let blockCount: Int
    /// The size of the file.
    package let byteCount: Int
}

/// What of a CAR file's graph has to be there for its roots to be made known.
package enum CARCompleteness: Hashable, Sendable {
    /// Everything that the roots link to, however far.
    case wholeDAG
    /// The roots alone: for evidence, which holds manifests without the shards that they link to. What else has to
    /// be there, its reader finds out.
    case rootsOnly
}

extension BlobStore {
    /// Writes all that `roots` link to as CARv1: roots first, depth first, each block once. The same roots give the
    /// same bytes.
    @discardableResult
    package func exportDAG(
        roots: [CID], to sink: inout some ByteSink & ~Copyable, limits: DAGLimits = .standard
    ) throws -> CARSummary {
        var writer = try CARWriter(roots: roots, to: &sink)
        var blockCount = 0
        try walk(from: roots, limits: limits) { block in
            try writer.append(block, to: &sink)
            blockCount += 1
        }
        return CARSummary(roots: roots, blockCount: blockCount, byteCount: writer.byteCount)
    }

    /// Writes a CAR file that is there whole or not at all; one that was there is replaced.
    @discardableResult
    package func exportDAG(roots: [CID], to file: URL, limits: DAGLimits = .standard) throws -> CARSummary {
        let path = file.path(percentEncoded: false)
        let directory = Directory.parent(of: path)
        try AtomicFile.removeStaleTemporaries(in: directory)
        var temporary = try TemporaryFile(in: directory, permissions: 0o644)
        let summary = try exportDAG(roots: roots, to: &temporary, limits: limits)
        try temporary.commit(as: path)
        return summary
    }

    /// Reads a CARv1 file, stores its blocks, and answers when its roots, and by default everything that they link
    /// to, are in the store and verified.
    ///
    /// When it throws, blocks that had come before stay in the store: they are what their CIDs say, and nothing refers
    /// to them, so importing the whole file later finds them there. Links may lead to blocks that the store already
    /// has.
    /// - Throws: ``BlobStoreError/malformedCAR(offset:fault:)`` (an absent root or link at the offset of the file's
    ///   end), ``BlobStoreError/malformedDAGJSON(_:fault:)``, ``BlobStoreError/tooManyBlocks(limit:)``, and what
    ///   ``put(_:)`` throws.
    @discardableResult
    package func importCAR(
        from source: some ByteSource, completeness: CARCompleteness = .wholeDAG, limits: DAGLimits = .standard
    ) throws -> CARSummary {
        var reader = try CARReader(source)
        var blockCount = 0
        while let block = try reader.next() {
            try put(block)
            blockCount += 1
        }
        do {
            switch completeness {
            case .wholeDAG: try walk(from: reader.roots, limits: limits) { _ in }
            case .rootsOnly: for root in reader.roots { _ = try get(root) }
            }
        } catch BlobStoreError.blockMissing(let cid) {
            throw BlobStoreError.malformedCAR(offset: reader.byteCount, fault: .missingBlock(cid))
        }
        return CARSummary(roots: reader.roots, blockCount: blockCount, byteCount: reader.byteCount)
    }

    /// Reads the CAR file at `file`.
    @discardableResult
    package func importCAR(
        from file: URL, completeness: CARCompleteness = .wholeDAG, limits: DAGLimits = .standard
    ) throws -> CARSummary {
        let source = try SequentialFile(file.path(percentEncoded: false))
        return try importCAR(from: source, completeness: completeness, limits: limits)
    }
}
