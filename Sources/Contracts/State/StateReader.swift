package import Foundation

/// The ledger's state before a transaction: keys of ASCII text, values of canonical JSON.
package protocol StateReader {
    /// - Returns: `nil` if the key was never written, or was deleted.
    func value(for key: String) throws -> Data?

    /// All entries whose key begins with `prefix`, in ascending order of the key's bytes.
    func entries(prefix: String) throws -> [StateEntry]

    /// Of ``entries(prefix:)`` those whose key is before `end`, where the storage can leave the others unread.
    func entries(prefix: String, before end: String) throws -> [StateEntry]

    /// Values that were decoded from this state already; `nil` where nobody keeps them.
    var decoded: DecodedValues? { get }
}

extension StateReader {
    package var decoded: DecodedValues? { nil }

    package func entries(prefix: String, before end: String) throws -> [StateEntry] {
        try entries(prefix: prefix).filter { $0.key.precedesBytewise(end) }
    }
}

/// One key with its value.
package struct StateEntry: Hashable, Sendable {
    package let key: String
    package let value: Data

    package init(key: String, value: Data) {
        self.key = key
        self.value = value
    }
}

/// One change to the state.
package struct StateWrite: Hashable, Sendable {
    package let key: String
    /// `nil` deletes the key.
    package let value: Data?

    package init(key: String, value: Data?) {
        self.key = key
        self.value = value
    }
}
