import Foundation

/// The header of a CARv1 file: dag-cbor of `{"roots": [CID…], "version": 1}`, in its one canonical form.
///
/// Canonical dag-cbor sorts map keys by length first, so `roots` comes before `version`.
/// - SeeAlso: <https://ipld.io/specs/transport/car/carv1/>, <https://ipld.io/specs/codecs/dag-cbor/spec/>
enum CARHeader {
    static let byteLimit = 1 << 16
    /// Each takes at most 43 bytes.
    static let rootLimit = 1024

    private static let rootsKey = Data([0x65]) + Data("roots".utf8)
    private static let versionKey = Data([0x67]) + Data("version".utf8)
    /// A map of two, and its first key.
    private static let opening = Data([0xA2]) + rootsKey
    /// The second key, and the number 1.
    private static let closing = versionKey + Data([0x01])

    static func encode(roots: [CID]) -> Data {
        var header = opening
        appendHead(majorType: 4, roots.count, to: &header)
        for root in roots {
            // Tag 42: a byte string that is a CID after a zero byte.
            header.append(contentsOf: [0xD8, 0x2A])
            let bytes = root.bytes
            appendHead(majorType: 2, bytes.count + 1, to: &header)
            header.append(0)
            header.append(bytes)
        }
        header.append(closing)
        return header
    }

    static func roots(in header: Data) throws(CARFault) -> [CID] {
        // {"version": n} alone is how CARv2 begins.
        let pragma = Data([0xA1]) + versionKey
        if header.starts(with: pragma), header.count == pragma.count + 1, let version = header.last {
            throw .unsupportedVersion(UInt64(version))
        }
        guard header.starts(with: opening), header.suffix(closing.count) == closing,
            header.count >= opening.count + closing.count
        else { throw .malformedHeader }
        var rest = header.dropFirst(opening.count).dropLast(closing.count)
        let count = try readHead(majorType: 4, from: &rest)
        guard count > 0 else { throw .noRoots }
        var roots = [CID]()
        for _ in 0..<count { roots.append(try readLink(from: &rest)) }
        guard rest.isEmpty else { throw .malformedHeader }
        return roots
    }

    private static func readLink(from rest: inout Data) throws(CARFault) -> CID {
        guard rest.starts(with: [0xD8, 0x2A]) else { throw .malformedHeader }
        rest = rest.dropFirst(2)
        let length = try readHead(majorType: 2, from: &rest)
        guard length > 1, length <= rest.count, rest.first == 0 else { throw .malformedHeader }
        var bytes = rest.prefix(length).dropFirst()
        rest = rest.dropFirst(length)
        do throws(CIDFault) {
            let cid = try CID.read(from: &bytes)
            guard bytes.isEmpty else { throw .trailingBytes(bytes.count) }
            return cid
        } catch {
            throw .malformedCID(error)
        }
    }

    /// A major type with its count (RFC 8949, section 3), up to 65,535: the header is no longer.
    private static func appendHead(majorType: UInt8, _ count: Int, to bytes: inout Data) {
        let first = majorType << 5
        switch count {
        case 0..<24: bytes.append(first | UInt8(count))
        case 24..<0x100: bytes.append(contentsOf: [first | 24, UInt8(count)])
        default: bytes.append(contentsOf: [first | 25, UInt8(count >> 8), UInt8(count & 0xFF)])
        }
    }

    private static func readHead(majorType: UInt8, from rest: inout Data) throws(CARFault) -> Int {
        guard let first = rest.popFirst(), first >> 5 == majorType else { throw .malformedHeader }
        switch first & 31 {
        case let count where count < 24: return Int(count)
        case 24:
            guard let byte = rest.popFirst(), byte >= 24 else { throw .malformedHeader }
            return Int(byte)
        case 25:
            guard let high = rest.popFirst(), let low = rest.popFirst(), high > 0 else { throw .malformedHeader }
            return Int(high) << 8 | Int(low)
        default: throw .malformedHeader
        }
    }
}
