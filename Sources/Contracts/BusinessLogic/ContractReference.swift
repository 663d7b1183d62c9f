package import SharingModel

/// A registered plan by name and version, written `name@version`.
package struct ContractReference: Hashable, Sendable {
    package let name: ContractName
    /// 1 to 1 000 000.
    package let version: Int

    package init(name: ContractName, version: Int) {
        self.name = name
        self.version = version
    }

    /// - Returns: `nil` unless `text` is a name, `@`, and a version without sign or leading zeros.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = ContractName(parts[0]), let version = Int(parts[1]),
            ContractReference.versions.contains(version), String(version) == parts[1]
        else { return nil }
        self.init(name: name, version: version)
    }

    static let versions = 1...1_000_000
}

extension ContractReference: CustomStringConvertible {
    package var description: String { "\(name)@\(version)" }
}

extension ContractReference: Comparable {
    package static func < (left: ContractReference, right: ContractReference) -> Bool {
        left.name == right.name ? left.version < right.version : left.name < right.name
    }
}

extension ContractReference: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let reference = ContractReference(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a registered plan is written name@version, the version from 1 on")
        }
        self = reference
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
