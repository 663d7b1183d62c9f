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
        var result = [packed]
        result.reserveCapacity(json.count + 1)
        let isPacked = json.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                let byte = bytes[position]
                guard byte >= 0x20 else { return false }
                if byte == quote, let next = packString(in: bytes, at: position, into: &result) {
                    position = next
                } else if let (code, length) = phrase(in: bytes, at: position) {
                    result.append(code)
                    position += length
                } else {
                    result.append(byte)
                    position += 1
                }
            }
            return true
        }
        return isPacked ? Data(result) : Data([plain]) + json
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

    /// Packs the whole string that begins with the quote at `start`, if it has a shorter form.
    /// - Returns: The place behind its closing quote; `nil` if nothing was packed.
    private static func packString(
        in bytes: UnsafeRawBufferPointer, at start: Int, into result: inout [UInt8]
    ) -> Int? {
        let limit = min(bytes.count, start + 66)
        guard let end = bytes[(start + 1)..<max(start + 1, limit)].firstIndex(of: quote),
            let form = PackedString(textLength: end - start - 1)
        else { return nil }
        let before = result.count
        result.append(form.rawValue)
        guard form.append(UnsafeRawBufferPointer(rebasing: bytes[(start + 1)..<end]), to: &result) else {
            result.removeLast(result.count - before)
            return nil
        }
        return end + 1
    }

    private static func phrase(in bytes: UnsafeRawBufferPointer, at start: Int) -> (code: UInt8, length: Int)? {
        for index in phrasesByFirstByte[Int(bytes[start])] {
            let phrase = phrases[index]
            if bytes.count - start >= phrase.count, bytes[start..<(start + phrase.count)].elementsEqual(phrase) {
                return (UInt8(firstPhrase + index), phrase.count)
            }
        }
        return nil
    }

    private static let quote = UInt8(ascii: "\"")
    private static let firstPhrase = 0x08

    /// For each byte the phrases that begin with it.
    private static let phrasesByFirstByte: [[Int]] = (UInt8.min...UInt8.max).map { byte in
        phrases.indices.filter { phrases[$0].first == byte }
    }

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

    /// Appends the shorter form of `text`.
    /// - Returns: Whether it has one; if not, some bytes may have been appended all the same.
    func append(_ text: UnsafeRawBufferPointer, to result: inout [UInt8]) -> Bool {
        switch self {
        case .digest, .nonce:
            for place in stride(from: 0, to: text.count, by: 2) {
                guard let high = hexadecimal(text[place]), let low = hexadecimal(text[place + 1]) else { return false }
                result.append(high << 4 | low)
            }
            return true
        case .rawCID: return append(cid: text, of: .raw, to: &result)
        case .linkedCID: return append(cid: text, of: .dagJSON, to: &result)
        case .time:
            guard let seconds = Timestamp(utf8: text)?.seconds, (0..<(1 << 40)).contains(seconds) else { return false }
            for shift in [32, 24, 16, 8, 0] { result.append(UInt8(truncatingIfNeeded: seconds >> shift)) }
            return true
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

    private func append(cid text: UnsafeRawBufferPointer, of codec: CID.Codec, to result: inout [UInt8]) -> Bool {
        // As `CID.text` writes it: `b`, then in base32 the version, the codec, the hash and its length, the digest.
        let head: [UInt8] = codec == .raw ? [0x01, 0x55, 0x12, 0x20] : [0x01, 0xA9, 0x02, 0x12, 0x20]
        guard text[0] == UInt8(ascii: "b") else { return false }
        var (buffer, bitCount, place) = (UInt32(0), UInt32(0), 0)
        for character in text.dropFirst() {
            guard let value = base32(character) else { return false }
            buffer = buffer << 5 | UInt32(value)
            bitCount += 5
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            let byte = UInt8(buffer >> bitCount)
            buffer &= 1 << bitCount - 1
            if place >= head.count { result.append(byte) } else if byte != head[place] { return false }
            place += 1
        }
        // Bits that are left over are zero in the one text that a CID has.
        return place == head.count + 32 && buffer == 0
    }

    private func base32(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a")
        case UInt8(ascii: "2")...UInt8(ascii: "7"): digit - UInt8(ascii: "2") + 26
        default: nil
        }
    }

    private func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
