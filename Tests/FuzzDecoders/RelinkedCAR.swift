import BlobStore
import Foundation

/// A CAR file whose blocks were mutated, named anew: each block gets the CID that it now has, in every block that
/// links to it too. Without this no mutation of a block would come behind the check of its hash.
///
/// What is no CAR any more stays as it is.
struct RelinkedCAR {
    private(set) var bytes: Data

    init(_ input: Data) {
        bytes = input
        var rest = input[...]
        guard let header = Self.section(of: &rest) else { return }
        var sections = [(cid: CID, data: Data)]()
        while let section = Self.section(of: &rest) {
            // Raw blocks have CIDs of 36 bytes, dag-json blocks of 37.
            guard let (cid, data) = Self.block(section) else { return }
            sections.append((cid, data))
        }
        // Links go from earlier blocks to later ones or the other way; three rounds settle what an evidence file has.
        var root = Data(header)
        for _ in 0..<3 {
            for index in sections.indices {
                let (old, data) = sections[index]
                let new = CID(of: data, codec: old.codec)
                guard new != old else { continue }
                sections[index].cid = new
                root.replace(old.bytes, with: new.bytes)
                for other in sections.indices {
                    sections[other].data.replace(Data(old.text.utf8), with: Data(new.text.utf8))
                }
            }
        }
        var output = Self.varint(root.count) + root
        for (cid, data) in sections { output += Self.varint(cid.bytes.count + data.count) + cid.bytes + data }
        bytes = output
    }

    private static func block(_ section: Data) -> (CID, Data)? {
        for count in [36, 37] {
            if let cid = try? CID(bytes: Data(section.prefix(count))) { return (cid, Data(section.dropFirst(count))) }
        }
        return nil
    }

    /// The next section, or what is left of it.
    private static func section(of rest: inout Data) -> Data? {
        var (length, shift) = (0, 0)
        while let byte = rest.popFirst() {
            guard shift < 28 else { return nil }
            length |= Int(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            defer { rest = rest.dropFirst(length) }
            return Data(rest.prefix(length))
        }
        return nil
    }

    private static func varint(_ number: Int) -> Data {
        var (rest, bytes) = (number, Data())
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
        return bytes
    }
}

extension Data {
    fileprivate mutating func replace(_ old: Data, with new: Data) {
        var start = startIndex
        while let range = range(of: old, in: start..<endIndex) {
            replaceSubrange(range, with: new)
            start = range.lowerBound + new.count
        }
    }
}
