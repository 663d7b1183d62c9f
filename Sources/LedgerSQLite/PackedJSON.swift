import BlobStore
import Foundation
import SharingModel

/// The ledger's canonical JSON as it is stored: digests, CIDs and times as bytes, frequent members as one byte.
///
/// Canonical JSON holds no byte below 0x20. So after the mark ``packed`` each of those is a code, and all others stand
/// for themselves; nothing else needs escaping, and unpacking gives every byte back. A redemption's payload takes about
/// half. Bytes that begin with neither mark are a row of the schema's version 1, stored as they are.
enum PackedJSON {
    /// First byte of what is packed, and of bytes that could not be.
    private static let packed: UInt8 = 0x01
    private static let plain: UInt8 = 0x02

    static func pack(_ json: Data) -> Data {
        let bytes = [UInt8](json)
        guard bytes.allSatisfy({ $0 >= 0x20 }) else { return Data([plain]) + json }
        var result = [packed]
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            if bytes[position] == quote, let (code, content, next) = string(in: bytes, at: position) {
                result.append(code)
                result += content
                position = next
            } else if let (code, length) = phrase(in: bytes, at: position) {
                result.append(code)
                position += length
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return Data(result)
    }

    /// - Returns: `nil` for bytes that ``pack(_:)`` does not give.
    static func unpack(_ stored: Data) -> Data? {
        guard stored.first == packed else { return stored.first == plain ? Data(stored.dropFirst()) : stored }
        var rest = [UInt8](stored)[1...]
        var json: [UInt8] = []
        json.reserveCapacity(stored.count * 2)
        while let byte = rest.popFirst() {
            if byte >= 0x20 {
                json.append(byte)
            } else if let form = PackedString(rawValue: byte) {
                guard rest.count >= form.byteCount, let text = form.text(of: rest.prefix(form.byteCount)) else {
                    return nil
                }
                json.append(quote)
                json += text.utf8
                json.append(quote)
                rest = rest.dropFirst(form.byteCount)
            } else {
                let index = Int(byte) - firstPhrase
                guard phrases.indices.contains(index) else { return nil }
                json += phrases[index]
            }
        }
        return Data(json)
    }

    /// The whole string that begins with the quote at `start`, if it has a shorter form.
    private static func string(in bytes: [UInt8], at start: Int) -> (code: UInt8, content: [UInt8], next: Int)? {
        let limit = min(bytes.count, start + 64)
        guard let end = bytes[(start + 1)..<max(start + 1, min(bytes.count, limit + 2))].firstIndex(of: quote),
            let form = PackedString(textLength: end - start - 1)
        else { return nil }
        let text = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
        guard let content = form.content(of: text) else { return nil }
        return (form.rawValue, content, end + 1)
    }

    private static func phrase(in bytes: [UInt8], at start: Int) -> (code: UInt8, length: Int)? {
        guard opening.contains(bytes[start]) else { return nil }
        for (index, phrase) in phrases.enumerated() where bytes.count - start >= phrase.count {
            if bytes[start..<(start + phrase.count)].elementsEqual(phrase) {
                return (UInt8(firstPhrase + index), phrase.count)
            }
        }
        return nil
    }

    private static let quote = UInt8(ascii: "\"")
    private static let firstPhrase = 0x08
    private static let opening = Set(phrases.compactMap(\.first))

    /// At most 24, one a code from 0x08 on. Their order is part of the file format: a new one comes at the end. None
    /// is the beginning of a later one, which would never be taken.
    private static let phrases: [[UInt8]] = [
        #"{"body":{"#, #"},"by":""#, #","datasets":[""#, #"{"datasets":[""#, #""],"packs":[""#, #"],"packs":[""#,
        #""],"plan":"#, #","token":"#, #"{"token":"#, #"","ledger":{"consortium":"#, #","section":""#, #""},"nonce":"#,
        #","notAfter":"#, #"{"at":"#, #""],"grantee":""#, #"","id":"#, #","inputs":["#, #","pool":""#, #"","token":"#,
        #","result":"#, #"{"taken":"#, #","reason":""#, #"{"code":""#, #"","by":""#,
    ].map { Array($0.utf8) }
}

/// The strings that have a shorter form of fixed length; quotes included, each is one code and its bytes.
private enum PackedString: UInt8 {
    /// 64 hexadecimal digits: a digest.
    case digest = 0x03
    /// 32 hexadecimal digits: a nonce.
    case nonce = 0x04
    case rawCID = 0x05
    case linkedCID = 0x06
    /// RFC 3339 with seconds, as five bytes, big-endian.
    case time = 0x07

    init?(textLength: Int) {
        switch textLength {
        case 64: self = .digest
        case 32: self = .nonce
        case 59: self = .rawCID
        case 61: self = .linkedCID
        case 20: self = .time
        default: return nil
        }
    }

    var byteCount: Int {
        switch self {
        case .digest, .rawCID, .linkedCID: 32
        case .nonce: 16
        case .time: 5
        }
    }

    func content(of text: String) -> [UInt8]? {
        switch self {
        case .digest, .nonce: return [UInt8](lowercaseHex: text)
        case .rawCID: return text.hasPrefix("b") ? cid(text, .raw) : nil
        case .linkedCID: return text.hasPrefix("b") ? cid(text, .dagJSON) : nil
        case .time:
            guard let seconds = Timestamp(text)?.seconds, (0..<(1 << 40)).contains(seconds) else { return nil }
            return (0..<5).map { UInt8(truncatingIfNeeded: seconds >> (32 - 8 * $0)) }
        }
    }

    func text(of content: ArraySlice<UInt8>) -> String? {
        switch self {
        case .digest, .nonce: content.lowercaseHex
        case .rawCID: Digest(bytes: content).map { CID(codec: .raw, digest: $0).text }
        case .linkedCID: Digest(bytes: content).map { CID(codec: .dagJSON, digest: $0).text }
        case .time: Timestamp(seconds: content.reduce(0) { $0 << 8 | Int64($1) }).description
        }
    }

    private func cid(_ text: String, _ codec: CID.Codec) -> [UInt8]? {
        guard let cid = try? CID(parsing: text), cid.codec == codec else { return nil }
        return cid.digest.bytes
    }
}
