package import SharingModel

/// The members that every payload has beside its body.
package struct TransactionHeader: Hashable, Sendable {
    /// Who acts.
    package let by: PartyName
    package let ledger: LedgerIdentity
    /// Keeps two otherwise equal transactions apart.
    package let nonce: Nonce
    /// Last second of block time at which the transaction may still enter a block.
    package let notAfter: Timestamp

    package init(by: PartyName, ledger: LedgerIdentity, nonce: Nonce, notAfter: Timestamp) {
        self.by = by
        self.ledger = ledger
        self.nonce = nonce
        self.notAfter = notAfter
    }
}

/// 16 bytes that are used once, written as 32 lower-case hexadecimal digits.
package struct Nonce: Hashable, Sendable {
    /// Exactly 16 bytes.
    package let bytes: [UInt8]

    /// - Returns: `nil` unless `bytes` are exactly 16.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.bytes = Array(bytes)
    }

    /// Draws a nonce. For those who write transactions; execution draws nothing.
    package static func random(using generator: inout some RandomNumberGenerator) -> Nonce {
        Nonce(unchecked: (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension Nonce: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let bytes = [UInt8](lowercaseHex: text), let nonce = Nonce(bytes: bytes) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a nonce is 32 lower-case hexadecimal digits")
        }
        self = nonce
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes.lowercaseHex)
    }
}
