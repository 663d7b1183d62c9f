import Crypto
import Foundation

/// What RFC 9497 hashes for the suite P384-SHA384 in mode 1 (verifiable).
enum Transcript {
    private static let context = Data("OPRFV1-".utf8) + [1] + Data("-P384-SHA384".utf8)
    private static let groupTag = Data("HashToGroup-".utf8) + context
    private static let scalarTag = Data("HashToScalar-".utf8) + context
    private static let seedTag = Data("Seed-".utf8) + context

    static func point(of input: Data) -> CurvePoint { .hash(input, tag: groupTag) }

    /// The output for an input whose point, multiplied by the key, is `point`.
    static func output(of input: Data, _ point: Data) -> Data {
        Data(SHA384.hash(data: framed(input) + framed(point) + Data("Finalize".utf8)))
    }

    /// The factor of a composite of one element (section 2.2.1), which keeps proofs of several and of one apart.
    static func compositeFactor(key: Data, blinded: Data, evaluated: Data) -> CurveScalar {
        let seed = Data(SHA384.hash(data: framed(key) + framed(seedTag)))
        return scalar(of: framed(seed) + [0, 0] + framed(blinded) + framed(evaluated) + Data("Composite".utf8))
    }

    /// What a proof's challenge has to be, of the key, the composites, and the two commitments.
    static func challenge(_ points: [Data]) -> CurveScalar {
        scalar(of: points.reduce(Data()) { $0 + framed($1) } + Data("Challenge".utf8))
    }

    private static func framed(_ bytes: Data) -> Data {
        precondition(bytes.count <= Int(UInt16.max))
        return Data([UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]) + bytes
    }

    /// hash_to_field of RFC 9380 modulo the order, from 72 bytes.
    private static func scalar(of message: Data) -> CurveScalar {
        CurveScalar(reducing: expand(message, byteCount: 72))
    }

    /// expand_message_xmd of RFC 9380 with SHA-384.
    private static func expand(_ message: Data, byteCount: Int) -> Data {
        let tag = scalarTag + [UInt8(scalarTag.count)]
        let start = Data(
            SHA384.hash(
                data: Data(count: SHA384.blockByteCount) + message
                    + [UInt8(byteCount >> 8), UInt8(byteCount & 0xFF), 0] + tag))
        var (expanded, last) = (Data(), Data(count: start.count))
        var counter: UInt8 = 1
        while expanded.count < byteCount {
            last = Data(SHA384.hash(data: Data(zip(start, last).map { $0 ^ $1 }) + [counter] + tag))
            expanded += last
            counter += 1
        }
        return expanded.prefix(byteCount)
    }
}
