package import Foundation
package import SharingModel

// Stand-ins until the lower targets are merged.

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
