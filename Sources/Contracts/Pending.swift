package import Foundation
package import SharingModel

// Stand-ins until the lower targets are merged.

package enum CanonicalJSON {
    package static func encode(_ value: some Encodable) throws -> Data { try JSONEncoder().encode(value) }
    package static func decode<Value: Codable>(_ type: Value.Type, from data: Data) throws -> Value {
        try JSONDecoder().decode(type, from: data)
    }
}

package enum JSONValue: Codable, Hashable, Sendable { case null }

package struct CID: Codable, Hashable, Sendable, Comparable {
    package let text: String
    package static func < (left: CID, right: CID) -> Bool { left.text < right.text }
}

package struct NthRootProof: Codable, Hashable, Sendable { package let roots: [String] }

extension TransactionBody {
    package func checkForm() throws(ContractsError) {}
    package func execute(in execution: inout Execution) throws {}
}

extension FoundingRecord {
    func checkForm() throws(ContractsError) {}
    func signers(of section: SectionName, _ header: TransactionHeader) throws -> [RequiredSigner] { [] }
}

extension Execution {
    func checkHeader() throws {}
    mutating func open(_ record: FoundingRecord, registryCheckpoint: String?) throws {}
}
