/// A name that people choose: of a party, a pool, a dataset.
///
/// 1 to 64 characters of `a-z`, `0-9`, `-`, `_` and `.`, beginning with a letter or a digit. It never holds a
/// path separator, a space or a capital, so it can stand in a file name, a URL and an SQL `FROM` alike. `Kind`
/// keeps the names of different things apart at compile time.
package struct Name<Kind>: Hashable, Sendable {
    package let text: String

    /// - Returns: `nil` if `text` is not a name.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard (1...64).contains(bytes.count), let first = bytes.first, Name.isLetterOrDigit(first),
            bytes.allSatisfy({ Name.isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E })
        else { return nil }
        self.text = String(text)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}

/// What a ``Name`` names; never instantiated.
package enum NameKind {
    package enum Party {}
    package enum Section {}
    package enum Pool {}
    package enum Dataset {}
    package enum Pack {}
    package enum Contract {}
    package enum Cluster {}
}

package typealias PartyName = Name<NameKind.Party>
package typealias SectionName = Name<NameKind.Section>
package typealias PoolName = Name<NameKind.Pool>
package typealias DatasetName = Name<NameKind.Dataset>
package typealias PackName = Name<NameKind.Pack>
package typealias ContractName = Name<NameKind.Contract>
package typealias ClusterName = Name<NameKind.Cluster>

extension Name: CustomStringConvertible {
    package var description: String { text }
}

extension Name: Comparable {
    /// By bytes, so that an order on the ledger never depends on a locale.
    package static func < (left: Name, right: Name) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension Name: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let name = Name(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "a name is 1 to 64 of a-z, 0-9, '-', '_', '.', and begins with a letter or digit")
        }
        self = name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
