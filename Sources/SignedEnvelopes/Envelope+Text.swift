import Foundation
import SharingModel

extension Envelope {
    /// Reads the members where canonical JSON has them, without a JSON reader: this is done for each transaction that
    /// comes in.
    /// - Returns: `nil` where they do not stand so. It may be an envelope all the same: a type may have escapes.
    ///   What is returned has yet to be compared with its own text.
    static func membersInPlace(of bytes: Data) -> Envelope? {
        bytes.withUnsafeBytes { bytes in
            var text = TextInPlace(rest: bytes[...])
            guard text.pass(#"{"payload":""#), let payload = text.base64(),
                text.pass(#","payloadType":""#), let type = text.string(),
                text.pass(#","signatures":["#)
            else { return nil }
            var signatures: [EnvelopeSignature] = []
            while text.pass(signatures.isEmpty ? #"{"keyid":""# : #",{"keyid":""#) {
                guard let key = text.string().flatMap({ Digest(hex: $0) }), text.pass(#","sig":""#),
                    let signature = text.base64(), text.pass("}")
                else { return nil }
                signatures.append(EnvelopeSignature(keyid: key, sig: signature))
            }
            guard text.pass("]}"), text.rest.isEmpty else { return nil }
            return Envelope(payload: payload, payloadType: type, signatures: signatures)
        }
    }
}

/// The front of a text is passed over, or taken.
private struct TextInPlace {
    var rest: Slice<UnsafeRawBufferPointer>

    /// Whether `expected` stood in front.
    mutating func pass(_ expected: StaticString) -> Bool {
        let length = expected.utf8CodeUnitCount
        guard rest.count >= length,
            rest.prefix(length).elementsEqual(UnsafeBufferPointer(start: expected.utf8Start, count: length))
        else { return false }
        rest = rest.dropFirst(length)
        return true
    }

    /// What stands before the next quote, which is passed over; `nil` where an escape or no quote comes.
    private mutating func untilQuote() -> Slice<UnsafeRawBufferPointer>? {
        guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }),
            rest[end] == UInt8(ascii: "\"")
        else { return nil }
        let text = rest[..<end]
        rest = rest[(end + 1)...]
        return text
    }

    mutating func string() -> String? { untilQuote().flatMap { String(validating: $0, as: UTF8.self) } }

    mutating func base64() -> Data? { untilQuote().flatMap { Data(base64Encoded: Data($0)) } }
}
