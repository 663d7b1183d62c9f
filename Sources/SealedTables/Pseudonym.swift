import Crypto
package import Foundation
package import SharingModel

/// Stands for one person: 16 bytes, the same for the same person wherever the same key was used.
package struct Pseudonym: Hashable, Sendable {
    package static let byteCount = 16

    /// Bytes 0 to 7, the first being the most significant.
    package let high: UInt64
    /// Bytes 8 to 15.
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Takes the first 16 of `bytes`, which must be at least as many.
    init(prefixOf bytes: some Sequence<UInt8>) {
        var (high, low, count): (UInt64, UInt64, Int) = (0, 0, 0)
        for byte in bytes.prefix(Pseudonym.byteCount) {
            if count < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
            count += 1
        }
        precondition(count == Pseudonym.byteCount)
        self.init(high: high, low: low)
    }

    package var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
    }
}

extension Pseudonym: Comparable {
    package static func < (left: Pseudonym, right: Pseudonym) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension Pseudonym {
    /// The name of a subject whose column is public: SHA-256 over a domain string and the value's text, so that it
    /// matches across all departments. It hides nothing, as the value stands beside it.
    static func publicSubject(_ text: some Collection<UInt8>) -> Pseudonym {
        var hash = SHA256()
        hash.update(data: Data("chancery public subject v1\u{0}".utf8))
        hash.update(data: Data(text))
        return Pseudonym(prefixOf: hash.finalize())
    }
}

/// Gives values their pseudonyms.
package protocol PseudonymSource: Sendable {
    /// Names the key, without giving it away.
    var id: SharingModel.Digest { get }

    /// - Parameter text: The normal text of the cell: whole numbers without plus sign and leading zeros.
    /// - Throws: `ValueProblem.pseudonymUnknown` where the value has none yet.
    func pseudonym(of text: some Collection<UInt8>) throws(ValueProblem) -> Pseudonym
}

/// A department's own key for pseudonyms: 32 secret bytes.
///
/// Bound to nothing but the key: one person has one pseudonym in every column and dataset sealed under it, so that
/// distinct subjects can be counted across them. Who has the key can test guesses; nobody else can.
package struct PseudonymKey: PseudonymSource {
    package static let byteCount = 32

    private let key: SymmetricKey

    /// - Throws: ``SealedTableError/pseudonymKeyLength(bytes:)`` unless there are 32 bytes.
    package init(bytes: some ContiguousBytes) throws(SealedTableError) {
        let key = SymmetricKey(data: bytes)
        guard key.bitCount == PseudonymKey.byteCount * 8 else {
            throw .pseudonymKeyLength(bytes: key.bitCount / 8)
        }
        self.key = key
    }

    /// Names the key without giving it away: SHA-256("chancery pseudonym key id v1" ‖ HMAC(key, "id")).
    package var id: SharingModel.Digest {
        var hash = SHA256()
        hash.update(data: Data("chancery pseudonym key id v1".utf8))
        hash.update(data: Data(HMAC<SHA256>.authenticationCode(for: Data("id".utf8), using: key)))
        return SharingModel.Digest(hash.finalize())
    }

    /// HMAC-SHA-256 of the value's text, the first 16 bytes.
    ///
    /// A `v` goes before the text, so that no value can be the `id` that names the key.
    /// - Parameter text: The normal text of the cell: whole numbers without plus sign and leading zeros.
    package func pseudonym(of text: some Collection<UInt8>) -> Pseudonym {
        var code = HMAC<SHA256>(key: key)
        code.update(data: [UInt8(ascii: "v")])
        code.update(data: Data(text))
        return Pseudonym(prefixOf: code.finalize())
    }
}
