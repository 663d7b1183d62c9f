package import Foundation
package import SharingModel
import Synchronization

/// Pseudonyms under a section's key, which this department does not have: those that the key's custodian has evaluated
/// for it.
package struct EvaluatedPseudonyms: PseudonymSource {
    package let id: Digest
    /// By SHA-256 of the value's text.
    private let pseudonyms: [Digest: Pseudonym]

    package init(id: Digest, _ pseudonyms: [Digest: Pseudonym]) {
        self.id = id
        self.pseudonyms = pseudonyms
    }

    /// The name under which a value is looked up.
    package static func name(of text: some Collection<UInt8>) -> Digest { .sha256(Data(text)) }

    package func contains(_ text: some Collection<UInt8>) -> Bool {
        pseudonyms[EvaluatedPseudonyms.name(of: text)] != nil
    }

    package func pseudonym(of text: some Collection<UInt8>) throws(ValueProblem) -> Pseudonym {
        guard let pseudonym = pseudonyms[EvaluatedPseudonyms.name(of: text)] else { throw .pseudonymUnknown }
        return pseudonym
    }
}

extension Pseudonym {
    /// The first 16 bytes of the function's output for the value.
    /// - Returns: `nil` for fewer.
    package init?(evaluated output: Data) {
        guard output.count >= Pseudonym.byteCount else { return nil }
        self.init(prefixOf: output)
    }
}

extension TableSchema {
    /// The distinct values of the pseudonym columns of a CSV, in normal text, in the order in which they come first; a
    /// value that stands in two columns is one.
    /// - Throws: As ``check(_:)``, which this does as well.
    package func pseudonymInputs(_ csv: any ByteSource) throws(SealedTableError) -> [Data] {
        let collector = PseudonymCollector()
        try read(csv, pseudonyms: collector)
        return collector.values
    }
}

/// Remembers what it is asked for, and gives no pseudonym.
private final class PseudonymCollector: PseudonymSource {
    private let seen = Mutex<(order: [Data], all: Set<Data>)>(([], []))

    var id: Digest { .sha256(Data()) }
    var values: [Data] { seen.withLock { $0.order } }

    func pseudonym(of text: some Collection<UInt8>) -> Pseudonym {
        let value = Data(text)
        seen.withLock { if $0.all.insert(value).inserted { $0.order.append(value) } }
        return Pseudonym(high: 0, low: 0)
    }
}
