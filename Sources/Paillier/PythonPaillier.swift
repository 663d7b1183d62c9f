import Foundation
import Multiprecision

/// The formats of python-paillier 1.5 (PyPI `phe`) and of its command `pheutil`, both ways.
public enum PythonPaillier {
    /// Longest JSON text that is read, in bytes.
    static let greatestByteCount = 1 << 20

    static func decode<Value: Decodable>(_ type: Value.Type, _ data: Data) throws(PaillierError) -> Value {
        guard data.count <= greatestByteCount else { throw .jsonMalformed(member: "length") }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let DecodingError.keyNotFound(key, _) {
            throw .jsonMalformed(member: key.stringValue)
        } catch let DecodingError.typeMismatch(_, context) {
            throw .jsonMalformed(member: context.codingPath.last?.stringValue ?? "document")
        } catch {
            throw .jsonMalformed(member: "document")
        }
    }

    static func encode(_ value: some Encodable) throws(PaillierError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(value)
        } catch {
            throw .jsonMalformed(member: "document")
        }
    }

    /// RFC 4648 base64url without padding.
    static func base64URL(_ number: BigInteger) -> String {
        Data(number.bigEndianBytes).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    static func number(base64URL text: String, member: String) throws(PaillierError) -> BigInteger {
        var base64 = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while !base64.count.isMultiple(of: 4) { base64 += "=" }
        guard !text.isEmpty, let bytes = Data(base64Encoded: base64) else { throw .jsonMalformed(member: member) }
        return BigInteger(bigEndianBytes: bytes)
    }
}
