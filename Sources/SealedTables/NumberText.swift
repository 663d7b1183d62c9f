import Foundation

/// Keeps the numbers of a JSON document as they were written.
///
/// ``CanonicalJSON`` gives a number as a double, in which a bound such as 0.1 or 99999999999999.9999999 loses
/// digits. So every number is first made a string with a mark in front that no sensible text begins with.
enum NumberText {
    /// A noncharacter of Unicode, never assigned.
    private static let mark = "\u{FFFF}"

    /// - Parameter json: A document that has been parsed once, so that its quotes are known to match.
    static func quoting(_ json: Data) -> Data {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        var output = Data()
        var (inString, escaped, inNumber) = (false, false, false)
        for byte in json {
            let isNumberByte =
                !inString
                && (byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte)
                    || (inNumber && "+.eE".utf8.contains(byte)))
            if isNumberByte != inNumber {
                output.append(contentsOf: isNumberByte ? Array("\"\(mark)".utf8) : [quote])
                inNumber = isNumberByte
            }
            if inString {
                if escaped {
                    escaped = false
                } else if byte == backslash {
                    escaped = true
                } else if byte == quote {
                    inString = false
                }
            } else if byte == quote {
                inString = true
            }
            output.append(byte)
        }
        if inNumber { output.append(quote) }
        return output
    }

    /// The number's text if `text` is a marked number.
    static func number(in text: String) -> String? {
        text.hasPrefix(mark) ? String(text.dropFirst()) : nil
    }
}
