package import Foundation

/// Makes a new input out of known ones: bytes turned, cut, spliced, lengths edited, numbers made huge, members of JSON
/// replaced. All of it follows from the generator.
package struct Mutator: Sendable {
    package static let longestInput = 1 << 16
    let corpus: [Data]
    let shape: FuzzedDecoder.Shape

    package init(corpus: [Data], shape: FuzzedDecoder.Shape) {
        self.corpus = corpus.isEmpty ? [Data()] : corpus
        self.shape = shape
    }

    /// One to four mutations of an item of the corpus; now and then the item itself.
    package func input(using generator: inout CaseGenerator) -> Data {
        var input = generator.pick(corpus)
        guard generator.below(64) != 0 else { return input }
        for _ in 0...generator.below(4) { input = mutated(input, using: &generator) }
        return input.prefix(Self.longestInput)
    }

    /// `input` with one mutation.
    package func mutated(_ input: Data, using generator: inout CaseGenerator) -> Data {
        if shape == .json, generator.below(2) == 0 { return JSONMutator.mutated(input, corpus, using: &generator) }
        if shape != .binary, generator.below(3) == 0 { return Self.textual(input, using: &generator) }
        return bytewise(Array(input), using: &generator)
    }

    private func bytewise(_ input: [UInt8], using generator: inout CaseGenerator) -> Data {
        var bytes = input
        let at = generator.below(bytes.count + 1)
        let end = min(bytes.count, at + 1 + generator.below(16))
        switch generator.below(10) {
        case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8(generator.below(8))
        case 1 where at < bytes.count:
            bytes[at] = generator.pick([0, 1, 0x7F, 0x80, 0xFF, UInt8(generator.below(256))])
        case 2: bytes.removeSubrange(at...)
        case 3: bytes.removeSubrange(at..<end)
        case 4: bytes.insert(contentsOf: bytes[at..<end], at: at)
        case 5:
            let other = Array(generator.pick(corpus))
            bytes = Array(bytes[..<at]) + other[min(other.count, generator.below(other.count + 1))...]
        case 6:
            let other = Array(generator.pick(corpus))
            let from = generator.below(other.count + 1)
            bytes.insert(contentsOf: other[from..<min(other.count, from + 32)], at: at)
        case 7: Self.writeNumber(into: &bytes, at: at, using: &generator)
        case 8: bytes.insert(contentsOf: generator.pick(Self.hostileBytes), at: at)
        default:
            bytes.insert(contentsOf: (0...generator.below(8)).map { _ in UInt8(generator.below(256)) }, at: at)
        }
        return Data(bytes)
    }

    /// A length or a count in place: 1, 2, 4 or 8 bytes, either end first, at a boundary of its range.
    private static func writeNumber(into bytes: inout [UInt8], at offset: Int, using generator: inout CaseGenerator) {
        let width = 1 << generator.below(4)
        let number = generator.pick([0, 1, .max, .max >> 1, (.max >> 1) + 1, UInt64(bytes.count), 1 << 20, 1 << 31])
        let little = (0..<width).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
        let written = generator.below(2) == 0 ? little : little.reversed()
        for (index, byte) in written.enumerated() where offset + index < bytes.count { bytes[offset + index] = byte }
    }

    /// A run of digits, a word or a line exchanged.
    private static func textual(_ input: Data, using generator: inout CaseGenerator) -> Data {
        var bytes = Array(input)
        let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
        if generator.below(2) == 0, !digits.isEmpty {
            let start = generator.pick(digits)
            var end = start
            while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
            bytes.replaceSubrange(start..<end, with: Array(generator.pick(hostileNumbers).utf8))
            return Data(bytes)
        }
        bytes.insert(contentsOf: Array(generator.pick(hostileTexts).utf8), at: generator.below(bytes.count + 1))
        return Data(bytes)
    }

    private static let hostileBytes: [[UInt8]] = [
        [0xFF, 0xFE], [0xEF, 0xBB, 0xBF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0x00],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x0D, 0x0A], [0xE2, 0x80, 0xA8],
    ]

    static let hostileNumbers = [
        "0", "-0", "1", "-1", "00", "1e400", "-1e400", "1e-400", "1E999999999999", "0.1", "1.0", "2.5",
        "9007199254740991", "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "18446744073709551615", "18446744073709551616", "4294967295", "4294967296",
        "2147483648",
        "1048576", "1048577", "16777216", "340282366920938463463374607431768211456", "NaN", "Infinity", "-", "+1",
        String(repeating: "9", count: 400), "0." + String(repeating: "0", count: 400) + "1",
        String(repeating: "1", count: 40), "65536", "-2147483649",
    ]

    private static let hostileTexts = [
        "[", "]", "{", "}", "\"", ",", ":", "'", "(", ")", ";", "--", "/*", "\\u0000", "\\ud800", "\\udc00\\ud800",
        "\n",
        "\r\n", "\t", "\u{0}", "\u{2028}", "e\u{301}", "\u{600}", "\u{FEFF}", "null", "true", "&a ", "*a", "!!binary ",
        "---\n", "? ", "- ", "<<: ", String(repeating: "[", count: 3_000), String(repeating: "{\"a\":", count: 3_000),
        String(repeating: "(", count: 3_000), String(repeating: "-", count: 3_000),
        String(repeating: "- ", count: 3_000), String(repeating: "NOT ", count: 2_000),
        String(repeating: "e\u{301}", count: 500), String(repeating: "=", count: 100), "\u{1F468}\u{200D}\u{1F469}",
    ]
}
