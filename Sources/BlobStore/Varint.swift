import Foundation

/// Unsigned varints (LEB128), at most 9 bytes and minimal, so that each number has one form.
/// - SeeAlso: <https://github.com/multiformats/unsigned-varint>
enum Varint {
    /// 9 bytes hold 63 bits; the specification allows no more.
    static let longestByteCount = 9

    /// `number` must be below 2^63.
    static func append(_ number: UInt64, to bytes: inout Data) {
        precondition(number >> 63 == 0, "an unsigned varint holds 63 bits")
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Reads one number from the front of `input` and leaves what follows it.
    static func read(from input: inout Data) throws(VarintFault) -> UInt64 {
        var number: UInt64 = 0
        for (position, byte) in input.prefix(longestByteCount).enumerated() {
            number |= UInt64(byte & 0x7F) << UInt64(7 * position)
            if byte < 0x80 {
                if byte == 0, position > 0 { throw .notMinimal }
                input = input.dropFirst(position + 1)
                return number
            }
        }
        throw input.count < longestByteCount ? .truncated : .tooLong
    }
}

enum VarintFault: Error {
    case truncated
    case notMinimal
    case tooLong
}
