package import Foundation

/// A link to another block, as dag-json has it: `{"/": "bafy…"}`.
package struct Link: Hashable, Sendable, Codable {
    package let cid: CID

    package init(_ cid: CID) {
        self.cid = cid
    }

    private enum CodingKeys: String, CodingKey {
        case cid = "/"
    }
}

/// Bytes within JSON, as dag-json has them: `{"/": {"bytes": "…"}}`, base64 without padding.
package struct LinkedBytes: Hashable, Sendable, Codable {
    package let data: Data

    package init(_ data: Data) {
        self.data = data
    }

    private enum CodingKeys: String, CodingKey {
        case reserved = "/"
        case bytes
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
            .nestedContainer(keyedBy: CodingKeys.self, forKey: .reserved)
        guard let data = UnpaddedBase64.bytes(of: try container.decode(String.self, forKey: .bytes)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .bytes, in: container, debugDescription: "base64 without padding is wanted")
        }
        self.data = data
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var nested = container.nestedContainer(keyedBy: CodingKeys.self, forKey: .reserved)
        try nested.encode(UnpaddedBase64.text(of: data), forKey: .bytes)
    }
}

/// RFC 4648 base64 in the standard alphabet without padding: one text for each value.
enum UnpaddedBase64 {
    static func text(of data: Data) -> String {
        String(data.base64EncodedString().prefix { $0 != "=" })
    }

    static func bytes(of text: String) -> Data? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text + padding), self.text(of: data) == text else { return nil }
        return data
    }
}
