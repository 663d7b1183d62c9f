import Foundation

/// Reads a CARv1 file block by block, never holding more than one, and checks each against its CID.
///
/// Every fault is a ``BlobStoreError/malformedCAR(offset:fault:)``; the offset is that of the header or section at
/// fault, in bytes from the file's start.
package struct CARReader<Source: ByteSource> {
    private var source: Source
    private var buffer = Data()
    /// Where in the file the buffer begins.
    private var offset = 0

    package private(set) var roots: [CID] = []

    /// Reads the header. At least one root is wanted.
    package init(_ source: Source) throws {
        self.source = source
        do {
            let length = try readLength()
            guard let length else { throw CARFault.empty }
            guard length <= CARHeader.byteLimit else {
                throw CARFault.headerTooLarge(byteCount: length, limit: CARHeader.byteLimit)
            }
            roots = try CARHeader.roots(in: try take(Int(length)))
        } catch let fault as CARFault {
            throw BlobStoreError.malformedCAR(offset: 0, fault: fault)
        }
    }

    /// How many bytes have been read as header and blocks.
    package var byteCount: Int { offset }

    /// - Returns: the next block, or `nil` at the end of the file.
    package mutating func next() throws -> Block? {
        let start = offset
        do {
            guard let length = try readLength() else { return nil }
            guard length > 0 else { throw CARFault.emptySection }
            let limit = CID.longestByteCount + Block.maximumByteCount
            guard length <= limit else { throw CARFault.sectionTooLarge(byteCount: length, limit: limit) }
            return try block(in: take(Int(length)))
        } catch let fault as CARFault {
            throw BlobStoreError.malformedCAR(offset: start, fault: fault)
        }
    }

    private func block(in section: Data) throws(CARFault) -> Block {
        var rest = section
        let cid: CID
        do throws(CIDFault) {
            cid = try CID.read(from: &rest)
        } catch {
            throw .malformedCID(error)
        }
        do throws(BlobStoreError) {
            return try Block(Data(rest), expecting: cid)
        } catch {
            switch error {
            case .blockTooLarge(let byteCount, let limit):
                throw .sectionTooLarge(byteCount: UInt64(byteCount), limit: limit)
            default: throw .hashMismatch(cid)
            }
        }
    }

    /// - Returns: `nil` where the file ends before the first byte.
    private mutating func readLength() throws -> UInt64? {
        try fill(Varint.longestByteCount)
        if buffer.isEmpty { return nil }
        let before = buffer.count
        do throws(VarintFault) {
            let length = try Varint.read(from: &buffer)
            offset += before - buffer.count
            return length
        } catch {
            throw error == .truncated ? CARFault.truncated(missingByteCount: 1) : .malformedVarint
        }
    }

    private mutating func take(_ count: Int) throws -> Data {
        try fill(count)
        guard buffer.count >= count else { throw CARFault.truncated(missingByteCount: count - buffer.count) }
        defer {
            buffer = buffer.dropFirst(count)
            offset += count
        }
        return buffer.prefix(count)
    }

    /// Makes the buffer `count` bytes long, or shorter at the file's end.
    private mutating func fill(_ count: Int) throws {
        guard buffer.count < count else { return }
        // A copy, so that what was taken before does not stay in memory with it.
        buffer = Data(buffer)
        while buffer.count < count {
            let bytes = try source.read(upTo: max(count - buffer.count, 1 << 16))
            if bytes.isEmpty { return }
            buffer.append(bytes)
        }
    }
}
