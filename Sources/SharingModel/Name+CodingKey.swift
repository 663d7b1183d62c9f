/// Lets a dictionary keyed by names encode as an object instead of an array of pairs.
extension Name: CodingKeyRepresentable {
    package var codingKey: any CodingKey { NameCodingKey(stringValue: text) }

    package init?(codingKey: some CodingKey) {
        self.init(codingKey.stringValue)
    }
}

private struct NameCodingKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}
