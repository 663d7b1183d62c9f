import Foundation

/// The header of one regular file in a POSIX `ustar` archive: 512 bytes, in the one way in which they are written here.
struct TarEntry: Hashable {
    static let blockSize = 512
    /// Eleven octal digits.
    static let largestByteCount = 1 << 33 - 1

    /// Relative, with `/` between its parts.
    let path: String
    let byteCount: Int

    /// - Returns: `nil` for a path that leaves its folder, is not plain ASCII, or does not fit the header.
    init?(path: String, byteCount: Int) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
            path.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x5c }),
            (0...TarEntry.largestByteCount).contains(byteCount)
        else { return nil }
        self.path = path
        self.byteCount = byteCount
        guard TarEntry.split(path) != nil else { return nil }
    }

    /// Bytes of zero behind the content.
    var padding: Int { (TarEntry.blockSize - byteCount % TarEntry.blockSize) % TarEntry.blockSize }

    var header: Data {
        guard let (prefix, name) = TarEntry.split(path) else { preconditionFailure("checked when it was made") }
        var header = Data(count: TarEntry.blockSize)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        put(name, at: 0)
        put("0000600\0", at: 100)
        put("0000000\0", at: 108)
        put("0000000\0", at: 116)
        put(TarEntry.octal(byteCount, digits: 11) + "\0", at: 124)
        put("00000000000\0", at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        put(prefix, at: 345)
        put(TarEntry.octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
        return header
    }

    /// - Returns: `nil` for anything but a header as ``header`` gives it.
    init?(header: Data) {
        guard header.count == TarEntry.blockSize else { return nil }
        let bytes = [UInt8](header)
        func text(_ range: Range<Int>) -> String {
            String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self)
        }
        let (name, prefix) = (text(0..<100), text(345..<500))
        guard let count = Int(text(124..<135), radix: 8) else { return nil }
        self.init(path: prefix.isEmpty ? name : prefix + "/" + name, byteCount: count)
        guard self.header == header else { return nil }
    }

    /// At most 100 bytes of name behind at most 155 of prefix, parted at the last slash that allows it.
    private static func split(_ path: String) -> (prefix: String, name: String)? {
        if path.utf8.count <= 100 { return ("", path) }
        let bytes = Array(path.utf8)
        guard let slash = bytes.indices.last(where: { bytes[$0] == 0x2f && $0 <= 155 }),
            bytes.count - slash - 1 <= 100
        else { return nil }
        return (
            String(decoding: bytes[..<slash], as: UTF8.self), String(decoding: bytes[(slash + 1)...], as: UTF8.self)
        )
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
