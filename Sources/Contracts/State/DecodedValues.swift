import Foundation

/// What the values of a state decode to, so that the transactions of one block do not decode the same token or
/// dataset each for itself.
///
/// A value is given back for equal bytes only: this remembers a pure function, never the state. Used by one thread.
package final class DecodedValues {
    private var values: [String: (bytes: Data, value: Any)] = [:]

    package init() {}

    func value<Value>(_ type: Value.Type, of entry: StateEntry, or decode: () throws -> Value) rethrows -> Value {
        if let known = values[entry.key], known.bytes == entry.value, let value = known.value as? Value {
            return value
        }
        let value = try decode()
        values[entry.key] = (entry.value, value)
        return value
    }
}
